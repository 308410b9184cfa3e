package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.seed;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.discovery.TrueStates.Published;
import io.leasegate.routing.RouteTable;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which revision the table names, and when a barrier is passed, with two prefixes of a simulated etcd: an old release, whose answers to progress requests say
 * nothing about events, and a newer one.
 */
class SimulatedPrefixesTest {

    private static final List<String> PREFIXES = List.of("/a/", "/b/");
    private static final String OLD = "3.4.23";
    private static final String NEW = "3.6.1";

    private final SimulatedLoop loop = new SimulatedLoop();
    private final SimulatedEtcd etcd = new SimulatedEtcd(loop, 1);
    private final RouteTableBuilder builder =
            new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), List.of(), "etcd");
    private final RouteTableRef tables = new RouteTableRef(builder.table());
    private final List<Published> published = new ArrayList<>();
    private final DiscoveryListener listener = new DiscoveryListener() {
        @Override
        public void onPublished(RouteTable table, long buildNanos) {
            published.add(Published.of(table));
        }
    };
    private final RegistryWatcher watcher = new RegistryWatcher(loop, builder, tables, listener, () -> {});
    private final EtcdRegistry registry = new EtcdRegistry(
            EtcdSettings.of(List.of("http://simulated:1")).withPrefixes(PREFIXES),
            loop,
            listener,
            attempt -> etcd.connect(attempt));

    private long lists;

    private void follow(String release) {
        etcd.release = release;
        put("/a/", 1);
        put("/b/", 1);
        registry.start(watcher.sink("etcd", 0));
        loop.advance(3_000);
        assertEqual();
        assertThat(tables.get().revision()).isEqualTo(etcd.revision());
        lists = registry.status().lists();
    }

    private long put(String prefix, int weight) {
        etcd.put(prefix + "1", seed("echo", prefix.charAt(1), weight, ""), 0);
        return etcd.revision();
    }

    private void assertEqual() {
        assertThat(TableText.registered(tables.get()))
                .isEqualTo(TableText.expected(etcd.current().values()));
    }

    /** Asks as the barrier does; what it says is checked against etcd when the barrier is passed. */
    private List<Long> await(long revision) {
        List<Long> passed = new ArrayList<>();
        watcher.whenRouted(revision, () -> {
            assertEqual();
            passed.add(tables.get().revision());
        });
        registry.catchUp(revision);
        return passed;
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void anEventOfOnePrefixSaysNothingAboutTheOtherOne(String release) {
        follow(release);
        long before = etcd.revision();
        etcd.slowPrefix = "/b/";
        long late = put("/b/", 2);
        long seen = put("/a/", 3);
        List<Long> first = await(late);
        List<Long> second = await(seen);
        loop.advance(50);
        if (release.equals(NEW)) {
            assertThat(tables.get().find("echo", "127.0.0.1:" + (int) 'a'))
                    .as("what is known is routed by")
                    .satisfies(e -> assertThat(e.instance().weight()).isEqualTo(3));
            assertThat(tables.get().revision()).isEqualTo(before);
            assertThat(first).isEmpty();
            etcd.tellAll();
            loop.advance(450);
            assertThat(registry.status().lists()).isEqualTo(lists);
        }
        assertThat(first).containsExactly(release.equals(NEW) ? late : seen);
        assertThat(second).containsExactly(seen);
        assertEqual();
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void aQuietPrefixHoldsNoBarrierUp(String release) {
        follow(release);
        for (int weight = 2; weight < 12; weight++) {
            List<Long> passed = await(put("/a/", weight));
            loop.advance(release.equals(NEW) ? 50 : 600);
            assertThat(passed).containsExactly(etcd.revision());
            etcd.changesElsewhere(3);
            List<Long> elsewhere = await(etcd.revision());
            loop.advance(release.equals(NEW) ? 50 : 600);
            assertThat(elsewhere).containsExactly(etcd.revision());
        }
        if (release.equals(NEW)) {
            assertThat(registry.status().lists()).as("no list is needed").isEqualTo(lists);
        }
        assertThat(etcd.connects).isEqualTo(1);
    }

    /** What calls are routed by is in the access log, whether somebody waits for it or not. */
    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void theTableNamesTheRevisionOfWhatItHasAsSoonAsThatIsProven(String release) {
        follow(release);
        long before = etcd.revision();
        long changed = put("/a/", 2);
        loop.advance(50);
        assertThat(tables.get().revision()).isEqualTo(release.equals(NEW) ? changed : before);
        published.clear();
        etcd.changesElsewhere(10);
        loop.advance(10_000);
        assertThat(published).as("signs of life move nothing by themselves").isEmpty();
        long both = put("/b/", 2);
        loop.advance(50);
        assertThat(tables.get().revision()).isEqualTo(release.equals(NEW) ? both : changed);
        assertThat(registry.status().lists()).isEqualTo(lists);
    }

    /**
     * Changes of both prefixes, watches that are slow, connections that are cut, and somebody who waits for each revision: of no prefix does a table have less than
     * its revision promises, and in the end everybody was served.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void noTablePromisesWhatItDoesNotHave(long seed) {
        Random random = new Random(seed);
        follow(seed % 2 == 0 ? OLD : NEW);
        Map<String, NavigableMap<Long, Set<String>>> truth = new HashMap<>();
        List<List<Long>> waiting = new ArrayList<>();
        published.clear();
        for (int step = 0; step < 400; step++) {
            for (String prefix : PREFIXES) {
                NavigableMap<Long, Set<String>> states = truth.computeIfAbsent(prefix, p -> new TreeMap<>());
                states.put(
                        etcd.revision(),
                        under(prefix, TableText.expected(etcd.current().values())));
                for (Published table : published) {
                    assertThat(states.tailMap(states.floorKey(table.revision()), true)
                                    .values())
                            .as("what " + prefix + " had at revision " + table.revision() + " or later")
                            .contains(under(prefix, table.registered()));
                }
            }
            published.clear();
            String prefix = PREFIXES.get(random.nextInt(2));
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> put(prefix, 1 + random.nextInt(50));
                case 4, 5 -> etcd.delete(prefix + "1");
                case 6 -> etcd.txn("/a/1", seed("echo", 'a', 1 + random.nextInt(50), ""), Set.of("/b/1"));
                case 7 -> etcd.changesElsewhere(2);
                case 8 -> {
                    etcd.tellAll();
                    etcd.slowPrefix = prefix;
                }
                case 9 -> etcd.tellAll();
                case 10 -> {
                    List<Long> passed = new ArrayList<>();
                    waiting.add(passed);
                    watcher.whenRouted(
                            etcd.revision(), () -> passed.add(tables.get().revision()));
                    registry.catchUp(etcd.revision());
                }
                default -> {
                    if (random.nextInt(8) == 0) {
                        etcd.cutAll();
                    }
                }
            }
            loop.advance(random.nextInt(30));
        }
        etcd.tellAll();
        loop.advance(5_000);
        assertEqual();
        assertThat(waiting).isNotEmpty().allSatisfy(passed -> assertThat(passed).hasSize(1));
    }

    private static Set<String> under(String prefix, Set<String> lines) {
        return lines.stream().filter(line -> line.contains(" by " + prefix)).collect(Collectors.toSet());
    }
}
