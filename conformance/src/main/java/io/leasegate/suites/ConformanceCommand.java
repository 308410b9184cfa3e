package io.leasegate.suites;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code ./leasegate conformance}: runs suites one after the other and prints a line for each.
 *
 * <p>Exit codes: 0 every case of every suite passed or is known to fail, 1 some did not or could not be run, 2 the command line is wrong.
 */
@Command(
        name = "leasegate conformance",
        usageHelpAutoWidth = true,
        description = {
            "Run suites that others wrote against the gateway, each in front of the server that it needs. The tools are installed with Go,"
                    + " pip and npm into the user's cache, in fixed versions, where those three are present.",
            "",
            "docs/conformance.md tells what each suite is and what its result means."
        })
final class ConformanceCommand implements Callable<Integer> {

    private static final int FAILED = 1;

    @Parameters(
            arity = "0..*",
            paramLabel = "SUITE",
            description = "Suites or groups of them; --list tells which there are. Without one: the group "
                    + Suites.DEFAULT_GROUP + ".")
    private List<String> names = new ArrayList<>();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and end.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Option(names = "--list", description = "List the suites and end.")
    private boolean list;

    @Option(
            names = "--skip-missing",
            description =
                    "Leave out what needs a tool that is not here, with a line that says so, without failing for it.")
    private boolean skipMissing;

    @Option(names = "--keep", description = "Keep the logs of the runs, and say where they are.")
    private boolean keep;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final Suites suites = new Suites();
    /** The folder of the suite that runs. */
    private volatile @Nullable Path scratch;

    private ConformanceCommand() {}

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(new CommandLine(new ConformanceCommand())
                .setOut(out)
                .setErr(err)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (list) {
            suites.all().forEach(s -> out().printf("%-24s %3d cases  %s%n", s.name(), s.cases(), s.description()));
            out().println("groups: " + String.join(", ", suites.groupNames()));
            return 0;
        }
        Set<Suite> chosen = chosen();
        Path home = Path.of(System.getProperty("leasegate.home", "."))
                .toAbsolutePath()
                .normalize();
        KnownFailures known = KnownFailures.read(home.resolve("conformance/known-failures.txt"));
        Tools tools = new Tools(
                Tools.userCache(System.getenv()),
                home.resolve("conformance"),
                spec.commandLine().getErr());
        Runtime.getRuntime().addShutdownHook(new Thread(this::cleanUp, "clean-up"));
        int bad = 0;
        for (Suite suite : chosen) {
            Path folder = Files.createTempDirectory("leasegate-" + suite.name() + "-");
            scratch = folder;
            try {
                bad += run(suite, new Bench(home, tools, folder), known) ? 0 : 1;
            } finally {
                if (keep) {
                    out().println("  its logs are in " + folder);
                } else {
                    Folders.delete(folder);
                }
            }
        }
        return bad == 0 ? 0 : FAILED;
    }

    /** What a run that is broken off leaves behind. */
    private void cleanUp() {
        Path folder = scratch;
        try {
            Child.endAll();
            if (folder != null && !keep) {
                Folders.delete(folder);
            }
        } catch (IOException | InterruptedException e) {
            spec.commandLine().getErr().println("not all was cleaned up: " + e.getMessage());
        }
    }

    private Set<Suite> chosen() {
        try {
            return suites.named(names.isEmpty() ? List.of(Suites.DEFAULT_GROUP) : names);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Whether all is well with the suite. */
    private boolean run(Suite suite, Bench bench, KnownFailures known) throws InterruptedException {
        try {
            suite.prepare(bench.tools());
            long began = System.nanoTime();
            Verdict verdict = Verdict.of(suite, suite.run(bench), known.of(suite));
            long seconds = (System.nanoTime() - began) / 1_000_000_000;
            out().printf("%-24s %s in %d s%n", suite.name(), verdict.summary(), seconds);
            verdict.remarks().forEach(remark -> out().println("  " + remark.replace("\n", "\n    ")));
            return verdict.good();
        } catch (MissingToolException e) {
            out().printf("%-24s %s: %s%n", suite.name(), skipMissing ? "skipped" : "FAILED", e.getMessage());
            return skipMissing;
        } catch (IOException e) {
            out().printf("%-24s FAILED: %s%n", suite.name(), e.getMessage());
            return false;
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
