package io.leasegate.server.cli;

import io.leasegate.server.dev.DevCommand;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code leasegate} without a subcommand, and what all subcommands have in common. */
@Command(
        name = "leasegate",
        description = "A gRPC gateway that reads the service registrations in your etcd as they are.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        usageHelpAutoWidth = true,
        subcommands = {
            DevCommand.class,
            ServeCommand.class,
            CheckCommand.class,
            RegistrationsCommand.class,
            ExplainCommand.class
        },
        footerHeading = "%nIn a checkout of the source also:%n",
        footer = "  test           Build everything and run every test.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all went well",
            "1:something failed while running",
            "2:the command line or the configuration is wrong"
        })
final class RootCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private RootCommand() {}

    /** Runs a command line to its end and returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine commandLine = new CommandLine(new RootCommand());
        commandLine.setOut(out);
        commandLine.setErr(err);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((e, command, parsed) -> Main.explain(e, command.getErr()));
        IParameterExceptionHandler usual = commandLine.getParameterExceptionHandler();
        commandLine.setParameterExceptionHandler(
                (e, given) -> usual.handleParseException(unknownBeforeMissing(e), given));
        return commandLine.execute(args);
    }

    /** A misspelt option leaves the right one missing; what helps is to be told of the misspelt one. */
    private static ParameterException unknownBeforeMissing(ParameterException e) {
        List<String> unmatched = e.getCommandLine().getUnmatchedArguments();
        return e instanceof MissingParameterException && !unmatched.isEmpty()
                ? new UnmatchedArgumentException(e.getCommandLine(), unmatched)
                : e;
    }

    /** Called when there is no subcommand. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }
}
