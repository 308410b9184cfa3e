package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An etcd in memory with history, compaction and leases, that can be made unreachable, frozen or wiped. Answers take a random time of
 * the simulated clock. Checks that nobody holds more than one connection or one watch.
 */
final class SimulatedEtcd implements EtcdConnector {

    private final SimulatedLoop loop;
    private final Random random;
    private final List<Event> history = new ArrayList<>();
    private final Set<Connection> connections = new HashSet<>();
    private final Map<Long, Long> ttls = new HashMap<>();
    /** What is left of leases that are not renewed. */
    final Map<Long, Long> remaining = new HashMap<>();

    /** What was held, for the comparison of tables with it. */
    final TrueStates states = new TrueStates();

    private long clusterId = 77;
    private long revision = 1;
    private long compacted;
    private boolean reachable = true;
    private boolean frozen;

    int connects;
    int ranges;
    int ttlRequests;
    int pageLimitRefused = Integer.MAX_VALUE;
    boolean compactBetweenPages;
    boolean progressAnswered = true;
    /** An old one, whose answers to progress requests overtake events. */
    String release = "3.4.23";

    /** What is told of keys with this prefix waits until {@link #tellAll}; empty for none. */
    String slowPrefix = "";

    EtcdFailure openFailure = new EtcdFailure(EtcdFailure.Kind.OTHER, "");

    SimulatedEtcd(SimulatedLoop loop, long seed) {
        this.loop = loop;
        this.random = new Random(seed);
        states.add(revision, List.of());
    }

    // What happens to the data.

    void put(String key, String value, long lease) {
        change(List.of(putEvent(key, value, lease, revision + 1)));
    }

    void delete(String key) {
        if (current().containsKey(key)) {
            change(List.of(deleteEvent(key, revision + 1)));
        }
    }

    /** One revision that puts one key and deletes others. */
    void txn(String put, String value, Set<String> deletes) {
        List<Event> events = new ArrayList<>();
        events.add(putEvent(put, value, 0, revision + 1));
        for (String key : deletes) {
            if (!key.equals(put) && current().containsKey(key)) {
                events.add(deleteEvent(key, revision + 1));
            }
        }
        change(events);
    }

    /** Keys that nobody watches change: the revision rises and no event tells of it. */
    void changesElsewhere(int count) {
        revision += count;
        states.reached(revision);
    }

    void grant(long lease, long ttlSeconds) {
        ttls.put(lease, ttlSeconds);
    }

    void compact() {
        compacted = revision;
    }

    /** All data gone, revisions from 1 on. */
    void wipe(boolean newCluster) {
        cutAll();
        history.clear();
        revision = 1;
        compacted = 0;
        states.newLife();
        states.add(revision, List.of());
        if (newCluster) {
            clusterId++;
        }
    }

    // What happens to the process and the network.

    void reachable(boolean on) {
        reachable = on;
        if (!on) {
            cutAll();
        }
    }

    /** Frozen: takes connections and answers nothing until it is thawed, then answers everything. */
    void frozen(boolean on) {
        frozen = on;
        if (!on) {
            connections.forEach(Connection::flush);
        }
    }

    void cutAll() {
        new ArrayList<>(connections).forEach(c -> c.fail("connection lost"));
    }

    /** The watch goes deaf: nothing comes on it any more, while the rest works. */
    void deafWatches() {
        connections.forEach(c -> c.deaf = true);
    }

    /** No watch is slow any more. */
    void tellAll() {
        slowPrefix = "";
        connections.forEach(Connection::catchUpSlowWatches);
    }

    void cancelWatches(String reason) {
        connections.forEach(c -> c.cancelWatch(reason, 0));
    }

    void compactedWatches() {
        connections.forEach(c -> c.cancelWatch("mvcc: required revision has been compacted", revision));
    }

    /** The present connections tell of another cluster, as behind an address that leads elsewhere now. */
    void otherCluster() {
        clusterId++;
    }

    int open() {
        return connections.size();
    }

    long revision() {
        return revision;
    }

    Map<String, KeyValue> current() {
        return at(revision);
    }

    Map<String, String> values() {
        Map<String, String> all = new TreeMap<>();
        current().forEach((k, kv) -> all.put(k, kv.getValue().toStringUtf8()));
        return all;
    }

    private NavigableMap<String, KeyValue> at(long when) {
        TreeMap<String, KeyValue> keys = new TreeMap<>();
        for (Event e : history) {
            if (e.getKv().getModRevision() > when) {
                break;
            }
            String key = e.getKv().getKey().toStringUtf8();
            if (e.getType() == Event.EventType.DELETE) {
                keys.remove(key);
            } else {
                keys.put(key, e.getKv());
            }
        }
        return keys;
    }

    private void change(List<Event> events) {
        revision++;
        history.addAll(events);
        states.add(revision, current().values());
        connections.forEach(c -> c.tell(events));
    }

    private static Event putEvent(String key, String value, long lease, long revision) {
        return Event.newBuilder()
                .setType(Event.EventType.PUT)
                .setKv(KeyValue.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .setLease(lease)
                        .setModRevision(revision))
                .build();
    }

    private static Event deleteEvent(String key, long revision) {
        return Event.newBuilder()
                .setType(Event.EventType.DELETE)
                .setKv(KeyValue.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setModRevision(revision))
                .build();
    }

    private ResponseHeader header() {
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setRevision(revision)
                .build();
    }

    @Override
    public EtcdConnection connect(int attempt) {
        connects++;
        Connection c = new Connection();
        connections.add(c);
        assertThat(connections).as("connections at one time").hasSize(1);
        return c;
    }

    private final class Connection implements EtcdConnection, EtcdConnection.EtcdWatch {

        private final List<Runnable> heldBack = new ArrayList<>();
        private final List<Consumer<EtcdFailure>> pending = new ArrayList<>();
        private final List<WatchResponse> slow = new ArrayList<>();
        private List<KeyRange> watchedRanges = List.of();
        private @Nullable Observer observer;
        private boolean closed;
        private boolean deaf;
        private boolean lost;
        private long lastDeliveryMicros;

        @Override
        public String endpoint() {
            return "simulated";
        }

        @Override
        public void open(Reply<Boolean> reply) {
            answer(reply, () -> {
                if (openFailure.message().isEmpty()) {
                    reply.onSuccess(true);
                } else {
                    reply.onFailure(openFailure);
                }
            });
        }

        @Override
        public void range(ByteString from, ByteString end, long at, int limit, Reply<RangeResponse> reply) {
            ranges++;
            answer(reply, () -> {
                if (limit >= pageLimitRefused) {
                    reply.onFailure(new EtcdFailure(EtcdFailure.Kind.TOO_LARGE, "too large"));
                    return;
                }
                long when = at == 0 ? revision : at;
                if (when < compacted) {
                    reply.onFailure(new EtcdFailure(EtcdFailure.Kind.COMPACTED, "compacted"));
                    return;
                }
                RangeResponse.Builder page = RangeResponse.newBuilder().setHeader(header());
                String endKey = end.toStringUtf8();
                for (Map.Entry<String, KeyValue> e :
                        at(when).tailMap(from.toStringUtf8(), true).entrySet()) {
                    if (!endKey.equals("\0") && e.getKey().compareTo(endKey) >= 0) {
                        break;
                    }
                    if (page.getKvsCount() == limit) {
                        page.setMore(true);
                        break;
                    }
                    page.addKvs(e.getValue());
                }
                if (compactBetweenPages && page.getMore()) {
                    compactBetweenPages = false;
                    put("/other", "x", 0);
                    compact();
                }
                reply.onSuccess(page.build());
            });
        }

        @Override
        public void timeToLive(long leaseId, Reply<LeaseTime> reply) {
            ttlRequests++;
            answer(reply, () -> {
                Long granted = ttls.get(leaseId);
                reply.onSuccess(
                        granted == null
                                ? LeaseTime.ENDED
                                : new LeaseTime(granted, remaining.getOrDefault(leaseId, granted)));
            });
        }

        @Override
        public void release(Reply<String> reply) {
            answer(reply, () -> reply.onSuccess(release));
        }

        @Override
        public EtcdWatch watch(List<KeyRange> watched, long startRevision, Observer newObserver) {
            assertThat(observer).as("watches at one time").isNull();
            observer = newObserver;
            watchedRanges = watched;
            slow.clear();
            if (lost) {
                deliver(() -> newObserver.onEnd(new EtcdFailure(EtcdFailure.Kind.UNREACHABLE, "connection lost")));
                return this;
            }
            if (startRevision <= compacted) {
                cancelWatch("compacted", compacted);
                return this;
            }
            for (int id = 0; id < watched.size(); id++) {
                send(WatchResponse.newBuilder()
                        .setHeader(header())
                        .setWatchId(id)
                        .setCreated(true)
                        .build());
            }
            List<Event> backlog = history.stream()
                    .filter(e -> e.getKv().getModRevision() >= startRevision)
                    .toList();
            if (!backlog.isEmpty()) {
                tell(backlog);
            }
            return this;
        }

        @Override
        public void requestProgress() {
            if (progressAnswered && (slow.isEmpty() || !WatchedRevisions.answersInOrder(release))) {
                send(WatchResponse.newBuilder()
                        .setHeader(header())
                        .setWatchId(-1)
                        .build());
            }
        }

        @Override
        public void cancel() {
            observer = null;
        }

        @Override
        public void close() {
            closed = true;
            observer = null;
            connections.remove(this);
        }

        /** A message for each watch, and no watch comes before another one. */
        void tell(List<Event> events) {
            List<WatchResponse> messages = new ArrayList<>();
            for (int id = 0; id < watchedRanges.size(); id++) {
                KeyRange range = watchedRanges.get(id);
                List<Event> seen = events.stream()
                        .filter(e -> e.getKv().getKey().toStringUtf8().startsWith(range.prefix()))
                        .toList();
                if (!seen.isEmpty()) {
                    WatchResponse message = WatchResponse.newBuilder()
                            .setHeader(header())
                            .setWatchId(id)
                            .addAllEvents(seen)
                            .build();
                    (range.prefix().equals(slowPrefix) ? slow : messages).add(message);
                }
            }
            Collections.shuffle(messages, random);
            messages.forEach(this::send);
        }

        void catchUpSlowWatches() {
            slow.forEach(this::send);
            slow.clear();
        }

        void cancelWatch(String reason, long compactRevision) {
            send(WatchResponse.newBuilder()
                    .setHeader(header())
                    .setCanceled(true)
                    .setCancelReason(reason)
                    .setCompactRevision(compactRevision)
                    .build());
        }

        void fail(String why) {
            connections.remove(this);
            EtcdFailure failure = new EtcdFailure(EtcdFailure.Kind.UNREACHABLE, why);
            lost = true;
            deliver(() -> {
                Observer o = observer;
                if (o != null) {
                    o.onEnd(failure);
                }
                List.copyOf(pending).forEach(p -> p.accept(failure));
                pending.clear();
            });
        }

        void flush() {
            List<Runnable> held = List.copyOf(heldBack);
            heldBack.clear();
            held.forEach(this::deliver);
        }

        private void send(WatchResponse message) {
            Observer o = observer;
            Runnable delivery = () -> {
                if (o != null && o == observer && !deaf) {
                    o.onMessage(message, loop.nanoTime());
                }
            };
            if (frozen) {
                heldBack.add(delivery);
            } else {
                deliver(delivery);
            }
        }

        /** A unary call: computed when it arrives, with a deadline of the client. */
        private void answer(Reply<?> reply, Runnable work) {
            if (!reachable || lost) {
                deliver(() -> reply.onFailure(new EtcdFailure(EtcdFailure.Kind.UNREACHABLE, "connection refused")));
                return;
            }
            boolean[] done = new boolean[1];
            Consumer<EtcdFailure> failing = f -> {
                if (!done[0]) {
                    done[0] = true;
                    reply.onFailure(f);
                }
            };
            pending.add(failing);
            loop.schedule(
                    () -> {
                        if (!closed) {
                            failing.accept(new EtcdFailure(EtcdFailure.Kind.UNREACHABLE, "deadline"));
                        }
                    },
                    3_000);
            Runnable delivery = () -> {
                if (!done[0]) {
                    done[0] = true;
                    pending.remove(failing);
                    work.run();
                }
            };
            if (frozen) {
                heldBack.add(delivery);
            } else {
                deliver(delivery);
            }
        }

        /** In order, each some time later. */
        private void deliver(Runnable task) {
            long nowMicros = loop.nanoTime() / 1000;
            lastDeliveryMicros = Math.max(lastDeliveryMicros, nowMicros + random.nextInt(3_000));
            loop.scheduleMicros(
                    () -> {
                        if (!closed) {
                            task.run();
                        }
                    },
                    lastDeliveryMicros - nowMicros);
        }
    }
}
