package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.seed;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointListener;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.routing.Cluster;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The leave of instances and the sickness of etcd are told apart: histories of a simulated etcd. */
class SickRegistryTest {

    private static final String KEPT = "/kept/127.0.0.1:";
    private static final String ECHO = "/echo/127.0.0.1:";

    @TempDir
    Path directory;

    private final SimulatedLoop loop = new SimulatedLoop();
    private final SimulatedEtcd etcd = new SimulatedEtcd(loop, 1);
    private final List<String> heard = new ArrayList<>();
    /** Addresses where nothing answers. */
    private final Set<EndpointId> dead = new HashSet<>();

    private EtcdSettings settings =
            EtcdSettings.of(List.of("http://simulated:1")).withHold(HoldSettings.DEFAULT);
    private Gateway gateway = new Gateway();

    /** What stands between etcd and calls, with health checks that find out what {@code dead} says. */
    private final class Gateway {
        final DiscoveryListener listener = new DiscoveryListener() {
            @Override
            public void onHeld(String registry, String cause, String service, int instances) {
                heard.add(cause + " " + service + " " + instances);
            }

            @Override
            public void onRestored(String registry, int instances, long savedEpochMillis) {
                heard.add("restored " + instances);
            }
        };
        final RouteTableBuilder builder =
                new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), List.of(), "etcd");
        final RouteTableRef tables = new RouteTableRef(builder.table());
        final boolean[] ready = new boolean[1];
        final RegistryWatcher watcher = new RegistryWatcher(loop, builder, tables, listener, () -> ready[0] = true);
        final EtcdRegistry registry = new EtcdRegistry(settings, loop, listener, etcd);

        Gateway start() {
            watcher.listen(new EndpointListener() {
                @Override
                public void onAdded(Endpoint e) {
                    loop.schedule(() -> check(e), 3);
                }

                @Override
                public void onRemoved(Endpoint e, long newsNanos) {}
            });
            registry.start(watcher.sink("etcd", 0));
            return this;
        }

        void check(Endpoint e) {
            boolean isDead = dead.contains(e.id());
            watcher.setState(
                    e, isDead ? EndpointState.UNREACHABLE : EndpointState.HEALTHY, isDead ? "cannot connect" : "");
        }

        Set<String> addresses(boolean held) {
            Set<String> all = new TreeSet<>();
            for (Cluster c : tables.get().clusters()) {
                for (Endpoint e : c.endpoints()) {
                    if ((e.shownState() == EndpointState.HELD) == held) {
                        all.add(e.id().service() + ":" + e.id().port());
                    }
                }
            }
            return all;
        }

        Endpoint endpoint(String service, int port) {
            return requireNonNull(tables.get().find(service, "127.0.0.1:" + port));
        }
    }

    private void put(String prefix, int port) {
        etcd.put(prefix + port, seed(prefix.substring(1, 5), port), 0);
    }

    /** Services echo and kept, with ten and twenty instances. */
    private void follow() {
        for (int port = 1; port <= 10; port++) {
            put(ECHO, port);
        }
        for (int port = 1; port <= 20; port++) {
            put(KEPT, port);
        }
        gateway = new Gateway().start();
        loop.advance(20_000);
        assertThat(gateway.addresses(false)).hasSize(30);
        assertThat(heard).isEmpty();
    }

    private void die(String service, int port) {
        EndpointId id = new EndpointId(service, "127.0.0.1", port);
        dead.add(id);
        Endpoint e = gateway.tables.get().find(service, id.address());
        if (e != null) {
            gateway.check(e);
        }
        loop.advance(5);
    }

    private void deleteAtOnce(String prefix, int from, int to) {
        Set<String> keys = new HashSet<>();
        for (int port = from; port <= to; port++) {
            keys.add(prefix + port);
        }
        etcd.txn("/unrelated", "x", keys);
        loop.advance(100);
    }

    @Test
    void mostOfAServiceAtOnceIsHeldUntilDeadOrBack() {
        follow();
        Endpoint second = gateway.endpoint("echo", 2);
        die("echo", 1);

        deleteAtOnce(ECHO, 1, 9);

        assertThat(gateway.addresses(true))
                .as("all but the one that is known to be dead")
                .containsExactly("echo:2", "echo:3", "echo:4", "echo:5", "echo:6", "echo:7", "echo:8", "echo:9");
        assertThat(gateway.addresses(false)).hasSize(21).contains("echo:10");
        assertThat(heard).containsExactly("service echo 8");
        assertThat(gateway.registry.status().held()).isEqualTo(8);
        assertThat(gateway.endpoint("echo", 2))
                .as("its connections and counters live on")
                .isSameAs(second);
        assertThat(second.state()).as("still used").isEqualTo(EndpointState.HEALTHY);
        assertThat(second.shownReason()).contains("9 of 10 instances of the service vanished within 10000 ms");

        die("echo", 3);
        assertThat(gateway.addresses(true)).hasSize(7).doesNotContain("echo:3");
        put(ECHO, 2);
        loop.advance(50);
        assertThat(gateway.addresses(true)).hasSize(6).doesNotContain("echo:2");
        assertThat(gateway.endpoint("echo", 2)).isSameAs(second);
        assertThat(second.shownState()).isEqualTo(EndpointState.HEALTHY);
        // A week later nothing has changed by itself, and the last one that is left is suspicious too.
        loop.advance(600_000);
        etcd.delete(ECHO + 10);
        loop.advance(50);
        assertThat(gateway.addresses(true)).hasSize(7).contains("echo:10");
        for (int port = 2; port <= 10; port++) {
            die("echo", port);
        }
        assertThat(gateway.addresses(true)).isEmpty();
        assertThat(gateway.registry.status().held()).isZero();
    }

    @Test
    void whatVanishedBeforeItWasSuspiciousComesBack() {
        follow();
        die("echo", 2);
        for (int port = 1; port <= 6; port++) {
            etcd.delete(ECHO + port);
            loop.advance(500);
        }
        assertThat(gateway.addresses(true)).isEmpty();
        assertThat(gateway.addresses(false)).hasSize(24);
        etcd.delete(ECHO + 7);
        for (int i = 0; i < 20 && gateway.addresses(true).isEmpty(); i++) {
            loop.advance(1);
        }
        assertThat(gateway.endpoint("echo", 7).state()).isEqualTo(EndpointState.HEALTHY);
        assertThat(gateway.addresses(true)).containsExactly("echo:1", "echo:3", "echo:4", "echo:5", "echo:6", "echo:7");
        assertThat(gateway.endpoint("echo", 1).state())
                .as("nobody has asked it yet")
                .isEqualTo(EndpointState.UNCHECKED);
        assertThat(heard).containsExactly("service echo 6");
        loop.advance(50);
        assertThat(gateway.endpoint("echo", 1).state()).isEqualTo(EndpointState.HEALTHY);
    }

    @Test
    void aLargeShareOfAllIsHeldWhateverTheSizeOfEachService() {
        for (int port = 1; port <= 2; port++) {
            put("/aaaa/127.0.0.1:", port);
            put("/bbbb/127.0.0.1:", port);
            put("/cccc/127.0.0.1:", port);
        }
        gateway = new Gateway().start();
        loop.advance(20_000);
        etcd.txn("/unrelated", "x", Set.copyOf(etcd.current().keySet()));
        loop.advance(50);
        assertThat(gateway.addresses(true)).hasSize(6);
        assertThat(heard).containsExactly("all  6");
    }

    @Test
    void orderlyChangesAreBelieved() {
        follow();
        // a small service that is scaled to nothing
        for (int port = 1; port <= 4; port++) {
            put("/tiny/127.0.0.1:", port);
        }
        loop.advance(20_000);
        deleteAtOnce("/tiny/127.0.0.1:", 1, 4);
        // a rolling deploy, each new instance first, and one with each old instance first
        for (int port = 1; port <= 10; port++) {
            put(ECHO, 100 + port);
            loop.advance(150);
            etcd.delete(ECHO + port);
            loop.advance(150);
        }
        for (int port = 1; port <= 10; port++) {
            etcd.delete(ECHO + (100 + port));
            loop.advance(100);
            put(ECHO, 200 + port);
            loop.advance(100);
        }
        // blue and green
        for (int port = 1; port <= 10; port++) {
            put(ECHO, 300 + port);
        }
        loop.advance(5_000);
        deleteAtOnce(ECHO, 201, 210);
        // a larger service that is scaled down step by step
        for (int port = 1; port <= 19; port++) {
            etcd.delete(KEPT + port);
            loop.advance(4_000);
        }
        assertThat(heard).isEmpty();
        assertThat(gateway.addresses(true)).isEmpty();
        assertThat(gateway.addresses(false)).hasSize(11);
    }

    @Test
    void lostDataAreNotBelieved() {
        put(ECHO, 1);
        put(ECHO, 2);
        gateway = new Gateway().start();
        loop.advance(20_000);
        etcd.wipe(false);
        loop.advance(3_000);
        assertThat(gateway.addresses(true)).containsExactly("echo:1", "echo:2");
        assertThat(heard).containsExactly("wiped  2");
        assertThat(gateway.endpoint("echo", 1).shownReason()).contains("etcd's data were lost or restored");
        put(ECHO, 1);
        loop.advance(50);
        assertThat(gateway.addresses(true)).containsExactly("echo:2");
        assertThat(gateway.addresses(false)).containsExactly("echo:1");
        die("echo", 2);
        assertThat(gateway.addresses(true)).isEmpty();
    }

    @Test
    void anotherClusterIsNotBelievedEither() {
        follow();
        etcd.wipe(true);
        loop.advance(3_000);
        assertThat(gateway.addresses(true)).hasSize(30);
    }

    @Test
    void afterAnErrorEvenASmallServiceIsHeld() {
        put(ECHO, 1);
        put(ECHO, 2);
        put(ECHO, 3);
        for (int port = 1; port <= 20; port++) {
            put(KEPT, port);
        }
        gateway = new Gateway().start();
        loop.advance(20_000);
        die("echo", 3);
        etcd.reachable(false);
        loop.advance(5_000);
        for (int port = 1; port <= 3; port++) {
            etcd.delete(ECHO + port);
        }
        etcd.delete(KEPT + 1);
        etcd.reachable(true);
        loop.advance(3_000);
        assertThat(gateway.addresses(true)).containsExactly("echo:1", "echo:2");
        assertThat(gateway.addresses(false))
                .as("one of twenty may well have left")
                .hasSize(19);
        assertThat(heard).containsExactly("service echo 2");
    }

    @Test
    void anotherKeyForTheSameAddressCounts() {
        follow();
        deleteAtOnce(ECHO, 1, 10);
        assertThat(gateway.addresses(true)).hasSize(10);
        etcd.put("/echo/another-key", seed("echo", 4), 0);
        loop.advance(50);
        assertThat(gateway.addresses(true)).hasSize(9).doesNotContain("echo:4");
        assertThat(gateway.endpoint("echo", 4).instance().key()).isEqualTo("/echo/another-key");
    }

    @Test
    void switchedOffEverythingIsBelieved() {
        settings = settings.withHold(HoldSettings.OFF);
        follow();
        deleteAtOnce(ECHO, 1, 10);
        assertThat(gateway.addresses(false)).hasSize(20);
        etcd.wipe(true);
        loop.advance(3_000);
        assertThat(gateway.addresses(false)).isEmpty();
        assertThat(gateway.addresses(true)).isEmpty();
        assertThat(heard).isEmpty();
    }

    /** What etcd holds is in the table and not held, whatever happens; what else is there is held, and goes when it dies. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void heldInstancesAreTheOnlyOnesThatEtcdDoesNotHave(long seed) {
        settings = settings.withHold(new HoldSettings(true, 0.5, 3, 2_000));
        gateway = new Gateway().start();
        Random random = new Random(seed);
        boolean everHeld = false;
        for (int round = 0; round < 60; round++) {
            for (int i = random.nextInt(30); i >= 0; i--) {
                String key = "/s00" + random.nextInt(3) + "/127.0.0.1:" + (1 + random.nextInt(8));
                int port = Integer.parseInt(key.substring(key.lastIndexOf(':') + 1));
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3, 4 -> etcd.put(key, seed(key.substring(1, 5), port), 0);
                    case 5, 6 -> etcd.delete(key);
                    case 7 ->
                        etcd.txn(
                                key,
                                seed(key.substring(1, 5), port),
                                etcd.current().keySet());
                    case 8 -> etcd.cutAll();
                    default -> {
                        if (random.nextInt(20) == 0) {
                            etcd.wipe(random.nextBoolean());
                        }
                    }
                }
                loop.advance(random.nextInt(300));
            }
            loop.advance(5_000);
            Set<String> expected = new TreeSet<>();
            etcd.current().keySet().forEach(k -> expected.add(k.substring(1, 5) + k.substring(k.lastIndexOf(':'))));
            assertThat(gateway.addresses(false)).isEqualTo(expected);
            everHeld |= !gateway.addresses(true).isEmpty();
            assertThat(gateway.registry.status().held())
                    .isEqualTo(gateway.addresses(true).size());
            if (random.nextInt(3) == 0) {
                for (String address : gateway.addresses(true)) {
                    die(address.substring(0, 4), Integer.parseInt(address.substring(5)));
                }
                assertThat(gateway.addresses(true)).isEmpty();
                dead.clear();
            }
            assertThat(loop.waiting()).as("no timers pile up").isLessThan(20);
        }
        assertThat(everHeld).isTrue();
    }

    private static void awaitSaved(Path file, int instances) {
        DiscoveryFixture.await(Duration.ofSeconds(20), () -> {
            try {
                SavedTable saved = SavedTable.read(file);
                return saved != null && saved.instances().size() == instances;
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    void aColdStartWithoutEtcdServesTheSavedTable() throws IOException {
        Path file = directory.resolve("table");
        settings = settings.withSavedTable(file);
        follow();
        awaitSaved(file, 30);
        etcd.delete(KEPT + 20);
        long revision = etcd.revision();
        loop.advance(1_500);
        awaitSaved(file, 29);
        gateway.registry.close();
        etcd.reachable(false);

        gateway = new Gateway().start();
        assertThat(gateway.ready[0]).isFalse();
        loop.advance(200);
        assertThat(gateway.ready[0]).isTrue();
        assertThat(heard).containsExactly("restored 29");
        assertThat(gateway.addresses(false)).hasSize(29);
        assertThat(gateway.tables.get().revision()).isEqualTo(revision);
        assertThat(gateway.registry.status().synced()).isFalse();
        assertThat(gateway.registry.status().restoredEpochMillis()).isPositive();

        // Etcd is back, has lost one, and another one is dead.
        die("kept", 2);
        etcd.delete(KEPT + 1);
        etcd.delete(KEPT + 2);
        etcd.reachable(true);
        loop.advance(3_000);
        assertThat(gateway.addresses(false)).hasSize(27);
        assertThat(gateway.addresses(true)).isEmpty();
        assertThat(gateway.registry.status().synced()).isTrue();
        assertThat(gateway.registry.status().restoredEpochMillis()).isZero();
        gateway.registry.close();
    }

    @Test
    void aColdStartBesideAnEmptyEtcdHoldsWhatStillAnswers() throws IOException {
        Path file = directory.resolve("table");
        settings = settings.withSavedTable(file);
        follow();
        awaitSaved(file, 30);
        gateway.registry.close();
        etcd.wipe(true);
        etcd.reachable(false);
        gateway = new Gateway().start();
        loop.advance(500);
        etcd.reachable(true);
        loop.advance(3_000);
        assertThat(gateway.addresses(true)).hasSize(30);
        assertThat(heard).containsExactly("restored 30", "wiped  30");
        gateway.registry.close();
        awaitSaved(file, 30);
    }

    @Test
    void aDamagedFileIsIgnored() throws IOException {
        Path file = directory.resolve("table");
        settings = settings.withSavedTable(file);
        Files.writeString(file, "leasegate-table 1 5 00000000\n{}");
        etcd.reachable(false);
        gateway = new Gateway().start();
        loop.advance(5_000);
        assertThat(gateway.ready[0]).isFalse();
        assertThat(heard).isEmpty();
        put(ECHO, 1);
        etcd.reachable(true);
        loop.advance(5_000);
        assertThat(gateway.addresses(false)).containsExactly("echo:1");
        awaitSaved(file, 1);
        gateway.registry.close();
    }

    @Test
    void aReachableEtcdGoesBeforeTheFile() throws IOException {
        Path file = directory.resolve("table");
        settings = settings.withSavedTable(file);
        follow();
        awaitSaved(file, 30);
        gateway.registry.close();
        gateway = new Gateway().start();
        loop.advance(500);
        assertThat(heard).isEmpty();
        assertThat(gateway.addresses(false)).hasSize(30);
        gateway.registry.close();
    }
}
