package io.leasegate.server.cli;

import io.leasegate.server.config.ConfigurationException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code leasegate check}: reads the configuration and says what is wrong with it. */
@Command(
        name = "check",
        description = "Read a configuration file and print every error in it with its key and line, or ok.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        usageHelpAutoWidth = true)
final class CheckCommand implements Callable<Integer> {

    @Mixin
    private final ConfigFile config = new ConfigFile();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException {
        config.load(spec.commandLine().getErr());
        spec.commandLine().getOut().println("ok: " + config.path());
        return 0;
    }
}
