package io.leasegate.loadtest.cli;

import io.leasegate.loadtest.host.BenchFailure;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine;

/**
 * The program behind {@code leasegate bench}, {@code drill} and {@code soak}. Exit codes: 0 all went well, 1 something failed, 2 the command line is
 * wrong.
 */
public final class LoadtestMain {

    private LoadtestMain() {}

    /** Runs the command that the first argument names, and ends the process with its exit code. */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /** Runs a command line to its end and returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine commandLine = new CommandLine(command(args.length == 0 ? "" : args[0]));
        String version = LoadtestMain.class.getPackage().getImplementationVersion();
        commandLine.getCommandSpec().version("leasegate " + (version == null ? "(not packaged)" : version));
        commandLine.setOut(out);
        commandLine.setErr(err);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((e, command, parsed) -> {
            if (e instanceof BenchFailure) {
                err.println(e.getMessage());
            } else {
                err.println("This is a defect of Leasegate's load test; please report it with what follows:");
                e.printStackTrace(err);
            }
            return 1;
        });
        return commandLine.execute(Arrays.copyOfRange(args, 1, args.length));
    }

    private static Object command(String name) {
        return switch (name) {
            case "bench" -> new BenchCommand();
            case "drill" -> new DrillCommand();
            case "soak" -> new SoakCommand();
            default -> throw new IllegalArgumentException("'" + name + "' (expected bench, drill or soak)");
        };
    }
}
