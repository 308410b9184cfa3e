package io.leasegate.discovery;

import static java.util.Objects.requireNonNull;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.leasegate.endpoint.Instance;
import io.leasegate.registration.KeyPrefix;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances from etcd: follows the configured prefixes and reads each key with the accepted formats. While etcd is away, what was read
 * last stays in force. Control loop only, but for what {@link Registry} says is safe from any thread.
 */
public final class EtcdRegistry implements Registry {

    private static final Logger LOG = LoggerFactory.getLogger(EtcdRegistry.class);

    private final ControlLoop loop;
    private final DiscoveryListener listener;
    private final EtcdFollower follower;
    private final List<String> prefixes;
    private final List<KeyRange> ranges;
    private final KeyMap keys;
    private final LeaseTtls leases;
    private final ConcurrentSkipListMap<String, Refusal> refusals = new ConcurrentSkipListMap<>();
    private @Nullable RegistrySink sink;
    private boolean removal;

    private volatile boolean synced;
    private volatile Link link = new Link(false, "not asked yet", System.currentTimeMillis());
    private volatile long revision;
    private volatile long confirmedNanos;
    private volatile int registeredKeys;
    private volatile long lists;
    private volatile long disconnects;

    /** What is told of the connection belongs together. */
    private record Link(boolean connected, String error, long sinceEpochMillis) {}

    public EtcdRegistry(EtcdSettings settings, ControlLoop loop, DiscoveryListener listener) {
        this(settings, loop, listener, attempt -> EtcdGrpcConnection.toMember(settings, attempt, loop));
    }

    EtcdRegistry(EtcdSettings settings, ControlLoop loop, DiscoveryListener listener, EtcdConnector connector) {
        this.loop = loop;
        this.listener = listener;
        prefixes = settings.prefixes().stream().map(KeyPrefix::text).toList();
        ranges = settings.ranges();
        leases = new LeaseTtls(loop, this::onTtl);
        keys = new KeyMap(settings.registrationFormats(), leases, new KeyListener());
        follower = new EtcdFollower(
                loop, connector, settings.ranges(), settings.timings(), settings.pageKeys(), new FollowerTarget());
    }

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public void start(RegistrySink newSink) {
        sink = newSink;
        follower.start();
    }

    @Override
    public void catchUp(long wanted) {
        if (wanted > revision) {
            follower.catchUp();
        }
    }

    @Override
    public void close() {
        follower.close();
        leases.disconnected();
    }

    @Override
    public RegistryStatus status() {
        Link now = link;
        return new RegistryStatus(
                name(),
                synced,
                now.connected(),
                now.error(),
                revision,
                now.sinceEpochMillis(),
                synced ? (loop.nanoTime() - confirmedNanos) / 1_000_000 : -1,
                registeredKeys,
                refusals.size(),
                lists,
                disconnects);
    }

    @Override
    public List<Refusal> refusals() {
        return List.copyOf(refusals.values());
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the control loop alone
    private final class FollowerTarget implements EtcdFollower.Target {

        @Override
        public void onListBegin() {
            keys.beginList();
        }

        @Override
        public void onListPage(List<KeyValue> page) {
            page.forEach(keys::list);
        }

        @Override
        public void onListEnd(long listRevision, EtcdConnection connection) {
            leases.connected(connection);
            keys.endList();
            confirmedNanos = loop.nanoTime();
            lists++;
            if (listRevision < revision) {
                LOG.warn(
                        "etcd went back from revision {} to {}: its data were lost or restored; what it holds by now is"
                                + " what counts",
                        revision,
                        listRevision);
            }
            commit(listRevision, confirmedNanos);
            if (!link.connected()) {
                LOG.info(
                        "following etcd at {} from revision {}: {} keys register instances, {} are refused",
                        connection.endpoint(),
                        listRevision,
                        registeredKeys,
                        refusals.size());
                link = new Link(true, "", System.currentTimeMillis());
            }
            if (!synced) {
                KeysElsewhere.look(connection, ranges, this::tellOfKeysElsewhere);
            }
            synced = true;
            listener.onListed(name());
        }

        private void tellOfKeysElsewhere(KeysElsewhere.Found found) {
            if (!found.message().isEmpty()) {
                LOG.warn("{}", found.message());
            } else if (found.keys() > 0 && registeredKeys == 0 && refusals.isEmpty()) {
                LOG.warn(
                        "there is no key under the prefixes {}, but {} elsewhere, as '{}': are"
                                + " leasegate.discovery.etcd.prefixes right? \"\" is the whole key space",
                        prefixes,
                        found.keys(),
                        found.example());
            }
        }

        @Override
        public void onEvents(List<Event> events, long eventRevision, long receivedNanos) {
            for (Event e : events) {
                if (e.getType() == Event.EventType.DELETE) {
                    keys.delete(e.getKv());
                } else {
                    keys.put(e.getKv());
                }
            }
            commit(Math.max(revision, eventRevision), receivedNanos);
        }

        @Override
        public boolean isAwaited(long someRevision) {
            return requireNonNull(sink).isAwaited(someRevision);
        }

        @Override
        public void onAlive() {
            confirmedNanos = loop.nanoTime();
        }

        @Override
        public void onDown(EtcdFailure failure, long pauseMillis) {
            leases.disconnected();
            long sinceEpochMillis = link.sinceEpochMillis();
            if (link.connected()) {
                sinceEpochMillis = System.currentTimeMillis();
                LOG.warn("lost etcd, the last table stays in force: {}", failure.message());
            } else if (!failure.message().equals(link.error())) {
                LOG.warn("no etcd, trying on: {}", failure.message());
            }
            link = new Link(false, failure.message(), sinceEpochMillis);
            // After the error: whoever sees that it happened sees why.
            disconnects++;
            listener.onDisconnected(name(), failure.message());
        }
    }

    private final class KeyListener implements KeyMap.Listener {

        @Override
        public void onChange(String key, List<Instance> instances, boolean removesAddress) {
            removal |= removesAddress;
            requireNonNull(sink).change(key, instances);
        }

        @Override
        public void onLeaseUsed(String key, long leaseId, long likelySeconds) {
            leases.use(key, leaseId, likelySeconds);
        }

        @Override
        public void onLeaseUnused(String key, long leaseId) {
            leases.disuse(key, leaseId);
        }

        @Override
        public void onRefusal(String key, @Nullable Refusal refusal) {
            if (refusal == null) {
                refusals.remove(key);
                return;
            }
            refusals.put(key, refusal);
            listener.onRefused(refusal);
            if (refusal.kind() == Refusal.Kind.MALFORMED) {
                LOG.warn(
                        "refused the registration under {}: {}{}",
                        key,
                        refusal.reason(),
                        refusal.previousKept() ? "; what it said before stays in force" : "");
            }
        }
    }

    private void onTtl(long leaseId, long seconds, List<String> keysOfLease) {
        keysOfLease.forEach(key -> keys.leaseTtl(key, leaseId, seconds));
        commit(revision, loop.nanoTime());
    }

    private void commit(long newRevision, long receivedNanos) {
        revision = newRevision;
        registeredKeys = keys.registered();
        boolean urgent = removal;
        removal = false;
        requireNonNull(sink).commit(newRevision, urgent, receivedNanos);
    }
}
