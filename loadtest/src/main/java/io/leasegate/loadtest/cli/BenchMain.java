package io.leasegate.loadtest.cli;

import io.leasegate.loadtest.host.BenchFailure;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The program behind {@code leasegate bench}. Exit codes: 0 all went well, 1 something failed, 2 the command line is wrong. */
public final class BenchMain {

    private BenchMain() {}

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /** Runs a command line to its end and returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine commandLine = new CommandLine(new BenchCommand());
        String version = BenchMain.class.getPackage().getImplementationVersion();
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
        return commandLine.execute(args);
    }
}
