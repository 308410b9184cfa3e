package io.leasegate.loadtest.cli;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.soak.Schedule;
import io.leasegate.loadtest.soak.Settings;
import io.leasegate.loadtest.soak.SoakReport;
import io.leasegate.loadtest.soak.SoakResult;
import io.leasegate.loadtest.soak.SoakRun;
import io.leasegate.loadtest.stack.Launcher;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leasegate soak}. */
@Command(
        name = "leasegate soak",
        description = {
            "Run a private stack under all kinds of trouble at once, and watch what must always hold: no call is executed twice or lost,"
                    + " nothing leaks, memory is bounded, the table is what etcd holds.",
            "The schedule is made from the seed; the same seed and sizes make the same one."
        },
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all of it held",
            "1:something did not, or the soak could not be held",
            "2:the command line is wrong"
        })
public final class SoakCommand implements Callable<Integer> {

    private static final double MOST_MINUTES = 100_000;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "2",
            description =
                    "How long there is trouble, as 0.5 or 240; quiet times come on top (default: ${DEFAULT-VALUE}).")
    private double minutes;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Decides what is left to chance (default: another one each time).")
    private @Nullable Long seed;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "3",
            description = "Instances that are processes, 2 to 20 (default: ${DEFAULT-VALUE}).")
    private int instances;

    @Option(
            names = "--scripted",
            paramLabel = "N",
            defaultValue = "3",
            description = "Instances that misbehave as a real one cannot, 1 to 20 (default: ${DEFAULT-VALUE}).")
    private int scripted;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "4",
            description = "Connections of clients, 2 to 1000 (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--rate",
            paramLabel = "CALLS",
            defaultValue = "150",
            description = "Calls a second, 1 to 10000 (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--rss-limit",
            paramLabel = "MIB",
            defaultValue = "512",
            description = "What the gateway may have in memory (default: ${DEFAULT-VALUE}).")
    private int rssLimitMib;

    @Option(names = "--schedule", description = "Print what would happen when, and end.")
    private boolean schedule;

    @Option(names = "--json", description = "Print JSON for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, BenchFailure, InterruptedException {
        Settings settings = settings();
        PrintWriter out = spec.commandLine().getOut();
        if (schedule) {
            for (int cycle = 1; cycle <= settings.cycles(); cycle++) {
                out.println("cycle " + cycle + ", seed " + settings.seed());
                Schedule.of(settings, cycle, settings.cycleMillis())
                        .events()
                        .forEach(event -> out.println("  " + event));
            }
            return 0;
        }
        SoakResult result = run(settings);
        if (json) {
            out.println(SoakReport.json(result).toPrettyString());
        } else {
            SoakReport.print(out, result);
        }
        return result.isPassed() ? 0 : 1;
    }

    private Settings settings() {
        OptionRange.check(spec, "--minutes", minutes, 0.05, MOST_MINUTES);
        OptionRange.check(spec, "--instances", instances, 2, 20);
        OptionRange.check(spec, "--scripted", scripted, 1, 20);
        OptionRange.check(spec, "--connections", connections, 2, 1000);
        OptionRange.check(spec, "--rate", rate, 1, 10_000);
        OptionRange.check(spec, "--rss-limit", rssLimitMib, 1, 1 << 20);
        long chosen = seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed;
        return new Settings(chosen, minutes, instances, scripted, connections, rate, rssLimitMib);
    }

    private SoakResult run(Settings settings) throws IOException, BenchFailure, InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        Launcher launcher = Launcher.ofThisProcess();
        err.println("seed " + settings.seed() + "; to repeat it: " + settings.command());
        try (PrivateRun run = PrivateRun.begin("soak")) {
            return new SoakRun(settings, err::println).run(run.workspace(), run.loops(), launcher);
        }
    }
}
