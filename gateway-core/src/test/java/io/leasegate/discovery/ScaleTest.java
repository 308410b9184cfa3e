package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.await;
import static io.leasegate.discovery.DiscoveryFixture.seed;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.leasegate.balance.LoadBalancer;
import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.routing.Cluster;
import io.leasegate.routing.RouteTable;
import io.leasegate.testkit.EtcdProcess;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * 10,000 instances of 1,000 services in a real etcd: what the first table costs the control thread, and what one change costs it once they are there. Bytes
 * that are allocated and pickers that are made are checked; times are logged, and checked nowhere, since they depend on the machine.
 */
class ScaleTest {

    private static final Logger LOG = LoggerFactory.getLogger(ScaleTest.class);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int SERVICES = 1_000;
    private static final int INSTANCES_OF_EACH = 10;
    private static final int INSTANCES = SERVICES * INSTANCES_OF_EACH;
    private static final int SERVICES_A_TRANSACTION = 10;
    private static final int CHANGES = 200;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static EtcdProcess process;
    private static EtcdTestClient etcd;

    @BeforeAll
    static void register() {
        process = EtcdProcess.launch();
        etcd = new EtcdTestClient(process);
        for (int first = 0; first < SERVICES; first += SERVICES_A_TRANSACTION) {
            Map<String, String> puts = new HashMap<>();
            for (int service = first; service < first + SERVICES_A_TRANSACTION; service++) {
                for (int i = 0; i < INSTANCES_OF_EACH; i++) {
                    puts.put(key(service, i), value(service, i));
                }
            }
            etcd.txn(puts);
        }
    }

    @AfterAll
    static void stop() {
        etcd.close();
        process.close();
    }

    private static String key(int service, int instance) {
        return "/service-" + service + "/1.0.0/127.0.0.1:" + port(service, instance);
    }

    private static String value(int service, int instance) {
        return seed("service-" + service, port(service, instance), 1, "1.0.0");
    }

    private static int port(int service, int instance) {
        return 1 + service * INSTANCES_OF_EACH + instance;
    }

    /** A discovery that counts the tables and pickers it makes, and what its control thread uses. */
    private static final class Counted implements AutoCloseable {

        final Queue<RouteTable> published = new ConcurrentLinkedQueue<>();
        /** The services that pickers were made of. */
        final Queue<String> pickers = new ConcurrentLinkedQueue<>();

        final Discovery discovery = new Discovery(
                new DiscoverySettings(EtcdSettings.of(List.of(process.endpoint())), null),
                this::balancer,
                List.of(),
                new DiscoveryListener() {
                    @Override
                    public void onPublished(RouteTable table, long buildNanos) {
                        published.add(table);
                    }
                });

        private LoadBalancer balancer(String service) {
            LoadBalancer balancer = new RoundRobinLoadBalancer();
            return endpoints -> {
                pickers.add(service);
                return balancer.picker(endpoints);
            };
        }

        /** What the control thread has used so far, when all that it was given is done. */
        Usage usage() throws InterruptedException {
            Usage[] usage = new Usage[1];
            CountDownLatch done = new CountDownLatch(1);
            discovery.control().execute(() -> {
                usage[0] = new Usage(THREADS.getCurrentThreadAllocatedBytes(), THREADS.getCurrentThreadCpuTime());
                done.countDown();
            });
            assertThat(done.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return usage[0];
        }

        boolean has(int service, int instance) {
            return discovery.tables().get().find("service-" + service, "127.0.0.1:" + port(service, instance)) != null;
        }

        @Override
        public void close() {
            discovery.close();
        }
    }

    private record Usage(long bytes, long cpuNanos) {}

    @Test
    void theFirstTableIsMadeOnce() throws InterruptedException {
        try (Counted counted = new Counted()) {
            Usage before = counted.usage();
            long begin = System.nanoTime();
            counted.discovery.start();
            assertThat(counted.discovery.awaitFirstSnapshot(LIMIT)).isTrue();
            long millis = (System.nanoTime() - begin) / 1_000_000;
            Usage after = counted.usage();

            RouteTable table = counted.discovery.tables().get();
            assertThat(table.clusters())
                    .hasSize(SERVICES)
                    .allMatch(c -> c.endpoints().size() == INSTANCES_OF_EACH);
            assertThat(counted.published).as("tables").hasSize(1);
            assertThat(counted.pickers).as("pickers").hasSize(SERVICES);
            long bytes = (after.bytes() - before.bytes()) / INSTANCES;
            LOG.info(
                    "{} instances are routed to {} ms after the start; control thread: {} ms of CPU, {} bytes an instance",
                    INSTANCES,
                    millis,
                    (after.cpuNanos() - before.cpuNanos()) / 1_000_000,
                    bytes);
            assertThat(bytes).as("bytes allocated for each instance").isLessThan(8_000);
        }
    }

    @Test
    void aChangeCostsWhatItsServiceIsAndNotWhatTheTableIs() throws InterruptedException {
        try (Counted counted = new Counted()) {
            counted.discovery.start();
            assertThat(counted.discovery.awaitFirstSnapshot(LIMIT)).isTrue();
            change(counted, 7); // what is loaded for the first one is no part of it

            RouteTable begin = counted.discovery.tables().get();
            counted.pickers.clear();
            Usage before = counted.usage();
            for (int n = 0; n < CHANGES / 2; n++) {
                change(counted, 100 + n);
            }
            Usage after = counted.usage();

            long bytes = (after.bytes() - before.bytes()) / CHANGES;
            LOG.info(
                    "one change among {} instances: {} bytes, {} µs of the control thread's CPU",
                    INSTANCES,
                    bytes,
                    (after.cpuNanos() - before.cpuNanos()) / 1_000 / CHANGES);
            assertThat(counted.pickers)
                    .as("pickers: those of the changed services")
                    .hasSize(CHANGES)
                    .allMatch(s -> Integer.parseInt(s.substring("service-".length())) >= 100);
            assertThat(shared(begin, counted.discovery.tables().get()))
                    .as("clusters that both tables have")
                    .isEqualTo(SERVICES - CHANGES / 2);
            assertThat(bytes).as("bytes allocated for each change").isLessThan(60_000);
        }
    }

    /** An instance goes and comes back: two changes. */
    private static void change(Counted counted, int service) {
        etcd.delete(key(service, 3));
        await(LIMIT, () -> !counted.has(service, 3));
        etcd.put(key(service, 3), value(service, 3));
        await(LIMIT, () -> counted.has(service, 3));
    }

    private static long shared(RouteTable a, RouteTable b) {
        Set<Cluster> ofA = Collections.newSetFromMap(new IdentityHashMap<>());
        ofA.addAll(a.clusters());
        return b.clusters().stream().filter(ofA::contains).count();
    }
}
