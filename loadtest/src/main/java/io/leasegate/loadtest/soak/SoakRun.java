package io.leasegate.loadtest.soak;

import io.leasegate.loadtest.calls.CallEnd;
import io.leasegate.loadtest.calls.CallKind;
import io.leasegate.loadtest.calls.CallLogs;
import io.leasegate.loadtest.calls.Caller;
import io.leasegate.loadtest.calls.Ledger;
import io.leasegate.loadtest.calls.Plan;
import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.Workspace;
import io.leasegate.loadtest.load.LoadLoops;
import io.leasegate.loadtest.stack.Await;
import io.leasegate.loadtest.stack.DemoInstance;
import io.leasegate.loadtest.stack.Launcher;
import io.leasegate.loadtest.stack.PrivateStack;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A soak: cycles of all kinds of trouble under load, each with a quiet time after it in which everything has to be as it was. For one thread.
 *
 * <p>What must always hold: no call is executed twice; each call ends within its deadline and a margin, with one status; the gateway's memory has a
 * bound; it ends in order when it is drained. In the quiet times: the table is what etcd holds, calls succeed, nothing is in flight, and the
 * gateway's files and direct memory are what they were.
 */
public final class SoakRun {

    static final String SERVICE = "greeter";

    private static final String PREFIX = "/soak/";
    private static final int DEADLINE_MILLIS = 2000;
    private static final double CANCEL_SHARE = 0.05;
    private static final long WARM_UP_MILLIS = 2000;
    private static final long LOOK_MILLIS = 500;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);
    private static final String CONFIGURATION = "drain.grace = 5s";
    // Small enough that what is not released shows, and every buffer is followed from its first byte to its release.
    private static final String JAVA_OPTIONS =
            "-Xmx96m -XX:MaxDirectMemorySize=96m -Dio.netty.leakDetection.level=paranoid";
    /** What nobody but a defect of the gateway leads to. */
    private static final String INTERNAL = "IE";

    private final Settings settings;
    private final Consumer<String> progress;
    private final Violations violations;
    private final Ledger ledger = new Ledger("");
    private final CallLogs logs = new CallLogs();
    private final Map<Trouble, Integer> events = new EnumMap<>(Trouble.class);
    private long mostRssBytes;
    private boolean isRssTold;

    public SoakRun(Settings settings, Consumer<String> progress) {
        this.settings = settings;
        this.progress = progress;
        this.violations = new Violations(progress);
    }

    public SoakResult run(Workspace workspace, LoadLoops loops, Launcher launcher)
            throws IOException, BenchFailure, InterruptedException {
        progress.accept("starting etcd, the gateway and " + settings.instances() + " instances");
        PrivateStack stack = new PrivateStack(workspace, launcher, CONFIGURATION, JAVA_OPTIONS);
        List<DemoInstance> instances = stack.startDemo(SERVICE, settings.instances());
        instances.forEach(instance -> logs.add(instance.callLog()));
        List<ScriptedInstance> scripted = new ArrayList<>();
        try {
            for (int i = 0; i < settings.scripted(); i++) {
                ScriptedInstance instance = new ScriptedInstance(loops, ledger, settings.seed() + i);
                scripted.add(instance);
                stack.etcd().register(PREFIX, SERVICE, instance.address());
            }
            stack.awaitAllHealthy();
            return run(stack, loops, instances, scripted);
        } finally {
            scripted.forEach(ScriptedInstance::close);
        }
    }

    private SoakResult run(
            PrivateStack stack, LoadLoops loops, List<DemoInstance> instances, List<ScriptedInstance> scripted)
            throws IOException, BenchFailure, InterruptedException {
        QuietTime quiet = new QuietTime(stack, loops, settings, ledger, logs, violations);
        Plan plan = new Plan(
                stack.gateway().port(),
                SERVICE,
                settings.connections(),
                settings.callsPerSecond(),
                DEADLINE_MILLIS,
                Plan.USUAL_MARGIN_MILLIS,
                List.of(CallKind.GREET, CallKind.GREET, CallKind.GREET_TOGETHER, CallKind.GREET_REPEATEDLY),
                CANCEL_SHARE,
                settings.seed());
        try (Caller caller = Caller.start(loops, plan, ledger);
                TroubleMaker trouble = new TroubleMaker(stack, instances, scripted, caller, violations)) {
            if (!Await.until(CONNECT_LIMIT, caller::isConnected)) {
                throw new BenchFailure(
                        "no connection to the gateway at " + stack.gateway().address());
            }
            TimeUnit.MILLISECONDS.sleep(WARM_UP_MILLIS);
            rest(caller, quiet);
            for (int cycle = 1; cycle <= settings.cycles(); cycle++) {
                violations.cycle(cycle);
                Schedule schedule = Schedule.of(settings, cycle, settings.cycleMillis());
                progress.accept("cycle " + cycle + " of " + settings.cycles() + ": "
                        + schedule.events().size() + " events in " + settings.cycleMillis() / 1000 + " s");
                schedule.events().forEach(event -> progress.accept("  " + event));
                caller.resume();
                carryOut(schedule, trouble, stack);
                trouble.awaitRest();
                rest(caller, quiet);
                progress.accept("quiet after cycle " + cycle + ": "
                        + quiet.rests().get(quiet.rests().size() - 1) + ", "
                        + ledger.totals().made() + " calls so far, "
                        + violations.count() + " violations");
            }
            return result(caller.resent(), quiet);
        }
    }

    private void rest(Caller caller, QuietTime quiet) throws IOException, BenchFailure, InterruptedException {
        caller.finish();
        lookAtCalls();
        quiet.look();
    }

    private void carryOut(Schedule schedule, TroubleMaker trouble, PrivateStack stack)
            throws BenchFailure, InterruptedException {
        long began = System.nanoTime();
        for (Event event : schedule.events()) {
            waitUntil(began, event.atMillis(), stack);
            trouble.begin(event);
            events.merge(event.trouble(), 1, Integer::sum);
        }
        waitUntil(began, settings.cycleMillis(), stack);
    }

    private void waitUntil(long beganNanos, long millis, PrivateStack stack) throws BenchFailure, InterruptedException {
        while (true) {
            long left = millis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
            if (left <= 0) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(Math.min(left, LOOK_MILLIS));
            lookAtMemory(stack);
            lookAtCalls();
        }
    }

    private void lookAtMemory(PrivateStack stack) throws BenchFailure {
        long resident = stack.gateway().residentBytes();
        mostRssBytes = Math.max(mostRssBytes, resident);
        if (resident >> 20 > settings.rssLimitMib() && !isRssTold) {
            isRssTold = true;
            violations.add("the gateway has " + (resident >> 20) + " MiB in memory (expected at most "
                    + settings.rssLimitMib() + ")");
        }
    }

    private void lookAtCalls() {
        for (CallEnd end : ledger.takeLost()) {
            violations.add("lost: " + end);
        }
        for (String twice : ledger.takeEndedTwice()) {
            violations.add(twice);
        }
    }

    private SoakResult result(int resent, QuietTime quiet) {
        Ledger.Totals totals = ledger.totals();
        int internal = totals.byOutcome().getOrDefault(INTERNAL, 0);
        if (internal > 0) {
            violations.add(internal + " calls ended with the outcome " + INTERNAL + ", a defect of the gateway");
        }
        return new SoakResult(
                settings,
                violations.seconds(),
                events,
                totals,
                resent,
                mostRssBytes >> 20,
                quiet.rests(),
                violations.all(),
                violations.count());
    }
}
