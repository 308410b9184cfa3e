package io.leasegate.loadtest.cli;

import io.leasegate.loadtest.drill.DrillReport;
import io.leasegate.loadtest.drill.RestartMode;
import io.leasegate.loadtest.drill.RestartResult;
import io.leasegate.loadtest.drill.RollingRestart;
import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.stack.Launcher;
import io.leasegate.loadtest.stack.PrivateStack;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leasegate drill rolling-restart}. */
@Command(
        name = "rolling-restart",
        description = {
            "Restart all instances of a demo service one by one under load, and count the calls that failed.",
            "Gracefully, none may; by kill -9, only calls that had been sent to an instance that was killed."
        },
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no call failed that must not",
            "1:some did, or the drill could not be held",
            "2:the command line is wrong"
        })
final class RollingRestartCommand implements Callable<Integer> {

    /** What the command line can ask for. */
    enum Modes {
        GRACEFUL(RestartMode.GRACEFUL),
        KILL(RestartMode.KILL),
        BOTH(RestartMode.GRACEFUL, RestartMode.KILL);

        private final List<RestartMode> modes;

        Modes(RestartMode... modes) {
            this.modes = List.of(modes);
        }
    }

    /** The demo services. */
    enum Service {
        GREETER,
        RECEPTION
    }

    @Option(
            names = "--service",
            paramLabel = "NAME",
            defaultValue = "greeter",
            description = "Whose instances to restart: greeter or reception (default: ${DEFAULT-VALUE}).")
    private Service service = Service.GREETER;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "both",
            description =
                    "How: graceful (SIGTERM), kill (SIGKILL) or both, one after the other (default: ${DEFAULT-VALUE}).")
    private Modes modes = Modes.BOTH;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many there are, 2 to 20 (default: ${DEFAULT-VALUE}).")
    private int instances;

    @Option(
            names = "--rate",
            paramLabel = "CALLS",
            defaultValue = "300",
            description = "Calls a second, 1 to 100000 (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(names = "--json", description = "Print JSON for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, BenchFailure, InterruptedException {
        OptionRange.check(spec, "--instances", instances, 2, 20);
        OptionRange.check(spec, "--rate", rate, 1, 100_000);
        RollingRestart.Settings settings =
                new RollingRestart.Settings(service.name().toLowerCase(Locale.ROOT), instances, rate);
        List<RestartResult> results = run(settings);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(DrillReport.json(settings, results).toPrettyString());
        } else {
            DrillReport.print(out, settings, results);
        }
        return results.stream().allMatch(RestartResult::isPassed) ? 0 : 1;
    }

    private List<RestartResult> run(RollingRestart.Settings settings)
            throws IOException, BenchFailure, InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        Launcher launcher = Launcher.ofThisProcess();
        List<RestartResult> results = new ArrayList<>();
        try (PrivateRun run = PrivateRun.begin("drill")) {
            err.println("starting etcd, the gateway and " + instances + " instances of " + settings.service());
            PrivateStack stack = new PrivateStack(run.workspace(), launcher, "", "");
            RollingRestart restart = new RollingRestart(stack, run.loops(), settings, err::println);
            for (RestartMode mode : modes.modes) {
                results.add(restart.run(mode));
            }
        }
        return results;
    }
}
