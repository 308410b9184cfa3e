package io.leasegate.server.cli;

import io.leasegate.server.config.ConfigurationException;
import io.leasegate.server.config.Problem;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The program {@code leasegate}: takes the command line apart and runs a subcommand.
 *
 * <p>Exit codes: 0 all went well, 1 something failed while running, 2 the command line or the configuration is wrong.
 *
 * <p>{@code serve --config FILE}, which is how supervisors start the gateway, is understood here: picocli, which reads every other command
 * line, takes a quarter of the time until the gateway is ready, since its classes are of a version that no class cache takes. So nothing that
 * this class, {@link Serve} or {@link ConfigFile} needs on that way may refer to it but by annotations.
 */
public final class Main {

    static final int FAILED = 1;
    static final int WRONG_USE = 2;

    private Main() {}

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /** Runs a command line to its end and returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        if (args.length != 3 || !args[0].equals("serve") || !args[1].equals("--config") || !isPlain(args[2])) {
            return RootCommand.run(out, err, args);
        }
        try {
            return Serve.run(Path.of(args[2]), err);
        } catch (Exception e) {
            return explain(e, err);
        }
    }

    /** Whether picocli would take it for nothing but itself: no option, and no file of arguments. */
    private static boolean isPlain(String argument) {
        return !argument.isEmpty() && argument.charAt(0) != '-' && argument.charAt(0) != '@';
    }

    /** Prints why a command failed, and returns the exit code for it. */
    static int explain(Exception e, PrintWriter err) {
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
}
