package io.leasegate.loadtest.soak;

import io.leasegate.loadtest.calls.CallKind;
import io.leasegate.loadtest.calls.CallLogs;
import io.leasegate.loadtest.calls.Caller;
import io.leasegate.loadtest.calls.Ledger;
import io.leasegate.loadtest.calls.Plan;
import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.Scrape;
import io.leasegate.loadtest.load.LoadLoops;
import io.leasegate.loadtest.stack.Await;
import io.leasegate.loadtest.stack.PrivateStack;
import io.leasegate.loadtest.stack.RunningGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is looked at between troubles, while nothing happens and nobody calls. For one thread. */
final class QuietTime {

    private static final Duration TABLE_LIMIT = Duration.ofSeconds(60);
    private static final Duration GAUGE_LIMIT = Duration.ofSeconds(20);
    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(60);
    private static final long PROBE_MILLIS = 1000;
    private static final int PROBE_RATE = 50;
    private static final int PROBE_DEADLINE_MILLIS = 10_000;
    /** What may come and go by itself: the admin listener's connections, etcd's, a file that is read. */
    private static final int FILES_BEYOND = 16;
    /** Netty takes memory from the system in chunks of some MiB for each event loop and keeps some of them. */
    private static final int DIRECT_MIB_BEYOND = 32;

    private static final int TOLD = 10;

    private final PrivateStack stack;
    private final LoadLoops loops;
    private final Settings settings;
    private final Ledger ledger;
    private final CallLogs logs;
    private final Violations violations;
    private final List<Rest> rests = new ArrayList<>();
    private final Set<Integer> toldDuplicates = new TreeSet<>();

    QuietTime(
            PrivateStack stack,
            LoadLoops loops,
            Settings settings,
            Ledger ledger,
            CallLogs logs,
            Violations violations) {
        this.stack = stack;
        this.loops = loops;
        this.settings = settings;
        this.ledger = ledger;
        this.logs = logs;
        this.violations = violations;
    }

    List<Rest> rests() {
        return rests;
    }

    /** Looks at everything. The caller has finished before. */
    void look() throws IOException, BenchFailure, InterruptedException {
        RunningGateway gateway = stack.gateway();
        gateway.checkAlive();
        checkTable(gateway);
        checkRecovery();
        checkCalls();
        checkRest(gateway);
        gateway.defects().forEach(line -> violations.add("the gateway's log: " + line));
    }

    private void checkTable(RunningGateway gateway) throws IOException, BenchFailure, InterruptedException {
        boolean isEqual = Await.until(TABLE_LIMIT, () -> difference(gateway) == null);
        String difference = difference(gateway);
        if (!isEqual && difference != null) {
            violations.add("the table is not what etcd holds " + TABLE_LIMIT.toSeconds() + " s after the last trouble: "
                    + difference);
        }
    }

    /** Null for none. */
    private @Nullable String difference(RunningGateway gateway) throws BenchFailure, InterruptedException {
        Set<String> held = new TreeSet<>(stack.etcd().list("/").keySet());
        Map<String, String> routed = gateway.instances();
        if (routed == null) {
            return "the gateway does not answer";
        }
        int expected = settings.instances() + settings.scripted();
        if (held.equals(routed.keySet()) && held.size() == expected) {
            return null;
        }
        return "etcd has " + held + ", the table " + routed + "; instances that are up: " + expected;
    }

    /** That calls succeed again, all of them. */
    private void checkRecovery() throws IOException, BenchFailure, InterruptedException {
        Ledger[] last = new Ledger[1];
        boolean isWell = Await.until(RECOVERY_LIMIT, () -> {
            Ledger probe = new Ledger("probe-");
            last[0] = probe;
            Plan plan = new Plan(
                    stack.gateway().port(),
                    SoakRun.SERVICE,
                    1,
                    PROBE_RATE,
                    PROBE_DEADLINE_MILLIS,
                    Plan.USUAL_MARGIN_MILLIS,
                    List.of(CallKind.GREET),
                    0,
                    0);
            try (Caller caller = Caller.start(loops, plan, probe)) {
                TimeUnit.MILLISECONDS.sleep(PROBE_MILLIS);
                caller.finish();
            }
            return probe.totals().ok() > 0
                    && probe.totals().ok() == probe.totals().made();
        });
        if (!isWell) {
            violations.add("calls still fail " + RECOVERY_LIMIT.toSeconds() + " s after the last trouble: "
                    + last[0].failed().stream().limit(TOLD).toList());
        }
    }

    private void checkCalls() throws IOException {
        logs.readInto(ledger);
        for (int id : ledger.duplicates()) {
            if (toldDuplicates.add(id)) {
                violations.add("executed more than once: call " + id);
            }
        }
        List<Integer> byNobody = ledger.answeredByNobody();
        if (!byNobody.isEmpty()) {
            violations.add("answered with OK, and executed by nobody: calls "
                    + byNobody.stream().limit(TOLD).toList() + " of " + byNobody.size());
        }
    }

    private void checkRest(RunningGateway gateway) throws IOException, BenchFailure, InterruptedException {
        for (String gauge : List.of("leasegate_calls_in_flight", "leasegate_upstream_waiting_calls")) {
            if (!Await.until(GAUGE_LIMIT, () -> gateway.scrape().sum(gauge) == 0)) {
                violations.add(gauge + " is " + gateway.scrape().sum(gauge) + " while nobody calls");
            }
        }
        Scrape scrape = gateway.scrape();
        Rest rest = Rest.of(scrape, gateway.residentBytes());
        rests.add(rest);
        Rest first = rests.get(0);
        if (rest.files() > first.files() + FILES_BEYOND) {
            violations.add("open files that are no connections: " + rest.files() + " (at the beginning " + first.files()
                    + ")");
        }
        if (rest.directMib() > first.directMib() + DIRECT_MIB_BEYOND) {
            violations.add(
                    "direct memory: " + rest.directMib() + " MiB (at the beginning " + first.directMib() + " MiB)");
        }
    }
}
