package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.pause;
import static io.leasegate.discovery.DiscoveryFixture.seed;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.leasegate.discovery.TrueStates.Published;
import io.leasegate.testkit.EtcdProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real etcd to which all sorts of things happen at random, behind a link to which others happen: whenever it is left in peace, the table is what a
 * fresh read says, and every table that was published on the way is what etcd held at the revision that the table names.
 *
 * <p>{@code -Dleasegate.etcd.rounds=500} makes it longer, {@code -Dleasegate.etcd.seed=N} makes other histories. Which one it is does not decide
 * what happens in full, since the processes and the network have a say.
 *
 * <p>Values that no format takes are not written over good ones: there the table keeps what was true, which a read cannot tell.
 */
class EtcdHistoryTest {

    private static final int ROUNDS = Integer.getInteger("leasegate.etcd.rounds", 4);
    private static final long SEED = Long.getLong("leasegate.etcd.seed", 20_261_128);

    private static final Duration PEACE = Duration.ofSeconds(20);
    private static final int TROUBLES_A_ROUND = 2;

    /** Silence is found out sooner than a gateway does it, and everything is listed again every second. */
    private static final EtcdTimings HASTY = new EtcdTimings(700, 3_000, 150, 2, 200, 5_000, 1_000);

    private enum Trouble {
        CUT,
        FORGOTTEN_CONNECTIONS,
        STALLED_LINK,
        COMPACTION_BEHIND_A_STALLED_LINK,
        KILL,
        RESTART,
        FREEZE,
        LOST_DATA
    }

    @ParameterizedTest(name = "instances are held: {0}")
    @ValueSource(booleans = {false, true})
    void whateverHappensTheTableIsWhatEtcdHolds(boolean hold) throws IOException, InterruptedException {
        try (History history = new History(SEED, hold ? HoldSettings.DEFAULT : HoldSettings.OFF)) {
            history.gateway.follow();
            for (int round = 1; round <= ROUNDS; round++) {
                history.round(round);
            }
        }
    }

    private static final class History implements AutoCloseable {

        private final long seed;
        private final Random random;
        private final EtcdProcess process = EtcdProcess.launch();
        private final EtcdTestClient etcd = new EtcdTestClient(process);
        private final FaultyLink link = new FaultyLink(process.clientPort());
        private final Queue<Published> published = new ConcurrentLinkedQueue<>();
        private final TrueStates states = new TrueStates();
        private final List<Long> leases = new ArrayList<>();
        private final List<Trouble> troubles = new ArrayList<>();
        private final List<String> happened = new ArrayList<>();
        private final DiscoveryFixture gateway;
        private long compacted;

        History(long seed, HoldSettings hold) throws IOException {
            this.seed = seed;
            random = new Random(seed);
            EtcdSettings settings = EtcdSettings.of(List.of(link.endpoint()))
                    .withPageKeys(4)
                    .withTimings(HASTY)
                    .withHold(hold);
            gateway = new DiscoveryFixture(settings, table -> published.add(Published.of(table)));
        }

        void round(int number) {
            happened.clear();
            try {
                for (int i = 0; i < TROUBLES_A_ROUND; i++) {
                    changes();
                    cause(nextTrouble());
                }
                changes();
                link.stall(false);
                awaitPeace();
                compare();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "with -Dleasegate.etcd.seed=" + seed + ", in round " + number + ", in which this happened: "
                                + String.join(", ", happened),
                        e);
            }
        }

        /** Each once, before one comes again. */
        private Trouble nextTrouble() {
            if (troubles.isEmpty()) {
                Collections.addAll(troubles, Trouble.values());
                Collections.shuffle(troubles, random);
            }
            return troubles.remove(troubles.size() - 1);
        }

        private void changes() {
            for (int i = random.nextInt(20); i >= 0; i--) {
                change();
                if (random.nextInt(3) == 0) {
                    pause(random.nextInt(25));
                }
            }
        }

        private void change() {
            String key = randomKey();
            switch (random.nextInt(14)) {
                case 0, 1, 2, 3 -> {
                    etcd.put(key, randomValue(key));
                    happened.add("put " + key);
                }
                case 4 -> {
                    // The same again: no news, but a new revision.
                    String value = etcd.keys().getOrDefault(key, randomValue(key));
                    etcd.put(key, value);
                    happened.add("put again " + key);
                }
                case 5, 6, 7 -> {
                    etcd.delete(key);
                    happened.add("delete " + key);
                }
                case 8 -> {
                    String second = randomKey();
                    String gone = randomKey();
                    if (!gone.equals(key) && !gone.equals(second)) {
                        etcd.txn(
                                second.equals(key)
                                        ? Map.of(key, randomValue(key))
                                        : Map.of(key, randomValue(key), second, randomValue(second)),
                                gone);
                        happened.add("put " + key + " and " + second + " and delete " + gone + " at once");
                    }
                }
                case 9 -> {
                    // Two seconds are the least that etcd grants; nobody renews it.
                    long lease = etcd.grant(2 + random.nextInt(2));
                    leases.add(lease);
                    String second = randomKey();
                    etcd.put(key, randomValue(key), lease);
                    etcd.put(second, randomValue(second), lease);
                    happened.add("lease " + key + " and " + second);
                }
                case 10 -> endLease();
                case 11 -> {
                    etcd.put("/config/" + random.nextInt(3), "level " + random.nextInt(100));
                    happened.add("put what is no registration");
                }
                case 12 -> {
                    etcd.put("elsewhere/" + random.nextInt(3), seed("elsewhere", 1));
                    happened.add("put what is not watched");
                }
                default -> {
                    record();
                    compact();
                }
            }
        }

        private void endLease() {
            if (!leases.isEmpty()) {
                etcd.endIfLive(leases.remove(random.nextInt(leases.size())));
                happened.add("revoke");
            }
        }

        /** Up to what was recorded, since nobody can read what was before. */
        private void compact() {
            if (states.reached() > compacted) {
                compacted = states.reached();
                etcd.compact(compacted);
                happened.add("compact " + compacted);
            }
        }

        private void cause(Trouble trouble) {
            happened.add(trouble.toString());
            switch (trouble) {
                case CUT -> link.cut();
                case FORGOTTEN_CONNECTIONS -> link.forgetConnections();
                case STALLED_LINK -> link.stall(true);
                case COMPACTION_BEHIND_A_STALLED_LINK -> {
                    link.stall(true);
                    changes();
                    record();
                    compact();
                    changes();
                }
                case KILL -> {
                    process.kill();
                    pause(random.nextInt(300));
                    process.start();
                }
                case RESTART -> {
                    process.stop();
                    pause(random.nextInt(300));
                    process.start();
                }
                case FREEZE -> {
                    process.freeze();
                    // Some are too short to be noticed.
                    pause(random.nextInt(1_500));
                    process.thaw();
                }
                case LOST_DATA -> loseData();
            }
        }

        private void loseData() {
            // Nothing may happen by itself any more: nobody could read it.
            while (!leases.isEmpty()) {
                endLease();
            }
            record();
            process.kill();
            process.wipe();
            process.start();
            states.newLife();
            compacted = 0;
        }

        private String randomKey() {
            // Two keys for each address, so that one may speak for the other.
            return "/s" + random.nextInt(3) + (random.nextBoolean() ? "/127.0.0.1:" : "/again/127.0.0.1:")
                    + (1 + random.nextInt(4));
        }

        private String randomValue(String key) {
            int port = Integer.parseInt(key.substring(key.lastIndexOf(':') + 1));
            return seed(key.substring(1, 3), port, random.nextInt(5), random.nextBoolean() ? "1.0" : "2.0");
        }

        /** Reads what etcd has held at each revision since the last time. */
        private void record() {
            long now = etcd.revision();
            for (long revision = states.reached() + 1; revision <= now; revision++) {
                states.add(revision, watched(etcd.range(revision)));
            }
        }

        private static List<KeyValue> watched(RangeResponse range) {
            return range.getKvsList().stream()
                    .filter(kv -> kv.getKey().toStringUtf8().startsWith("/"))
                    .toList();
        }

        private void awaitPeace() {
            DiscoveryFixture.await(PEACE, this::isAtPeace, () -> {
                assertThat(gateway.status().connected())
                        .as(gateway.status().error())
                        .isTrue();
                assertThat(link.open()).as("connections").isEqualTo(1);
                assertThat(TableText.registered(gateway.table())).isEqualTo(fresh());
            });
        }

        private boolean isAtPeace() {
            if (!gateway.status().connected() || link.open() != 1) {
                return false;
            }
            pause(10);
            return TableText.registered(gateway.table()).equals(fresh());
        }

        private Set<String> fresh() {
            return TableText.expected(watched(etcd.range()));
        }

        /** Every table that was published is one that was true, and they came in their order. */
        private void compare() {
            List<Published> since = new ArrayList<>();
            for (Published p = published.poll(); p != null; p = published.poll()) {
                since.add(p);
            }
            record();
            since.forEach(states::check);
        }

        @Override
        public void close() throws IOException {
            gateway.close();
            link.close();
            etcd.close();
            process.close();
        }
    }
}
