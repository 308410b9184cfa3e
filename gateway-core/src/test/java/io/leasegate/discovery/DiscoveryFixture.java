package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.Instance;
import io.leasegate.registration.ParseResult;
import io.leasegate.registration.Registration;
import io.leasegate.registration.RegistrationFormats;
import io.leasegate.registration.RegistryEntry;
import io.leasegate.routing.Cluster;
import io.leasegate.routing.RouteTable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A discovery under test, with what its listener heard, and the comparison of its table with etcd. */
final class DiscoveryFixture implements AutoCloseable {

    final Queue<Long> evictionsNanos = new ConcurrentLinkedQueue<>();
    final Queue<Refusal> refusalsHeard = new ConcurrentLinkedQueue<>();
    final Queue<RouteTable> published = new ConcurrentLinkedQueue<>();
    final AtomicInteger lists = new AtomicInteger();
    final Discovery discovery;

    DiscoveryFixture(EtcdSettings settings) {
        this(new DiscoverySettings(settings, null));
    }

    DiscoveryFixture(DiscoverySettings settings) {
        this(settings, table -> {});
    }

    DiscoveryFixture(EtcdSettings settings, Consumer<RouteTable> onPublished) {
        this(new DiscoverySettings(settings, null), onPublished);
    }

    /**
     * @param onPublished is given each table, on the control thread
     */
    private DiscoveryFixture(DiscoverySettings settings, Consumer<RouteTable> onPublished) {
        discovery = new Discovery(settings, name -> new RoundRobinLoadBalancer(), List.of(), new DiscoveryListener() {
            @Override
            public void onPublished(RouteTable table, long buildNanos) {
                published.add(table);
                onPublished.accept(table);
            }

            @Override
            public void onEvicted(long nanos) {
                evictionsNanos.add(nanos);
            }

            @Override
            public void onRefused(Refusal refusal) {
                refusalsHeard.add(refusal);
            }

            @Override
            public void onListed(String registry) {
                lists.incrementAndGet();
            }
        });
    }

    /** Starts and waits for the first snapshot. */
    DiscoveryFixture follow() throws InterruptedException {
        discovery.start();
        assertThat(discovery.awaitFirstSnapshot(Duration.ofSeconds(10)))
                .as("first snapshot; status " + discovery.status())
                .isTrue();
        return this;
    }

    RouteTable table() {
        return discovery.tables().get();
    }

    RegistryStatus status() {
        return discovery.status().get(0);
    }

    /** The table as text: service, address, weight, version. */
    String shown() {
        TreeSet<String> lines = new TreeSet<>();
        for (Cluster c : table().clusters()) {
            for (Endpoint e : c.endpoints()) {
                Instance i = e.instance();
                lines.add(c.name() + " " + e.id().address() + " " + i.weight() + " " + i.version());
            }
        }
        return String.join("\n", lines);
    }

    /** What the table must say, by a fresh read of etcd. Keys with one address twice are not for this. */
    static String expected(Map<String, String> keys) {
        TreeMap<String, String> lines = new TreeMap<>();
        keys.forEach((key, value) -> {
            if (key.startsWith("/")
                    && RegistrationFormats.auto()
                                    .interpret(new RegistryEntry(key, value.getBytes(StandardCharsets.UTF_8)))
                                    .result()
                            instanceof ParseResult.Registered r) {
                for (Registration x : r.registrations()) {
                    lines.put(
                            key,
                            x.service() + " " + x.host() + ":" + x.port() + " "
                                    + x.traits().weight() + " " + x.traits().version());
                }
            }
        });
        return String.join("\n", new TreeSet<>(lines.values()));
    }

    void awaitEqual(EtcdTestClient etcd, Duration limit) {
        String expected = expected(etcd.keys());
        await(limit, () -> shown().equals(expected), () -> assertThat(shown()).isEqualTo(expected));
    }

    static void await(Duration limit, BooleanSupplier condition) {
        await(limit, condition, () -> fail("not within " + limit));
    }

    static void await(Duration limit, BooleanSupplier condition, Runnable complaint) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                complaint.run();
                return;
            }
            pause(2);
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String seed(String name, int port) {
        return seed(name, port, 1, "");
    }

    static String seed(String name, int port, int weight, String version) {
        return "{\"name\":\"" + name + "\",\"addr\":\"127.0.0.1:" + port + "\",\"version\":\"" + version
                + "\",\"weight\":" + weight + "}";
    }

    @Override
    public void close() {
        discovery.close();
    }
}
