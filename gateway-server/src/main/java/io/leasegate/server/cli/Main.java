package io.leasegate.server.cli;

import io.leasegate.server.config.ConfigurationException;
import io.leasegate.server.config.Problem;
import io.leasegate.server.dev.DevCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program {@code leasegate}: takes the command line apart and runs a subcommand.
 *
 * <p>Exit codes: 0 all went well, 1 something failed while running, 2 the command line or the configuration is wrong.
 */
@Command(
        name = "leasegate",
        description = "A gRPC gateway that reads the service registrations in your etcd as they are.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        usageHelpAutoWidth = true,
        subcommands = {DevCommand.class, ServeCommand.class, CheckCommand.class, RegistrationsCommand.class},
        footerHeading = "%nIn a checkout of the source also:%n",
        footer = "  test           Build everything and run every test.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all went well",
            "1:something failed while running",
            "2:the command line or the configuration is wrong"
        })
public final class Main implements Runnable {

    static final int FAILED = 1;
    static final int WRONG_USE = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /** Runs a command line to its end and returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setOut(out);
        commandLine.setErr(err);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((e, command, parsed) -> explain(e, command.getErr()));
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

    private static int explain(Exception e, PrintWriter err) {
        if (e instanceof ConfigurationException wrong) {
            for (Problem problem : wrong.problems()) {
                err.println(problem);
            }
            return WRONG_USE;
        }
        if (e instanceof CommandFailure failure) {
            err.println(failure.getMessage());
        } else {
            err.println("This is a defect of Leasegate; please report it with what follows:");
            e.printStackTrace(err);
        }
        return FAILED;
    }

    /** Called when there is no subcommand. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }
}
