package io.leasegate.loadtest.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code leasegate drill}: things that go wrong in every operation, tried out on a private stack. */
@Command(
        name = "leasegate drill",
        description =
                "Try out on a private stack what every operation has to go through, and count what callers notice.",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        subcommands = RollingRestartCommand.class)
public final class DrillCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** Called when no drill is named. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which drill? There is: rolling-restart");
    }
}
