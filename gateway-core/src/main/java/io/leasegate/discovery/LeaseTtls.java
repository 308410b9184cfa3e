package io.leasegate.discovery;

import io.leasegate.discovery.ControlLoop.Scheduled;
import io.leasegate.discovery.EtcdConnection.LeaseTime;
import io.leasegate.discovery.EtcdConnection.Reply;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The TTLs that leases were granted with: etcd is asked once per lease, a few leases at a time, and a lease is forgotten with its last
 * key. A lease that takes a key over from another one is taken to be like it, and etcd is asked only when it has been there for that
 * long: some registrars write their keys under a new lease every few seconds. Control loop only.
 *
 * <p>Where it is asked for, what is left of each lease is found out as well: when a quarter of its TTL has gone by since the last time, at most
 * so many leases a second, in turn. Where there are more, each is asked for more seldom.
 */
final class LeaseTtls implements KeyMap.Ttls {

    private static final int MAX_IN_WORK = 8;
    private static final long RETRY_MILLIS = 1_000;
    private static final long TICK_MILLIS = 1_000;
    /** How many leases a tick looks at for each one that it may ask for. */
    private static final int LOOKS_PER_CHECK = 50;

    /** Hears what was found out. */
    interface Listener {
        void onTtl(long leaseId, long seconds, List<String> keys);

        /** What is left of a lease, as of now. */
        default void onTime(long leaseId, LeaseTime time, List<String> keys) {}
    }

    private static final class Lease {
        final Set<String> keys = new HashSet<>();
        long seconds;
        boolean known;
        boolean asked;
        long answeredNanos;

        @Nullable
        Scheduled verification;
    }

    private final ControlLoop loop;
    private final Listener listener;
    private final Map<Long, Lease> leases = new HashMap<>();
    private final Deque<Long> toAsk = new ArrayDeque<>();
    private final int checksPerSecond;
    /** Leases in the order in which they are looked at; empty when nobody asks for what is left of them. */
    private final Deque<Long> rotation = new ArrayDeque<>();

    private @Nullable Scheduled tick;
    private @Nullable EtcdConnection connection;
    private int inWork;

    /** @param checksPerSecond for how many leases a second what is left of them is asked for; 0 for none */
    LeaseTtls(ControlLoop loop, int checksPerSecond, Listener listener) {
        this.loop = loop;
        this.checksPerSecond = checksPerSecond;
        this.listener = listener;
    }

    @Override
    public long secondsOf(long leaseId) {
        Lease lease = leases.get(leaseId);
        return lease == null ? 0 : lease.seconds;
    }

    /**
     * A key is bound to a lease.
     *
     * @param likelySeconds the TTL that the lease is likely to have, 0 when there is no telling
     */
    void use(String key, long leaseId, long likelySeconds) {
        Lease lease = leases.get(leaseId);
        if (lease == null) {
            lease = new Lease();
            lease.seconds = likelySeconds;
            leases.put(leaseId, lease);
            if (checksPerSecond > 0) {
                rotation.add(leaseId);
            }
            if (likelySeconds > 0) {
                lease.verification = loop.schedule(() -> verify(leaseId), likelySeconds * 1_000);
            } else {
                toAsk.add(leaseId);
                ask();
            }
        }
        lease.keys.add(key);
    }

    private void verify(long leaseId) {
        Lease lease = leases.get(leaseId);
        if (lease != null && lease.verification != null) {
            lease.verification = null;
            toAsk.add(leaseId);
            ask();
        }
    }

    void disuse(String key, long leaseId) {
        Lease lease = leases.get(leaseId);
        if (lease != null) {
            lease.keys.remove(key);
            if (lease.keys.isEmpty()) {
                leases.remove(leaseId);
                if (lease.verification != null) {
                    lease.verification.cancel();
                }
            }
        }
    }

    /** Leases that are not known yet are asked for over this connection from now on. */
    void connected(EtcdConnection newConnection) {
        if (newConnection == connection) {
            return;
        }
        connection = newConnection;
        inWork = 0;
        toAsk.clear();
        leases.forEach((id, lease) -> {
            if (!lease.known && lease.verification == null) {
                toAsk.add(id);
            }
        });
        leases.values().forEach(lease -> lease.asked = false);
        if (checksPerSecond > 0 && tick == null) {
            tick = loop.schedule(this::tick, TICK_MILLIS);
        }
        ask();
    }

    void disconnected() {
        connection = null;
        if (tick != null) {
            tick.cancel();
            tick = null;
        }
    }

    private void tick() {
        tick = loop.schedule(this::tick, TICK_MILLIS);
        long now = loop.nanoTime();
        int checks = 0;
        int looks = (int) Math.min(rotation.size(), (long) checksPerSecond * LOOKS_PER_CHECK);
        for (int i = 0; i < looks && checks < checksPerSecond; i++) {
            long id = rotation.remove();
            Lease lease = leases.get(id);
            if (lease == null) {
                continue;
            }
            rotation.add(id);
            if (lease.known && !lease.asked && now - lease.answeredNanos >= lease.seconds * 1_000_000_000L / 4) {
                lease.asked = true;
                toAsk.add(id);
                checks++;
            }
        }
        ask();
    }

    /** How many leases are waited for. */
    int open() {
        return toAsk.size() + inWork;
    }

    private void ask() {
        EtcdConnection c = connection;
        while (c != null && inWork < MAX_IN_WORK && !toAsk.isEmpty()) {
            long id = toAsk.remove();
            if (!leases.containsKey(id)) {
                continue;
            }
            inWork++;
            c.timeToLive(id, new Reply<>() {
                @Override
                public void onSuccess(LeaseTime time) {
                    if (c == connection) {
                        inWork--;
                        found(id, time);
                        ask();
                    }
                }

                @Override
                public void onFailure(EtcdFailure failure) {
                    if (c == connection) {
                        inWork--;
                        loop.schedule(() -> again(c, id), RETRY_MILLIS);
                        ask();
                    }
                }
            });
        }
    }

    private void again(EtcdConnection c, long id) {
        if (c == connection) {
            toAsk.add(id);
            ask();
        }
    }

    private void found(long id, LeaseTime time) {
        Lease lease = leases.get(id);
        // A lease that has just ended has no TTL any more; its keys are about to go.
        if (lease == null || time.grantedSeconds() <= 0) {
            return;
        }
        boolean news = !lease.known || lease.seconds != time.grantedSeconds();
        lease.seconds = time.grantedSeconds();
        lease.known = true;
        lease.asked = false;
        lease.answeredNanos = loop.nanoTime();
        List<String> keys = List.copyOf(lease.keys);
        if (news) {
            listener.onTtl(id, lease.seconds, keys);
        }
        listener.onTime(id, time, keys);
    }
}
