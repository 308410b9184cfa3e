package io.leasegate.loadtest.drill;

import io.leasegate.loadtest.calls.CallEnd;
import io.leasegate.loadtest.calls.CallKind;
import io.leasegate.loadtest.calls.CallLogs;
import io.leasegate.loadtest.calls.Caller;
import io.leasegate.loadtest.calls.Ledger;
import io.leasegate.loadtest.calls.Plan;
import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.load.LoadLoops;
import io.leasegate.loadtest.stack.Await;
import io.leasegate.loadtest.stack.DemoInstance;
import io.leasegate.loadtest.stack.PrivateStack;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Restarts all instances of a demo service one by one under load, and counts what callers noticed. For one thread. */
public final class RollingRestart {

    /**
     * What is restarted under which load. Immutable.
     *
     * @param service greeter or reception
     * @param instances how many of it there are
     * @param callsPerSecond of all clients
     */
    public record Settings(String service, int instances, double callsPerSecond) {}

    private static final String RECEPTION = "reception";
    private static final int CONNECTIONS = 4;
    private static final int DEADLINE_MILLIS = 10_000;
    private static final int OTHERS = 2;
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);
    /** Load before the first, between two and after the last restart. */
    private static final long PAUSE_MILLIS = 1000;

    private final PrivateStack stack;
    private final LoadLoops loops;
    private final Settings settings;
    private final Consumer<String> progress;
    private final List<DemoInstance> instances;

    /** Starts the instances and waits until they get calls. */
    public RollingRestart(PrivateStack stack, LoadLoops loops, Settings settings, Consumer<String> progress)
            throws IOException, BenchFailure, InterruptedException {
        this.stack = stack;
        this.loops = loops;
        this.settings = settings;
        this.progress = progress;
        if (settings.service().equals(RECEPTION)) {
            stack.startDemo("greeter", OTHERS);
        }
        instances = stack.startDemo(settings.service(), settings.instances());
        stack.awaitAllHealthy();
    }

    public RestartResult run(RestartMode mode) throws IOException, BenchFailure, InterruptedException {
        CallLogs logs = new CallLogs();
        for (DemoInstance instance : instances) {
            Files.write(instance.callLog(), new byte[0]); // empties it; the instance goes on appending
            logs.add(instance.callLog());
        }
        Ledger ledger = new Ledger("");
        Plan plan = new Plan(
                stack.gateway().port(),
                settings.service(),
                CONNECTIONS,
                settings.callsPerSecond(),
                DEADLINE_MILLIS,
                Plan.USUAL_MARGIN_MILLIS,
                kinds(),
                0,
                0);
        try (Caller caller = Caller.start(loops, plan, ledger)) {
            if (!Await.until(CONNECT_LIMIT, caller::isConnected)) {
                throw new BenchFailure(
                        "no connection to the gateway at " + stack.gateway().address());
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            for (int i = 0; i < instances.size(); i++) {
                progress.accept(mode.title() + ", restart " + (i + 1) + " of " + instances.size() + ": "
                        + restart(instances.get(i), mode));
                stack.gateway().checkAlive();
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
            caller.finish();
        }
        logs.readInto(ledger);
        List<CallEnd> failed = ledger.failed();
        List<String> addresses = instances.stream().map(DemoInstance::address).toList();
        return new RestartResult(
                mode,
                instances.size(),
                ledger.totals(),
                failed,
                failed.stream().filter(end -> !mode.excuses(end, addresses)).toList(),
                ledger.duplicates(),
                ledger.answeredByNobody(),
                ledger.takeEndedTwice());
    }

    /** Returns a line that tells of it. */
    private String restart(DemoInstance instance, RestartMode mode)
            throws IOException, BenchFailure, InterruptedException {
        long began = System.nanoTime();
        if (mode == RestartMode.GRACEFUL) {
            instance.stop();
        } else {
            instance.kill();
        }
        long ended = System.nanoTime();
        long executed = Files.size(instance.callLog());
        instance.start();
        // That the table shows it as healthy would not do: of one that was killed a moment ago it may still say so.
        if (!Await.until(START_LIMIT, () -> Files.size(instance.callLog()) > executed)) {
            throw new BenchFailure(instance.name() + " gets no calls within " + START_LIMIT.toSeconds()
                    + " s of its start; the table: " + stack.gateway().instances());
        }
        return "%s ended in %d ms, and took calls again %d ms later"
                .formatted(instance.name(), (ended - began) / 1_000_000, (System.nanoTime() - ended) / 1_000_000);
    }

    private List<CallKind> kinds() {
        return settings.service().equals(RECEPTION)
                ? List.of(CallKind.WELCOME)
                : List.of(CallKind.GREET, CallKind.GREET, CallKind.GREET_TOGETHER, CallKind.GREET_REPEATEDLY);
    }
}
