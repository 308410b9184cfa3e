package io.leasegate.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.discovery.DiscoveryListener;
import io.leasegate.discovery.DiscoverySettings;
import io.leasegate.discovery.Refusal;
import io.leasegate.discovery.RegistrySink;
import io.leasegate.discovery.RegistryStatus;
import io.leasegate.discovery.SourceRead;
import io.leasegate.endpoint.Instance;
import io.leasegate.server.cli.Finding.Severity;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Lints the registry and the other sources again and again and prints what is found and what is gone. A change of a source leads to the next round at
 * once, or nearly so; without one, addresses are still looked at from time to time, since instances die without a word to any source.
 *
 * <p>The sources are followed to hear <em>that</em> something changed; each round then reads them as a whole, because a linter also looks at what a
 * follower leaves aside. The control thread only rings; the caller reads and prints.
 */
final class FindingsWatch implements RegistrySink, DiscoveryListener {

    /** Changes that come close to each other, as in a rollout, are looked at together. */
    private static final long SETTLE_MILLIS = 500;

    private static final long PROBE_AGAIN_SECONDS = 10;

    private final DiscoverySettings settings;
    private final RegistrationsReader reader;
    private final PrintWriter out;
    private final Paint paint;
    private final boolean json;
    private final ProbedAddresses addresses = new ProbedAddresses();
    private final Semaphore changes = new Semaphore(0);
    private Set<Finding> known = Set.of();
    /** What was told to be wrong with the sources since they could all be read. */
    private final Set<String> troubles = new HashSet<>();

    private boolean told;

    FindingsWatch(DiscoverySettings settings, PrintWriter out, Paint paint, boolean json) {
        this.settings = settings;
        // What is wrong with a source is told by those that follow it.
        this.reader = new RegistrationsReader(settings, warning -> {});
        this.out = out;
        this.paint = paint;
        this.json = json;
    }

    /**
     * Goes on until the thread is interrupted or the output is closed.
     *
     * @return what was found in the last round
     */
    Set<Finding> follow() {
        try (FollowedSources sources = new FollowedSources(settings, this)) {
            rounds(sources);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return known;
    }

    private void rounds(FollowedSources sources) throws InterruptedException {
        long probeAgain = System.nanoTime();
        // A reader that went away, as head does, ends it.
        while (!out.checkError()) {
            boolean again = System.nanoTime() - probeAgain >= 0;
            if (again) {
                addresses.forget();
            } else if (changes.tryAcquire(1, TimeUnit.SECONDS)) {
                TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
            } else {
                continue;
            }
            changes.drainPermits();
            round(sources);
            if (again) {
                // From the end of it: where many addresses are silent, looking at them takes its time.
                probeAgain = System.nanoTime() + TimeUnit.SECONDS.toNanos(PROBE_AGAIN_SECONDS);
            }
        }
    }

    private void round(FollowedSources sources) throws InterruptedException {
        List<RegistryStatus> statuses = sources.statuses();
        // One that is not connected and has not failed yet is only being asked for the first time.
        String wrong = statuses.stream()
                .filter(s -> !s.error().isEmpty() && (s.connected() || s.disconnects() > 0))
                .map(s -> s.name() + ": " + s.error())
                .collect(Collectors.joining("; "));
        // What was found before is not gone only because nobody can look.
        if (!statuses.stream().allMatch(RegistryStatus::connected)) {
            if (!wrong.isEmpty()) {
                tellTrouble(wrong);
            }
            return;
        }
        try {
            RegistrationsReport report = reader.read(addresses);
            if (!wrong.isEmpty()) {
                tellTrouble(wrong);
            } else if (!troubles.isEmpty()) {
                troubles.clear();
                tell("readable", paint.good("all sources can be read"), "");
            }
            compare(report);
        } catch (CommandFailure e) {
            tellTrouble(String.valueOf(e.getMessage()));
        }
    }

    /** Once: the members of an etcd that is away are tried in turn, each with its own message. */
    private void tellTrouble(String what) {
        if (troubles.add(what)) {
            tell("trouble", paint.bad("trouble") + ": " + TextTable.printable(what), what);
        }
    }

    private void tell(String event, String text, String message) {
        if (json) {
            out.println(event(event).put("message", message));
        } else {
            out.println(RegistrationsWatch.time() + " ! " + text);
        }
        out.flush();
    }

    private void compare(RegistrationsReport report) {
        Set<Finding> is = new LinkedHashSet<>(report.findings());
        Set<Finding> was = known;
        known = is;
        was.stream().filter(f -> !is.contains(f)).forEach(f -> print("gone", f));
        is.stream().filter(f -> !was.contains(f)).forEach(f -> print("found", f));
        if (!told || !is.equals(was)) {
            told = true;
            printCounts(report);
        }
        out.flush();
    }

    private void print(String event, Finding finding) {
        if (json) {
            ObjectNode node = event(event);
            RegistrationsReport.describe(node, finding);
            out.println(node);
            return;
        }
        boolean found = event.equals("found");
        out.println(RegistrationsWatch.time() + " " + (found ? "+" : paint.good("-")) + " "
                + (found
                        ? RegistrationsReport.line(finding, paint)
                        : paint.faint(RegistrationsReport.line(finding, new Paint(false)))));
    }

    private void printCounts(RegistrationsReport report) {
        if (json) {
            out.println(event("counted")
                    .put("revision", report.revision())
                    .put("errors", report.count(Severity.ERROR))
                    .put("warnings", report.count(Severity.WARNING)));
            return;
        }
        out.println(RegistrationsWatch.time() + " = " + report.counts(paint));
    }

    private static ObjectNode event(String event) {
        return JsonNodeFactory.instance.objectNode().put("event", event);
    }

    @Override
    public void change(String key, List<Instance> instances) {}

    @Override
    public void commit(long revision, boolean removal, long receivedNanos) {
        changes.release();
    }

    @Override
    public void onRefused(Refusal refusal) {
        changes.release();
    }

    @Override
    public void onListed(String registry) {
        changes.release();
    }

    @Override
    public void onSourceRead(String source, SourceRead result) {
        // Names are looked up every few seconds; what comes of it is committed when it is new.
        if (result != SourceRead.OK) {
            changes.release();
        }
    }

    @Override
    public void onDisconnected(String registry, String reason) {
        changes.release();
    }
}
