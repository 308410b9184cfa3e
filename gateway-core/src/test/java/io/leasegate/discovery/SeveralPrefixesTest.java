package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.pause;
import static io.leasegate.discovery.DiscoveryFixture.seed;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.routing.Cluster;
import io.leasegate.routing.RouteTable;
import io.leasegate.testkit.EtcdProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several prefixes of a real etcd, each with a watch of its own: what one of them tells says nothing about the others, and no table names a revision that
 * one of them has not reached.
 */
class SeveralPrefixesTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final List<String> PREFIXES = List.of("/a/", "/b/", "/c/");

    /** Everything is listed, and so watched anew, again and again: a new watch may be told of the past later than another one of the present. */
    private static final EtcdTimings RESTLESS = new EtcdTimings(700, 3_000, 150, 2, 200, 5_000, 40);

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
        return EtcdSettings.of(List.of(process.endpoint())).withPrefixes(PREFIXES);
    }

    /** Keys of all prefixes change in one transaction, and one by one. */
    @ParameterizedTest(name = "listed again and again: {0}")
    @ValueSource(booleans = {false, true})
    void noTableNamesARevisionThatOneOfThePrefixesHasNotReached(boolean restless) throws InterruptedException {
        TreeMap<Long, Map<String, Long>> truth = new TreeMap<>();
        record(truth);
        Queue<Seen> published = new ConcurrentLinkedQueue<>();
        EtcdSettings settings = settings().withTimings(restless ? RESTLESS : EtcdTimings.DEFAULT);
        try (DiscoveryFixture f = new DiscoveryFixture(settings, table -> published.add(Seen.of(table))).follow()) {
            for (int weight = 1; weight <= 100; weight++) {
                if (weight % 3 == 0) {
                    Map<String, String> all = new HashMap<>();
                    for (String prefix : PREFIXES) {
                        all.put(key(prefix), value(prefix, weight));
                    }
                    etcd.txn(all);
                    record(truth);
                } else {
                    for (String prefix : PREFIXES) {
                        etcd.put(key(prefix), value(prefix, weight));
                        record(truth);
                    }
                }
                pause(weight % 7 * 4L);
            }
            f.awaitEqual(etcd, LIMIT);
        }
        List<String> lies = new ArrayList<>();
        for (Seen seen : published) {
            Map<String, Long> then = truth.floorEntry(seen.revision).getValue();
            then.forEach((service, weight) -> {
                if (seen.weights.getOrDefault(service, 0L) < weight) {
                    lies.add(seen + " is behind " + then);
                }
            });
        }
        assertThat(lies).as("tables that name a revision that is not in them").isEmpty();
        assertThat(published).hasSizeGreaterThan(50);
    }

    /** What is registered as of a revision; weights only grow. */
    private static void record(Map<Long, Map<String, Long>> truth) {
        var range = etcd.range();
        Map<String, Long> weights = new TreeMap<>();
        range.getKvsList().forEach(kv -> {
            String text = kv.getValue().toStringUtf8();
            weights.put(
                    "echo" + KeyText.of(kv.getKey()).charAt(1),
                    Long.parseLong(text.replaceAll(".*\"weight\":(\\d+).*", "$1")));
        });
        truth.put(range.getHeader().getRevision(), weights);
    }

    private record Seen(long revision, Map<String, Long> weights) {
        static Seen of(RouteTable table) {
            Map<String, Long> weights = new TreeMap<>();
            for (Cluster c : table.clusters()) {
                for (Endpoint e : c.endpoints()) {
                    weights.put(c.name(), e.instance().weight());
                }
            }
            return new Seen(table.revision(), weights);
        }
    }

    private static String key(String prefix) {
        return prefix + "1";
    }

    private static String value(String prefix, int weight) {
        return seed("echo" + prefix.charAt(1), prefix.charAt(1), weight, "");
    }

    /** Two of the prefixes say nothing, neither by events nor by themselves. */
    @Test
    void aBarrierIsPassedThoughOtherPrefixesAreQuiet() throws InterruptedException {
        etcd.put(key("/b/"), value("/b/", 1));
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            for (int weight = 1; weight <= 6; weight++) {
                long revision = etcd.put(key("/a/"), value("/a/", weight));
                passBarrier(f, revision);
                assertThat(f.shown()).isEqualTo(DiscoveryFixture.expected(etcd.keys()));
                long elsewhere = etcd.put("elsewhere", "x");
                passBarrier(f, elsewhere);
            }
            long deletion = etcd.delete(key("/a/"));
            passBarrier(f, deletion);
            assertThat(f.table().find("echoa", "127.0.0.1:97")).isNull();
            if (WatchedRevisions.answersInOrder(etcd.release())) {
                assertThat(f.lists).as("lists").hasValue(1);
            }
        }
    }

    private static void passBarrier(DiscoveryFixture f, long revision) throws InterruptedException {
        CountDownLatch passed = new CountDownLatch(1);
        f.discovery.whenRouted(revision, passed::countDown);
        assertThat(passed.await(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("revision " + revision + ", and the table's is " + f.table().revision())
                .isTrue();
        assertThat(f.table().revision()).isGreaterThanOrEqualTo(revision);
    }
}
