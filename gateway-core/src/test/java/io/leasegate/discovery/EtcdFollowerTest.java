package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.seed;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.discovery.TrueStates.Published;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.routing.RouteTable;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The follower and what hangs on it, on a simulated etcd and a clock that the test moves. */
class EtcdFollowerTest {

    private final SimulatedLoop loop = new SimulatedLoop();
    private SimulatedEtcd etcd = new SimulatedEtcd(loop, 1);
    private final List<Published> published = new ArrayList<>();
    private final List<String> disconnects = new ArrayList<>();
    private EtcdRegistry registry = registry(2);

    @SuppressWarnings("NullAway.Init") // by start()
    private RegistryWatcher watcher;

    private RouteTableRef tables = start();

    private EtcdRegistry registry(int pageKeys) {
        EtcdSettings settings = EtcdSettings.of(List.of("http://simulated:1")).withPageKeys(pageKeys);
        return new EtcdRegistry(settings, loop, listener(), attempt -> etcd.connect(attempt));
    }

    private DiscoveryListener listener() {
        return new DiscoveryListener() {
            @Override
            public void onPublished(RouteTable table, long buildNanos) {
                published.add(Published.of(table));
            }

            @Override
            public void onDisconnected(String name, String reason) {
                disconnects.add(reason);
            }
        };
    }

    private RouteTableRef start() {
        RouteTableBuilder builder = new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), List.of(), "etcd");
        RouteTableRef ref = new RouteTableRef(builder.table());
        watcher = new RegistryWatcher(loop, builder, ref, listener(), () -> {});
        registry.start(watcher.sink("etcd", 0));
        return ref;
    }

    private void follow() {
        for (int port = 1; port <= 5; port++) {
            etcd.put("/echo/127.0.0.1:" + port, seed("echo", port), 0);
        }
        loop.advance(200);
        assertEqual();
        assertThat(registry.status().connected()).isTrue();
    }

    private void assertEqual() {
        assertThat(TableText.registered(tables.get()))
                .isEqualTo(TableText.expected(etcd.current().values()));
    }

    @Test
    void listsInPagesAndThenWatches() {
        follow();
        int ranges = etcd.ranges;
        assertThat(ranges).isGreaterThanOrEqualTo(1);
        etcd.put("/echo/127.0.0.1:6", seed("echo", 6), 0);
        etcd.delete("/echo/127.0.0.1:1");
        loop.advance(20);
        assertEqual();
        assertThat(etcd.ranges).isEqualTo(ranges);
        assertThat(etcd.connects).isEqualTo(1);
    }

    @Test
    void aCompactionBetweenTwoPagesBeginsTheListAnew() {
        for (int port = 1; port <= 9; port++) {
            etcd.put("/echo/127.0.0.1:" + port, seed("echo", port), 0);
        }
        etcd.compactBetweenPages = true;
        loop.advance(200);
        assertEqual();
        assertThat(etcd.compactBetweenPages).isFalse();
        assertThat(etcd.connects).isEqualTo(1);
        assertThat(registry.status().lists()).isEqualTo(1);
    }

    @Test
    void pagesThatAreTooLargeAreAskedForInSmallerOnes() {
        registry.close();
        etcd = new SimulatedEtcd(loop, 2);
        etcd.pageLimitRefused = 10;
        for (int port = 1; port <= 20; port++) {
            etcd.put("/echo/127.0.0.1:" + port, seed("echo", port), 0);
        }
        registry = registry(1000);
        tables = start();
        loop.advance(300);
        assertEqual();
        assertThat(etcd.connects).isEqualTo(1);
    }

    @Test
    void aWatchThatIsCompactedListsAnewOnTheSameConnection() {
        follow();
        etcd.deafWatches();
        etcd.delete("/echo/127.0.0.1:1");
        etcd.compact();
        loop.advance(20);
        // still deaf: found out by the missing signs of life, over a new connection
        loop.advance(5_000);
        assertEqual();
        assertThat(etcd.connects).isEqualTo(2);
        etcd.compactedWatches();
        loop.advance(100);
        assertEqual();
        assertThat(etcd.connects).isEqualTo(2);
        assertThat(registry.status().lists()).isEqualTo(3);
    }

    @Test
    void aWatchThatIsCancelledLeadsToANewConnection() {
        follow();
        etcd.cancelWatches("no leader");
        loop.advance(200);
        assertThat(disconnects).containsExactly("etcd at simulated cancelled the watch: no leader");
        assertThat(etcd.connects).isEqualTo(2);
        assertThat(registry.status().connected()).isTrue();
        etcd.put("/echo/127.0.0.1:1", seed("echo", 1, 9, ""), 0);
        loop.advance(20);
        assertEqual();
    }

    @Test
    void signsOfLifeThatStayAwayAreFoundOutInSeconds() {
        follow();
        loop.advance(60_000);
        assertThat(disconnects).isEmpty();
        etcd.frozen(true);
        loop.advance(1_150);
        assertThat(disconnects).isEmpty();
        loop.advance(500);
        assertThat(disconnects).hasSize(1);
        assertThat(disconnects.get(0)).contains("no sign of life on the watch for 1200 ms");
        assertThat(registry.status().error()).isEqualTo(disconnects.get(0));
        etcd.frozen(false);
        loop.advance(2_000);
        assertThat(registry.status().connected()).isTrue();
        assertEqual();
    }

    @Test
    void silenceThatComesAgainAndAgainIsBorneLongerAndLonger() {
        follow();
        etcd.progressAnswered = false;
        loop.advance(60_000);
        // About 1.6 s each would be 36; growing to 4 s it is half of that.
        assertThat(disconnects).hasSizeBetween(12, 20);
        assertThat(disconnects.get(disconnects.size() - 1)).contains("for 3600 ms");
        etcd.progressAnswered = true;
        loop.advance(15_000);
        disconnects.clear();
        etcd.frozen(true);
        loop.advance(1_700);
        assertThat(disconnects).as("a calm time makes it impatient again").hasSize(1);
    }

    @Test
    void aSuspendedGatewayDoesNotBlameEtcd() {
        follow();
        loop.freeze(600_000);
        loop.advance(10_000);
        assertThat(disconnects).isEmpty();
        assertThat(etcd.connects).isEqualTo(1);
    }

    @Test
    void anotherClusterBehindTheAddressIsReadAnew() {
        follow();
        etcd.otherCluster();
        etcd.put("/echo/127.0.0.1:9", seed("echo", 9), 0);
        loop.advance(2_000);
        assertEqual();
        assertThat(disconnects).hasSize(1);
        assertThat(disconnects.get(0)).contains("of cluster 4d to").contains("its data were lost or restored");
    }

    @Test
    void theLastTableStaysWhileEtcdIsAwayAndAttemptsAreSpaced() {
        follow();
        RouteTable before = tables.get();
        etcd.reachable(false);
        loop.advance(60_000);
        assertThat(tables.get()).isSameAs(before);
        assertThat(registry.status().connected()).isFalse();
        assertThat(registry.status().confirmedAgeMillis()).isGreaterThan(59_000);
        // 50 ms, doubled up to a second, each shortened by up to a half
        assertThat(etcd.connects).isBetween(55, 140);
        etcd.delete("/echo/127.0.0.1:1");
        etcd.reachable(true);
        loop.advance(1_100);
        assertEqual();
    }

    @Test
    void aRevisionThatNoEventTellsOfIsReachedByAList() {
        follow();
        etcd.changesElsewhere(10);
        long wanted = etcd.revision();
        List<Long> reached = new ArrayList<>();
        long lists = registry.status().lists();
        loop.advance(10_000);
        assertThat(tables.get().revision())
                .as("signs of life move nothing by themselves")
                .isLessThan(wanted);

        watcher.whenRouted(wanted, () -> reached.add(tables.get().revision()));
        registry.catchUp(wanted);
        loop.advance(50);

        assertThat(reached).containsExactly(wanted);
        assertThat(registry.status().lists()).isEqualTo(lists + 1);
        assertThat(disconnects).isEmpty();
        watcher.whenRouted(wanted + 100, () -> reached.add(0L));
        registry.catchUp(wanted + 100);
        loop.advance(60_000);
        assertThat(registry.status().lists())
                .as("a revision that etcd does not have")
                .isEqualTo(lists + 1);
        assertThat(reached).hasSize(1);
        assertEqual();
    }

    @Test
    void refusedUsersAreNotTriedOften() {
        follow();
        etcd.openFailure = new EtcdFailure(EtcdFailure.Kind.REFUSED, "wrong password");
        etcd.cutAll();
        int connects = etcd.connects;
        loop.advance(60_000);
        assertThat(etcd.connects - connects).isBetween(10, 30);
        assertThat(registry.status().error()).isEqualTo("wrong password");
    }

    @Test
    void everythingIsListedAnewFromTimeToTime() {
        follow();
        long lists = registry.status().lists();
        RouteTable before = tables.get();
        loop.advance(301_000);
        assertThat(registry.status().lists()).isEqualTo(lists + 1);
        assertThat(etcd.connects).isEqualTo(1);
        assertThat(disconnects).isEmpty();
        assertThat(tables.get()).isSameAs(before);
    }

    @Test
    void leaseTtlsAreAskedOncePerLease() {
        follow();
        etcd.grant(5, 30);
        for (int port = 1; port <= 5; port++) {
            etcd.put("/echo/127.0.0.1:" + port, seed("echo", port), 5);
        }
        loop.advance(100);
        assertThat(etcd.ttlRequests).isEqualTo(1);
        assertThat(ttl("127.0.0.1:5")).isEqualTo(30);
        etcd.cutAll();
        loop.advance(2_000);
        assertThat(etcd.ttlRequests).isEqualTo(1);
        for (int port = 1; port <= 5; port++) {
            etcd.delete("/echo/127.0.0.1:" + port);
        }
        loop.advance(20);
        etcd.grant(5, 40);
        etcd.put("/echo/127.0.0.1:1", seed("echo", 1), 5);
        loop.advance(50);
        assertThat(etcd.ttlRequests).as("forgotten with its last key").isEqualTo(2);
        assertThat(ttl("127.0.0.1:1")).isEqualTo(40);
    }

    @Test
    void anInstanceWhoseLeaseIsNotRenewedLosesWeight() {
        registry.close();
        EtcdSettings settings = EtcdSettings.of(List.of("http://simulated:1")).withLeases(new LeaseSettings(10, 0.5));
        registry = new EtcdRegistry(settings, loop, listener(), attempt -> etcd.connect(attempt));
        tables = start();
        etcd.grant(5, 20);
        etcd.put("/echo/127.0.0.1:1", seed("echo", 1), 5);
        etcd.put("/echo/127.0.0.1:2", seed("echo", 2), 0);
        loop.advance(200);
        Endpoint one = requireNonNull(tables.get().find("echo", "127.0.0.1:1"));
        Endpoint permanent = requireNonNull(tables.get().find("echo", "127.0.0.1:2"));
        assertThat(one.pickWeight()).isEqualTo(1);

        long version = tables.get().version();
        etcd.remaining.put(5L, 10L);
        loop.advance(6_000);
        assertThat(one.pickWeight()).as("half of the TTL is left").isEqualTo(1);
        assertThat(tables.get().version()).as("nothing to publish").isEqualTo(version);
        etcd.remaining.put(5L, 6L);
        loop.advance(6_000);
        assertThat(one.pickWeight()).as("6 of 10 s").isEqualTo(0.6);
        assertThat(tables.get().version()).isEqualTo(version + 1);
        etcd.remaining.put(5L, 0L);
        loop.advance(6_000);
        assertThat(one.pickWeight()).isEqualTo(0.1);
        assertThat(one.leaseLife().endsNanos() - loop.nanoTime()).isLessThanOrEqualTo(0);
        assertThat(permanent.pickWeight()).isEqualTo(1);

        etcd.remaining.put(5L, 20L);
        loop.advance(6_000);
        assertThat(one.pickWeight()).as("renewed").isEqualTo(1);

        etcd.remaining.put(5L, 1L);
        loop.advance(6_000);
        assertThat(one.pickWeight()).isEqualTo(0.1);
        etcd.grant(6, 20);
        etcd.put("/echo/127.0.0.1:1", seed("echo", 1), 6);
        loop.advance(50);
        assertThat(one.pickWeight())
                .as("what was left of the lease before says nothing")
                .isEqualTo(1);
    }

    private long ttl(String address) {
        return requireNonNull(tables.get().find("echo", address)).instance().leaseTtlSeconds();
    }

    @Test
    void nothingRunsAfterClose() {
        follow();
        registry.close();
        assertThat(etcd.open()).isZero();
        etcd.put("/echo/127.0.0.1:9", seed("echo", 9), 0);
        RouteTable before = tables.get();
        loop.advance(700_000);
        assertThat(tables.get()).isSameAs(before);
        assertThat(etcd.connects).isEqualTo(1);
        assertThat(loop.waiting()).isZero();
    }

    @Test
    void closingBetweenTwoAttemptsEndsThem() {
        follow();
        etcd.reachable(false);
        loop.advance(500);
        registry.close();
        int connects = etcd.connects;
        loop.advance(700_000);
        assertThat(etcd.connects).isEqualTo(connects);
        assertThat(loop.waiting()).isZero();
    }

    /** Random changes, compactions, cuts, freezes and losses of data: once all is well again, the table is what etcd holds, and no table was ever anything else. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void whateverHappensTheTableIsWhatEtcdHolds(long seed) {
        registry.close();
        etcd = new SimulatedEtcd(loop, seed);
        published.clear();
        registry = registry(3);
        tables = start();
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            for (int i = random.nextInt(40); i >= 0; i--) {
                happen(random);
            }
            etcd.reachable(true);
            etcd.frozen(false);
            // A deaf watch is found out after the missing signs of life; all else much earlier.
            loop.advance(8_000);
            assertEqual();
            assertThat(tables.get().revision()).isLessThanOrEqualTo(etcd.revision());
            published.forEach(etcd.states::check);
            published.clear();
            assertThat(etcd.open()).isEqualTo(1);
            assertThat(loop.waiting()).as("no timers pile up").isLessThan(20);
        }
    }

    private void happen(Random random) {
        String key = "/s" + random.nextInt(3) + "/127.0.0.1:" + (1 + random.nextInt(6));
        int port = Integer.parseInt(key.substring(key.lastIndexOf(':') + 1));
        String value = seed(key.substring(1, 3), port, random.nextInt(5), "");
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4 -> etcd.put(key, value, 0);
            case 5, 6, 7 -> etcd.delete(key);
            case 8 -> etcd.txn(key, value, etcd.current().keySet());
            case 9 -> etcd.compact();
            case 10 -> etcd.cutAll();
            case 11 -> etcd.reachable(random.nextBoolean());
            case 12 -> etcd.frozen(random.nextBoolean());
            case 13 -> {
                if (random.nextInt(10) == 0) {
                    etcd.wipe(random.nextInt(3) == 0);
                } else if (random.nextInt(4) == 0) {
                    etcd.deafWatches();
                }
            }
            case 14 -> etcd.cancelWatches("some reason");
            default -> loop.advance(random.nextInt(400));
        }
        loop.advance(random.nextInt(4));
    }
}
