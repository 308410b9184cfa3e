package io.leasegate.discovery;

import io.leasegate.discovery.ControlLoop.Scheduled;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointListener;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.LeaseLife;
import io.leasegate.routing.RouteTable;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.routing.TableUpdate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what registries and health checks say into published tables. Control loop only.
 *
 * <p>What takes an endpoint out is published behind the tasks that wait in the loop by now, without any delay: under a storm several
 * removals share one table, a single one has its own. What only adds is published at once after a quiet time, else at most every
 * {@value #SPREAD_MILLIS} ms.
 */
final class RegistryWatcher {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryWatcher.class);
    private static final long SPREAD_MILLIS = 20;

    private final ControlLoop loop;
    private final RouteTableBuilder builder;
    private final RouteTableRef tables;
    private final DiscoveryListener listener;
    private final List<EndpointListener> endpointListeners = new ArrayList<>();
    private final Map<String, Long> revisions = new HashMap<>();
    private final List<Long> removalsReceived = new ArrayList<>();
    private final Runnable onFirstSnapshot;
    private final Set<String> awaited = new HashSet<>();
    private final Map<String, Set<String>> expected = new HashMap<>();
    private final List<Consumer<Endpoint>> unhealthyListeners = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<Endpoint> otherState = new ArrayList<>();
    private boolean publishSoon;
    private @Nullable Scheduled publishLater;
    private long publishedNanos;
    private boolean publishedBefore;

    /** Who waits for a revision; equal to itself alone. */
    private static final class Waiting {
        final long revision;
        final Runnable task;

        Waiting(long revision, Runnable task) {
            this.revision = revision;
            this.task = task;
        }
    }

    /**
     * A watcher without registries.
     *
     * @param onFirstSnapshot runs once, when the first commits of all registries are in the published table
     */
    RegistryWatcher(
            ControlLoop loop,
            RouteTableBuilder builder,
            RouteTableRef tables,
            DiscoveryListener listener,
            Runnable onFirstSnapshot) {
        this.loop = loop;
        this.builder = builder;
        this.tables = tables;
        this.listener = listener;
        this.onFirstSnapshot = onFirstSnapshot;
    }

    /** From now on the listener hears of endpoints that come and go; it is told of those that are there. */
    void listen(EndpointListener endpointListener) {
        endpointListeners.add(endpointListener);
        builder.table().clusters().forEach(c -> c.endpoints().forEach(e -> tell(() -> endpointListener.onAdded(e))));
    }

    /**
     * The sink of one registry. All sinks are asked for before the first registry starts.
     *
     * @param precedence of the registry's word on an address that several of them have; the highest counts
     */
    RegistrySink sink(String registry, int precedence) {
        awaited.add(registry);
        return new RegistrySink() {
            @Override
            public void change(String key, List<Instance> instances) {
                builder.set(precedence, key, instances);
            }

            @Override
            public void expect(Set<String> services) {
                expected.put(registry, services);
                Set<String> all = new HashSet<>();
                expected.values().forEach(all::addAll);
                builder.expect(all);
            }

            @Override
            public void commit(long revision, boolean removal, long receivedNanos) {
                revisions.put(registry, revision);
                if (removal) {
                    removalsReceived.add(receivedNanos);
                    publishSoon();
                } else {
                    publishSpread();
                }
            }

            @Override
            public @Nullable Endpoint endpoint(EndpointId id) {
                return builder.endpoint(id);
            }

            @Override
            public void leaseLife(Endpoint endpoint, LeaseLife life) {
                boolean other = endpoint.leaseLife().weightShare() != life.weightShare();
                endpoint.leaseLife(life);
                if (other && builder.holds(endpoint)) {
                    builder.weightChanged(endpoint);
                    publishSpread();
                }
            }

            @Override
            public void whenUnhealthy(Consumer<Endpoint> heard) {
                unhealthyListeners.add(heard);
            }

            @Override
            public boolean isAwaited(long after, long upTo) {
                return waiting.stream().anyMatch(w -> w.revision > after && w.revision <= upTo);
            }
        };
    }

    /** An endpoint's state was found out. States of endpoints that are gone are passed over. */
    void setState(Endpoint endpoint, EndpointState state, String reason) {
        change(endpoint, () -> endpoint.state(state, reason, loop.nanoTime()));
    }

    /** An endpoint is taken out although it looks well. */
    void eject(Endpoint endpoint, String reason) {
        change(endpoint, () -> endpoint.eject(reason, loop.nanoTime()));
    }

    /** Its state is what was found out last. */
    void readmit(Endpoint endpoint) {
        change(endpoint, () -> endpoint.readmit(loop.nanoTime()));
    }

    /** Instances said what they serve. */
    void learned(String service, String version, List<String> grpcServices) {
        builder.learned(service, version, grpcServices);
        publishSpread();
    }

    private void change(Endpoint endpoint, Runnable how) {
        if (!builder.holds(endpoint)) {
            return;
        }
        EndpointState before = endpoint.state();
        how.run();
        EndpointState after = endpoint.state();
        if (after == before) {
            return;
        }
        builder.healthChanged(endpoint);
        otherState.add(endpoint);
        if (after == EndpointState.HEALTHY) {
            publishSpread();
        } else {
            publishSoon();
        }
        if (after.isDown()) {
            unhealthyListeners.forEach(l -> l.accept(endpoint));
        }
    }

    private void publishSoon() {
        if (!publishSoon) {
            publishSoon = true;
            loop.execute(this::publish);
        }
    }

    private void publishSpread() {
        if (publishSoon || publishLater != null) {
            return;
        }
        long sinceMillis = (loop.nanoTime() - publishedNanos) / 1_000_000;
        if (!publishedBefore || sinceMillis >= SPREAD_MILLIS) {
            publishSoon();
        } else {
            publishLater = loop.schedule(this::publish, SPREAD_MILLIS - sinceMillis);
        }
    }

    private void publish() {
        publishSoon = false;
        if (publishLater != null) {
            publishLater.cancel();
            publishLater = null;
        }
        long begin = loop.nanoTime();
        RouteTable before = builder.table();
        TableUpdate update = builder.build(revision());
        long end = loop.nanoTime();
        publishedNanos = end;
        publishedBefore = true;
        if (update.table() != before) {
            tables.publish(update.table());
            tell(() -> listener.onPublished(update.table(), end - begin));
        }
        if (awaited.removeAll(revisions.keySet()) && awaited.isEmpty()) {
            tell(onFirstSnapshot);
        }
        long newsNanos = removalsReceived.isEmpty() ? begin : removalsReceived.get(0);
        for (long received : removalsReceived) {
            tell(() -> listener.onEvicted(end - received));
        }
        removalsReceived.clear();
        update.collisions().forEach(c -> tell(() -> listener.onCollision(c)));
        List<Endpoint> changed = new ArrayList<>(update.changed());
        otherState.stream().filter(builder::holds).forEach(changed::add);
        otherState.clear();
        for (EndpointListener l : endpointListeners) {
            update.removed().forEach(e -> tell(() -> l.onRemoved(e, newsNanos)));
            update.added().forEach(e -> tell(() -> l.onAdded(e)));
            changed.forEach(e -> tell(() -> l.onChanged(e)));
        }
        tellWaiting(update.table().revision());
    }

    /**
     * Runs the task once the table reflects at least this revision and everybody was told what it took out; at once when that is so.
     *
     * @return takes the task back
     */
    Scheduled whenRouted(long revision, Runnable task) {
        if (builder.table().revision() >= revision && !publishSoon) {
            tell(task);
            return () -> {};
        }
        Waiting w = new Waiting(revision, task);
        waiting.add(w);
        return () -> waiting.remove(w);
    }

    private void tellWaiting(long revision) {
        if (waiting.isEmpty()) {
            return;
        }
        for (Waiting w : List.copyOf(waiting)) {
            if (w.revision <= revision && waiting.remove(w)) {
                tell(w.task);
            }
        }
    }

    private long revision() {
        long newest = 0;
        for (long r : revisions.values()) {
            newest = Math.max(newest, r);
        }
        return newest;
    }

    /** A listener's failure is its own. */
    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.error("a listener of the route table failed; this is a defect", e);
        }
    }
}
