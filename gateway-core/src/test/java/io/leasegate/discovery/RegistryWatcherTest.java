package io.leasegate.discovery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointListener;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.routing.RouteTable;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegistryWatcherTest {

    private final SimulatedLoop loop = new SimulatedLoop();
    private final List<Long> publishedMillis = new ArrayList<>();
    private final List<Long> evictions = new ArrayList<>();
    private final List<String> order = new ArrayList<>();
    private final RouteTableBuilder builder =
            new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), List.of(), "etcd");
    private final RouteTableRef tables = new RouteTableRef(builder.table());
    private final long startNanos = loop.nanoTime();
    private final RegistryWatcher watcher = new RegistryWatcher(
            loop,
            builder,
            tables,
            new DiscoveryListener() {
                @Override
                public void onPublished(RouteTable table, long buildNanos) {
                    publishedMillis.add((loop.nanoTime() - startNanos) / 1_000_000);
                    order.add("published");
                    throw new IllegalStateException("a listener that fails");
                }

                @Override
                public void onEvicted(long nanos) {
                    evictions.add(nanos);
                }
            },
            () -> order.add("first"));
    private final RegistrySink sink = watcher.sink("etcd", 0);

    private static Instance instance(int port) {
        return new Instance(
                new EndpointId("echo", "127.0.0.1", port), 1, "", Map.of(), false, "seed", "/" + port, 0, 0, 1);
    }

    private void put(int port, long revision) {
        sink.change("/" + port, List.of(instance(port)));
        sink.commit(revision, false, loop.nanoTime());
    }

    @Test
    void additionsAreSpreadAndTheFirstIsNotHeldBack() {
        loop.advance(100);
        put(1, 1);
        loop.advance(0);
        assertThat(publishedMillis).containsExactly(100L);
        for (int port = 2; port < 100; port++) {
            put(port, port);
            loop.advance(1);
        }
        loop.advance(50);
        assertThat(publishedMillis).hasSizeBetween(5, 7);
        for (int i = 1; i < publishedMillis.size(); i++) {
            assertThat(publishedMillis.get(i) - publishedMillis.get(i - 1)).isGreaterThanOrEqualTo(20);
        }
        assertThat(tables.get().clusters().get(0).endpoints()).hasSize(99);
        assertThat(tables.get().revision()).isEqualTo(99);
    }

    @Test
    void aRemovalIsNotHeldBack() {
        put(1, 1);
        loop.advance(20);
        put(2, 2);
        loop.advance(1);
        put(3, 3);
        sink.change("/1", List.of());
        sink.commit(4, true, loop.nanoTime() - 700_000);
        loop.advance(0);
        assertThat(publishedMillis).containsExactly(0L, 20L, 21L);
        assertThat(evictions).containsExactly(700_000L);
        assertThat(tables.get().clusters().get(0).endpoints()).hasSize(2);
        // nothing is left over from the addition that waited
        loop.advance(100);
        assertThat(publishedMillis).hasSize(3);
        assertThat(loop.waiting()).isZero();
    }

    @Test
    void theFirstSnapshotIsThereWhenAllRegistriesCommitted() {
        RegistrySink other = watcher.sink("other", 0);
        put(1, 1);
        loop.advance(50);
        assertThat(order).containsExactly("published");
        other.commit(0, false, 0);
        loop.advance(50);
        // nothing to publish, but complete
        assertThat(order).containsExactly("published", "first");
        put(2, 2);
        loop.advance(50);
        assertThat(order).containsExactly("published", "first", "published");
    }

    @Test
    void whoWaitsForARevisionHearsOnceWhatItTookOutIsTold() {
        put(1, 1);
        loop.advance(50);
        List<String> heard = new ArrayList<>();
        watcher.listen(new EndpointListener() {
            @Override
            public void onAdded(Endpoint e) {}

            @Override
            public void onRemoved(Endpoint e, long newsNanos) {
                heard.add("removed after " + (loop.nanoTime() - newsNanos));
            }
        });
        watcher.whenRouted(1, () -> heard.add("1"));
        watcher.whenRouted(3, () -> heard.add("3"));
        watcher.whenRouted(4, () -> heard.add("4"));
        watcher.whenRouted(3, () -> heard.add("never")).cancel();
        assertThat(heard).containsExactly("1");
        assertThat(sink.isAwaited(1, 2)).isFalse();
        assertThat(sink.isAwaited(1, 3)).isTrue();
        assertThat(sink.isAwaited(3, 4)).isTrue();
        assertThat(sink.isAwaited(4, 9)).isFalse();
        put(2, 2);
        loop.advance(50);
        assertThat(heard).containsExactly("1");
        sink.change("/1", List.of());
        sink.commit(3, true, loop.nanoTime() - 700_000);
        watcher.whenRouted(3, () -> heard.add("late"));
        assertThat(heard).as("not before it is published").containsExactly("1");
        loop.advance(50);
        assertThat(heard).containsExactly("1", "removed after 700000", "3", "late");
    }

    @Test
    void listenersHearAfterThePublicationAndMayFail() {
        put(1, 1);
        loop.advance(50);
        List<String> heard = new ArrayList<>();
        EndpointListener failing = new EndpointListener() {
            @Override
            public void onAdded(Endpoint e) {
                throw new IllegalStateException("fails");
            }

            @Override
            public void onRemoved(Endpoint e, long newsNanos) {
                throw new IllegalStateException("fails");
            }
        };
        watcher.listen(failing);
        watcher.listen(new EndpointListener() {
            @Override
            public void onAdded(Endpoint e) {
                heard.add("+" + e.id().port());
                assertThat(tables.get().find("echo", e.id().address())).isSameAs(e);
            }

            @Override
            public void onRemoved(Endpoint e, long newsNanos) {
                heard.add("-" + e.id().port());
                assertThat(tables.get().find("echo", e.id().address())).isNull();
            }
        });
        put(2, 2);
        loop.advance(50);
        sink.change("/1", List.of());
        sink.commit(3, true, loop.nanoTime());
        loop.advance(50);
        assertThat(heard).containsExactly("+1", "+2", "-1");
    }

    @Test
    void anEjectionIsPublishedAtOnceAndHealthGoesOnUnderIt() {
        put(1, 1);
        loop.advance(50);
        List<Endpoint> down = new ArrayList<>();
        sink.whenUnhealthy(down::add);
        Endpoint e = requireNonNull(tables.get().find("echo", "127.0.0.1:1"));
        watcher.setState(e, EndpointState.HEALTHY, "");
        loop.advance(50);
        int before = publishedMillis.size();
        watcher.eject(e, "5 calls failed");
        loop.advance(0);
        assertThat(e.state()).isEqualTo(EndpointState.EJECTED);
        assertThat(publishedMillis).hasSize(before + 1);
        watcher.setState(e, EndpointState.HEALTHY, "");
        loop.advance(50);
        assertThat(publishedMillis).as("nothing changed").hasSize(before + 1);
        assertThat(down).isEmpty();
        watcher.setState(e, EndpointState.UNREACHABLE, "cannot connect");
        loop.advance(50);
        assertThat(publishedMillis).hasSize(before + 2);
        assertThat(down).containsExactly(e);
        watcher.readmit(e);
        assertThat(e.state()).isEqualTo(EndpointState.UNREACHABLE);
        watcher.setState(e, EndpointState.HEALTHY, "");
        loop.advance(50);
        assertThat(e.state()).isEqualTo(EndpointState.HEALTHY);
        sink.change("/1", List.of());
        sink.commit(2, true, loop.nanoTime());
        loop.advance(50);
        watcher.eject(e, "too late");
        assertThat(e.state()).isEqualTo(EndpointState.DRAINING);
    }

    @Test
    void manyStatesShareOneTable() {
        for (int port = 1; port <= 20; port++) {
            put(port, port);
        }
        loop.advance(50);
        int before = publishedMillis.size();
        for (Endpoint e : tables.get().clusters().get(0).endpoints()) {
            watcher.setState(e, EndpointState.HEALTHY, "");
            watcher.setState(e, EndpointState.HEALTHY, "again");
        }
        loop.advance(0);
        assertThat(publishedMillis).hasSize(before + 1);
        Endpoint one = requireNonNull(tables.get().find("echo", "127.0.0.1:1"));
        assertThat(one.stateReason()).isEqualTo("again");
        watcher.setState(one, EndpointState.HEALTHY, "the same state");
        loop.advance(50);
        assertThat(publishedMillis).hasSize(before + 1);
    }
}
