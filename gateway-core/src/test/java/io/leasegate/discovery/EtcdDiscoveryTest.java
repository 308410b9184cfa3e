package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.await;
import static io.leasegate.discovery.DiscoveryFixture.seed;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointListener;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.routing.RouteTable;
import io.leasegate.testkit.EtcdProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The table follows a real etcd that works as it should. */
class EtcdDiscoveryTest {

    private static final Duration SOON = Duration.ofSeconds(2);

    private static EtcdProcess process;
    private static EtcdTestClient etcd;

    @BeforeAll
    static void start() {
        process = EtcdProcess.launch();
        etcd = new EtcdTestClient(process);
    }

    @AfterAll
    static void stop() {
        etcd.close();
        process.close();
    }

    @BeforeEach
    void empty() {
        etcd.deleteAll();
    }

    private static EtcdSettings settings() {
        return EtcdSettings.of(List.of(process.endpoint()));
    }

    @Test
    void showsWhatIsThereAndFollowsPutsAndDeletes() throws InterruptedException {
        etcd.put("/echo/1.0.0/127.0.0.1:1", seed("echo", 1, 3, "1.0.0"));
        etcd.put("/chat/127.0.0.1:2", "{\"Op\":0,\"Addr\":\"127.0.0.1:2\",\"Metadata\":{\"weight\":7}}");
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            assertThat(f.shown()).isEqualTo("chat 127.0.0.1:2 7 \necho 127.0.0.1:1 3 1.0.0");
            assertThat(f.table().source()).isEqualTo("etcd");
            assertThat(f.table().revision()).isEqualTo(etcd.revision());
            Instance i = requireNonNull(f.table().find("chat", "127.0.0.1:2")).instance();
            assertThat(i.format()).isEqualTo("etcd-naming");
            assertThat(i.key()).isEqualTo("/chat/127.0.0.1:2");
            assertThat(i.leaseId()).isZero();
            etcd.put("/echo/127.0.0.1:3", seed("echo", 3));
            f.awaitEqual(etcd, SOON);
            etcd.put("/echo/1.0.0/127.0.0.1:1", seed("echo", 1, 9, "1.0.0"));
            f.awaitEqual(etcd, SOON);
            etcd.delete("/echo/1.0.0/127.0.0.1:1");
            f.awaitEqual(etcd, SOON);
            assertThat(f.shown()).isEqualTo("chat 127.0.0.1:2 7 \necho 127.0.0.1:3 1 ");
            assertThat(f.table().revision()).isEqualTo(etcd.revision());
            assertThat(f.lists).hasValue(1);
        }
    }

    @Test
    void keysOfAnEndedOrRevokedLeaseGoTogether() throws InterruptedException {
        long revoked = etcd.grant(60);
        long ending = etcd.grant(2);
        for (int port = 1; port <= 3; port++) {
            etcd.put("/echo/127.0.0.1:" + port, seed("echo", port), revoked);
        }
        etcd.put("/echo/127.0.0.1:4", seed("echo", 4), ending);
        etcd.put("/echo/127.0.0.1:5", seed("echo", 5));
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            f.published.clear();
            etcd.revoke(revoked);
            f.awaitEqual(etcd, SOON);
            assertThat(f.published).as("one table for one transaction").hasSize(1);
            await(Duration.ofSeconds(8), () -> f.shown().equals("echo 127.0.0.1:5 1 "));
            assertThat(f.shown()).isEqualTo(DiscoveryFixture.expected(etcd.keys()));
        }
    }

    @Test
    void aTransactionIsAppliedAsOne() throws InterruptedException {
        etcd.put("/echo/127.0.0.1:1", seed("echo", 1));
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            f.published.clear();
            etcd.txn(
                    Map.of("/echo/127.0.0.1:2", seed("echo", 2), "/echo/127.0.0.1:3", seed("echo", 3)),
                    "/echo/127.0.0.1:1");
            f.awaitEqual(etcd, SOON);
            assertThat(f.published).hasSize(1);
        }
    }

    @Test
    void ttlsOfLeasesArriveSoonAndAreAskedOncePerLease() throws InterruptedException {
        long lease = etcd.grant(77);
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            etcd.put("/echo/127.0.0.1:1", seed("echo", 1), lease);
            await(Duration.ofMillis(900), () -> ttl(f, "127.0.0.1:1") == 77);
            RouteTable table = f.table();
            etcd.put("/echo/127.0.0.1:2", seed("echo", 2), lease);
            f.awaitEqual(etcd, SOON);
            // known at once: the lease is not new
            assertThat(ttl(f, "127.0.0.1:2")).isEqualTo(77);
            assertThat(requireNonNull(f.table().find("echo", "127.0.0.1:1"))
                            .instance()
                            .leaseId())
                    .isEqualTo(lease);
            assertThat(f.table().version()).isEqualTo(table.version() + 1);
        }
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            await(Duration.ofMillis(900), () -> ttl(f, "127.0.0.1:1") == 77 && ttl(f, "127.0.0.1:2") == 77);
        }
    }

    private static long ttl(DiscoveryFixture f, String address) {
        Endpoint e = f.table().find("echo", address);
        return e == null ? -1 : e.instance().leaseTtlSeconds();
    }

    @Test
    void removalsArePublishedAtOnce() throws InterruptedException {
        for (int port = 1; port <= 60; port++) {
            etcd.put("/echo/127.0.0.1:" + port, seed("echo", port));
        }
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            for (int port = 1; port <= 60; port++) {
                etcd.delete("/echo/127.0.0.1:" + port);
            }
            f.awaitEqual(etcd, SOON);
            long[] nanos = f.evictionsNanos.stream()
                    .mapToLong(Long::longValue)
                    .sorted()
                    .toArray();
            assertThat(nanos).hasSizeGreaterThan(30);
            // From receipt to publication; the median, because a build machine may stop any thread for a while.
            assertThat(nanos[nanos.length / 2]).isLessThan(10_000_000);
        }
    }

    @Test
    void malformedKeysAreReportedAndHarmNothing() throws InterruptedException {
        etcd.put("/echo/127.0.0.1:1", seed("echo", 1));
        etcd.put("/bad/127.0.0.1:9", "{\"name\":\"bad\",\"addr\":\"127.0.0.1\",\"version\":\"\",\"weight\":1}");
        etcd.put("/config/level", "debug");
        etcd.put(ByteString.copyFrom(new byte[] {'/', (byte) 0xff, '/', 'x'}), ByteString.copyFromUtf8("{}"), 0);
        etcd.put("/huge/127.0.0.1:2", "x".repeat(100_000));
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            assertThat(f.shown()).isEqualTo("echo 127.0.0.1:1 1 ");
            assertThat(f.status().refusedKeys()).isEqualTo(4);
            assertThat(f.discovery.refusals())
                    .extracting(Refusal::key, Refusal::kind)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple("/bad/127.0.0.1:9", Refusal.Kind.MALFORMED),
                            org.assertj.core.groups.Tuple.tuple("/config/level", Refusal.Kind.FOREIGN),
                            org.assertj.core.groups.Tuple.tuple("/\\xff/x", Refusal.Kind.FOREIGN),
                            org.assertj.core.groups.Tuple.tuple("/huge/127.0.0.1:2", Refusal.Kind.MALFORMED));
            assertThat(f.discovery.refusals())
                    .extracting(Refusal::reason)
                    .contains("addr: \"127.0.0.1\" has no port (expected host:port)");
            // a good value that turns bad stays in force
            etcd.put("/echo/127.0.0.1:1", "{\"name\":");
            await(SOON, () -> f.status().refusedKeys() == 5);
            assertThat(f.shown()).isEqualTo("echo 127.0.0.1:1 1 ");
            assertThat(f.discovery.refusals())
                    .filteredOn(Refusal::previousKept)
                    .extracting(Refusal::key)
                    .containsExactly("/echo/127.0.0.1:1");
            // and one that turns good is taken
            etcd.put("/echo/127.0.0.1:1", seed("echo", 1, 5, ""));
            etcd.put("/bad/127.0.0.1:9", seed("bad", 9));
            f.awaitEqual(etcd, SOON);
            assertThat(f.status().refusedKeys()).isEqualTo(3);
            etcd.delete("/config/level");
            await(SOON, () -> f.status().refusedKeys() == 2);
        }
    }

    @Test
    void aStormOfTwoThousandKeysIsFollowed() throws InterruptedException {
        try (DiscoveryFixture f = new DiscoveryFixture(settings().withPageKeys(300)).follow()) {
            for (int i = 0; i < 2_000; i++) {
                etcd.put("/s" + i % 50 + "/127.0.0.1:" + (1000 + i), seed("s" + i % 50, 1000 + i));
            }
            f.awaitEqual(etcd, SOON);
            assertThat(f.published.size()).as("puts share tables").isLessThan(2_000);
            // a second gateway reads the same in pages
            try (DiscoveryFixture other = new DiscoveryFixture(settings().withPageKeys(300)).follow()) {
                assertThat(other.shown()).isEqualTo(f.shown());
            }
            for (int i = 0; i < 2_000; i += 2) {
                etcd.delete("/s" + i % 50 + "/127.0.0.1:" + (1000 + i));
            }
            f.awaitEqual(etcd, SOON);
            assertThat(f.lists).hasValue(1);
        }
    }

    @Test
    void onlyTheConfiguredPrefixesAndFormatsCount() throws InterruptedException {
        etcd.put("/a/echo/127.0.0.1:1", seed("echo", 1));
        etcd.put("b/echo/127.0.0.1:2", seed("echo", 2));
        etcd.put("/c/echo/127.0.0.1:3", seed("echo", 3));
        etcd.put("b/echo/127.0.0.1:4", "{\"Op\":0,\"Addr\":\"127.0.0.1:4\",\"Metadata\":null}");
        EtcdSettings some =
                settings().withPrefixes(List.of("/a/", "b/", "/a/echo")).withFormats(List.of("seed"));
        try (DiscoveryFixture f = new DiscoveryFixture(some).follow()) {
            assertThat(f.shown()).isEqualTo("echo 127.0.0.1:1 1 \necho 127.0.0.1:2 1 ");
            etcd.put("b/echo/127.0.0.1:5", seed("echo", 5));
            etcd.put("/c/echo/127.0.0.1:6", seed("echo", 6));
            etcd.delete("/a/echo/127.0.0.1:1");
            await(SOON, () -> f.shown().equals("echo 127.0.0.1:2 1 \necho 127.0.0.1:5 1 "));
        }
        try (DiscoveryFixture f = new DiscoveryFixture(settings().withPrefixes(List.of(""))).follow()) {
            assertThat(f.table().find("b/echo", "127.0.0.1:4")).isNotNull();
            assertThat(f.table().find("echo", "127.0.0.1:6")).isNotNull();
        }
    }

    @Test
    void staticInstancesStandBesideThoseOfEtcd() throws InterruptedException {
        etcd.put("/echo/127.0.0.1:1", seed("echo", 1));
        StaticSettings statics = new StaticSettings(Map.of(
                "echo",
                List.of(new StaticSettings.StaticInstance("127.0.0.1:1", 9, "s", Map.of())),
                "fixed",
                List.of(new StaticSettings.StaticInstance("[::1]:8", 2, "v", Map.of("zone", "a")))));
        try (DiscoveryFixture f = new DiscoveryFixture(new DiscoverySettings(settings(), statics)).follow()) {
            assertThat(f.table().source()).isEqualTo("etcd+static");
            assertThat(f.shown()).isEqualTo("echo 127.0.0.1:1 1 \nfixed [::1]:8 2 v");
            etcd.delete("/echo/127.0.0.1:1");
            await(SOON, () -> f.shown().equals("echo 127.0.0.1:1 9 s\nfixed [::1]:8 2 v"));
            assertThat(f.discovery.status()).hasSize(2).allMatch(RegistryStatus::connected);
        }
    }

    @Test
    void healthStatesReachPickersAndListenersHearOfEndpoints() throws InterruptedException {
        etcd.put("/echo/127.0.0.1:1", seed("echo", 1));
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            Queue<String> heard = new ConcurrentLinkedQueue<>();
            f.discovery.listen(new EndpointListener() {
                @Override
                public void onAdded(Endpoint e) {
                    heard.add("+" + e + (f.discovery.control().inThread() ? "" : " on a wrong thread"));
                }

                @Override
                public void onRemoved(Endpoint e, long newsNanos) {
                    boolean gone = f.table().find(e.id().service(), e.id().address()) == null;
                    heard.add("-" + e + " " + e.state() + (gone ? "" : " too early"));
                }
            });
            await(SOON, () -> heard.contains("+echo@127.0.0.1:1"));
            etcd.put("/echo/127.0.0.1:2", seed("echo", 2));
            await(SOON, () -> heard.contains("+echo@127.0.0.1:2"));
            Endpoint one = requireNonNull(f.table().find("echo", "127.0.0.1:1"));
            long version = f.table().version();
            f.discovery.setState(one, EndpointState.HEALTHY, "");
            await(SOON, () -> f.table().version() == version + 1);
            etcd.delete("/echo/127.0.0.1:1");
            await(SOON, () -> heard.contains("-echo@127.0.0.1:1 DRAINING"));
            f.discovery.setState(one, EndpointState.HEALTHY, "too late");
            etcd.delete("/echo/127.0.0.1:2");
            await(SOON, () -> heard.contains("-echo@127.0.0.1:2 DRAINING"));
            assertThat(one.state()).isEqualTo(EndpointState.DRAINING);
            assertThat(heard).hasSize(4);
        }
    }
}
