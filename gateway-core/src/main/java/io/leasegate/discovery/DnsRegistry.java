package io.leasegate.discovery;

import static java.util.Objects.requireNonNull;

import io.leasegate.discovery.NamedInstances.Result;
import io.leasegate.dns.DnsClient;
import io.leasegate.endpoint.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances from DNS: follows the configured names. While the name servers fail, what they said last stays in force; what they say is
 * not there goes when they say so twice. Control loop only, but for what {@link Registry} says is safe from any thread.
 */
public final class DnsRegistry implements Registry {

    private static final Logger LOG = LoggerFactory.getLogger(DnsRegistry.class);
    private static final String NAME = NamedInstances.FORMAT;

    /** No key of etcd begins so. */
    private static final String KEY_PREFIX = "\0dns ";

    /** How many names with troubles are told in one message. */
    private static final int MAX_TOLD = 3;

    private final NamedSettings settings;
    private final ControlLoop loop;
    private final DiscoveryListener listener;
    private final DnsClient client;
    private final List<Followed> names = new ArrayList<>();
    private @Nullable RegistrySink sink;
    private boolean closed;
    private boolean complete;
    private volatile State state = new State(false, false, "not asked yet", System.currentTimeMillis(), 0, List.of());
    private volatile long lookUps;
    private volatile long failures;
    private volatile long oldestAnswerNanos;

    /** What is told of all names belongs together. */
    private record State(
            boolean synced,
            boolean connected,
            String error,
            long sinceEpochMillis,
            int foundNames,
            List<Refusal> refusals) {}

    /** What is known of one name. */
    private static final class Followed {

        final NamedInstances instances;

        @Nullable
        Result last;

        long answeredNanos;

        Followed(NamedInstances instances, long nowNanos) {
            this.instances = instances;
            this.answeredNanos = nowNanos;
        }

        boolean isAnswered() {
            return last != null && last.answered();
        }
    }

    public DnsRegistry(NamedSettings settings, ControlLoop loop, DiscoveryListener listener) {
        this.settings = settings;
        this.loop = loop;
        this.listener = listener;
        this.client = new DnsClient(settings.dns());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void start(RegistrySink newSink) {
        sink = newSink;
        newSink.expect(settings.services().keySet());
        settings.services()
                .forEach((service, list) -> list.forEach(name -> {
                    int index = names.size();
                    NamedInstances.Listener heard = result -> loop.execute(() -> onLookedUp(index, result));
                    names.add(new Followed(new NamedInstances(service, name, client, heard), loop.nanoTime()));
                }));
        commitIfComplete();
        names.forEach(n -> n.instances.start());
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the control loop alone
    private void onLookedUp(int index, Result result) {
        if (closed) {
            return;
        }
        Followed name = names.get(index);
        Result before = name.last;
        name.last = result;
        lookUps++;
        if (result.trouble().isEmpty()) {
            name.answeredNanos = loop.nanoTime();
        } else {
            failures++;
        }
        List<Instance> was = before == null ? List.of() : before.instances();
        boolean changed = !was.equals(result.instances());
        if (changed) {
            requireNonNull(sink).change(key(index), result.instances());
        }
        tell(name.instances, before, result, changed);
        state = state();
        oldestAnswerNanos = oldestAnswerNanos();
        if (complete && changed) {
            requireNonNull(sink).commit(0, KeyMap.removesAddress(was, result.instances()), loop.nanoTime());
        } else {
            commitIfComplete();
        }
        listener.onSourceRead(NAME, kind(result));
    }

    private static String key(int index) {
        return KEY_PREFIX + index;
    }

    /**
     * All names were asked for. When not one of them was answered for, it is not the names that are at fault, and nothing is known: the
     * first table waits for that.
     */
    private void commitIfComplete() {
        boolean asked = names.stream().allMatch(n -> n.last != null);
        if (!complete && asked && (names.isEmpty() || names.stream().anyMatch(Followed::isAnswered))) {
            complete = true;
            state = state();
            requireNonNull(sink).commit(0, false, loop.nanoTime());
        }
    }

    private static SourceRead kind(Result result) {
        if (!result.trouble().isEmpty()) {
            return SourceRead.FAILED;
        }
        return result.absence().isEmpty() ? SourceRead.OK : SourceRead.EMPTY;
    }

    private static void tell(NamedInstances name, @Nullable Result before, Result now, boolean changed) {
        String label = name.shown() + " (service " + name.service() + ")";
        if (changed) {
            LOG.info(
                    "{} is {}",
                    label,
                    now.instances().isEmpty()
                            ? "nobody any more"
                            : now.instances().stream()
                                    .map(i -> i.id().address())
                                    .collect(Collectors.joining(", ")));
        }
        String objection = objection(now);
        String last = before == null ? "" : objection(before);
        if (!objection.isEmpty() && !objection.equals(last)) {
            LOG.warn("{}: {}", label, objection);
        } else if (objection.isEmpty() && !last.isEmpty()) {
            LOG.info("{}: the name servers answer as they should again", label);
        }
    }

    /** What is wrong with a name and what follows from it, in words; empty when nothing is. */
    private static String objection(Result r) {
        String kept = r.instances().isEmpty() ? "" : "; what was known before stays in force";
        if (!r.trouble().isEmpty()) {
            return r.trouble() + kept;
        }
        return r.absence().isEmpty() ? "" : r.absence() + (kept.isEmpty() ? "" : kept + " until it is said twice");
    }

    private State state() {
        List<String> troubles = new ArrayList<>();
        List<String> absences = new ArrayList<>();
        List<Refusal> refusals = new ArrayList<>();
        int found = 0;
        for (Followed n : names) {
            Result r = n.last;
            if (r == null) {
                continue;
            }
            found += r.instances().isEmpty() ? 0 : 1;
            String said = n.instances.shown() + ": " + objection(r);
            if (!r.trouble().isEmpty()) {
                troubles.add(said);
            } else if (!r.absence().isEmpty()) {
                absences.add(said);
                refusals.add(new Refusal(
                        n.instances.shown(),
                        NAME,
                        Refusal.Kind.INACTIVE,
                        r.absence(),
                        0,
                        !r.instances().isEmpty()));
            }
        }
        boolean connected = troubles.isEmpty();
        troubles.addAll(absences);
        State before = state;
        return new State(
                complete,
                connected,
                shown(troubles),
                before.connected() == connected ? before.sinceEpochMillis() : System.currentTimeMillis(),
                found,
                List.copyOf(refusals));
    }

    private static String shown(List<String> troubles) {
        int untold = troubles.size() - MAX_TOLD;
        return troubles.stream().limit(MAX_TOLD).collect(Collectors.joining("; "))
                + (untold > 0 ? "; and " + untold + " more names" : "");
    }

    private long oldestAnswerNanos() {
        long now = loop.nanoTime();
        long oldest = 0;
        for (Followed n : names) {
            if (n.last != null) {
                oldest = Math.max(oldest, now - n.answeredNanos);
            }
        }
        return now - oldest;
    }

    @Override
    public RegistryStatus status() {
        State now = state;
        return new RegistryStatus(
                NAME,
                now.synced(),
                now.connected(),
                now.error(),
                0,
                now.sinceEpochMillis(),
                now.synced() ? (loop.nanoTime() - oldestAnswerNanos) / 1_000_000 : -1,
                now.foundNames(),
                now.refusals().size(),
                lookUps,
                failures,
                0,
                0);
    }

    @Override
    public List<Refusal> refusals() {
        return state.refusals();
    }

    @Override
    public void close() {
        closed = true;
        names.forEach(n -> n.instances.close());
        client.close();
    }
}
