package io.leasegate.discovery;

import io.leasegate.discovery.ControlLoop.Scheduled;
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
 */
final class LeaseTtls implements KeyMap.Ttls {

    private static final int MAX_IN_WORK = 8;
    private static final long RETRY_MILLIS = 1_000;

    /** Hears what was found out. */
    interface Listener {
        void onTtl(long leaseId, long seconds, List<String> keys);
    }

    private static final class Lease {
        final Set<String> keys = new HashSet<>();
        long seconds;
        boolean known;

        @Nullable
        Scheduled verification;
    }

    private final ControlLoop loop;
    private final Listener listener;
    private final Map<Long, Lease> leases = new HashMap<>();
    private final Deque<Long> toAsk = new ArrayDeque<>();
    private @Nullable EtcdConnection connection;
    private int inWork;

    LeaseTtls(ControlLoop loop, Listener listener) {
        this.loop = loop;
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
        ask();
    }

    void disconnected() {
        connection = null;
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
            c.grantedTtlSeconds(id, new Reply<>() {
                @Override
                public void onSuccess(Long seconds) {
                    if (c == connection) {
                        inWork--;
                        found(id, seconds);
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

    private void found(long id, long seconds) {
        Lease lease = leases.get(id);
        // A lease that has just ended has no TTL any more; its keys are about to go.
        if (lease != null && seconds > 0) {
            lease.seconds = seconds;
            lease.known = true;
            listener.onTtl(id, seconds, List.copyOf(lease.keys));
        }
    }
}
