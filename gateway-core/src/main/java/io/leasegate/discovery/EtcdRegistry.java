package io.leasegate.discovery;

import static java.util.Objects.requireNonNull;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.LeaseLife;
import io.leasegate.registration.KeyPrefix;
import java.io.IOException;
import java.nio.file.Path;
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
    private final EtcdSettings settings;
    private final @Nullable TableSaver saver;
    private @Nullable RegistrySink sink;
    private @Nullable HeldInstances held;
    private boolean removal;
    private boolean told;
    private boolean wasDown;
    private boolean restoreTried;
    private long clusterId;

    /** The newest revision that something was told of; {@link #revision} is the one up to which everything was. */
    private long newest;

    private volatile boolean synced;
    private volatile Link link = new Link(false, "not asked yet", System.currentTimeMillis());
    private volatile long revision;
    private volatile long confirmedNanos;
    private volatile int registeredKeys;
    private volatile long lists;
    private volatile long disconnects;
    private volatile int heldCount;
    private volatile long restoredEpochMillis;

    /** What is told of the connection belongs together. */
    private record Link(boolean connected, String error, long sinceEpochMillis) {}

    public EtcdRegistry(EtcdSettings settings, ControlLoop loop, DiscoveryListener listener) {
        this(settings, loop, listener, attempt -> EtcdGrpcConnection.toMember(settings, attempt, loop));
    }

    EtcdRegistry(EtcdSettings settings, ControlLoop loop, DiscoveryListener listener, EtcdConnector connector) {
        this.loop = loop;
        this.listener = listener;
        this.settings = settings;
        saver = settings.savedTable() == null ? null : new TableSaver(loop, settings.savedTable(), this::tableToSave);
        prefixes = settings.prefixes().stream().map(KeyPrefix::text).toList();
        ranges = settings.ranges();
        leases = new LeaseTtls(loop, settings.leases().checksPerSecond(), new LeaseListener());
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
        held = new HeldInstances(loop, settings.hold(), newSink, new HeldListener());
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
        if (held != null) {
            held.close();
        }
        if (saver != null) {
            saver.close();
        }
    }

    private SavedTable tableToSave() {
        List<Instance> all = keys.instances();
        all.addAll(requireNonNull(held).held());
        return new SavedTable(revision, clusterId, System.currentTimeMillis(), all);
    }

    /** Etcd is away, and nothing was read from it yet: what was saved in an earlier life is better than nothing. */
    private void restore() {
        Path file = settings.savedTable();
        if (told || restoreTried || file == null) {
            return;
        }
        restoreTried = true;
        SavedTable saved = null;
        try {
            saved = SavedTable.read(file);
        } catch (IOException e) {
            LOG.warn("the saved table in {} is ignored: {}", file, e.getMessage());
        }
        if (saved == null) {
            return;
        }
        told = true;
        clusterId = saved.clusterId();
        newest = saved.revision();
        restoredEpochMillis = saved.savedEpochMillis();
        keys.restore(saved.instances());
        commit(saved.revision(), loop.nanoTime(), RegistryNews.FIRST);
        listener.onRestored(name(), saved.instances().size(), saved.savedEpochMillis());
    }

    private RegistryNews newsOf(long listRevision, long listClusterId) {
        if (!told) {
            return RegistryNews.FIRST;
        }
        if (listRevision < newest || listClusterId != clusterId) {
            return RegistryNews.OTHER_DATA;
        }
        return wasDown ? RegistryNews.AFTER_ERROR : RegistryNews.CHANGES;
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
                disconnects,
                heldCount,
                restoredEpochMillis);
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
        public void onListEnd(long listRevision, long listClusterId, EtcdConnection connection) {
            boolean first = !synced;
            leases.connected(connection);
            keys.endList();
            confirmedNanos = loop.nanoTime();
            lists++;
            if (listRevision < newest) {
                LOG.warn(
                        "etcd went back from revision {} to {}: its data were lost or restored; what it holds by now is"
                                + " what counts",
                        newest,
                        listRevision);
            }
            RegistryNews news = newsOf(listRevision, listClusterId);
            told = true;
            wasDown = false;
            clusterId = listClusterId;
            newest = listRevision;
            restoredEpochMillis = 0;
            synced = true;
            commit(listRevision, confirmedNanos, news);
            if (!link.connected()) {
                LOG.info(
                        "following etcd at {} from revision {}: {} keys register instances, {} are refused",
                        connection.endpoint(),
                        listRevision,
                        registeredKeys,
                        refusals.size());
                link = new Link(true, "", System.currentTimeMillis());
            }
            if (first) {
                KeysElsewhere.look(connection, ranges, this::tellOfKeysElsewhere);
            }
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
        public void onEvents(List<Event> events, long complete, long receivedNanos) {
            for (Event e : events) {
                if (e.getType() == Event.EventType.DELETE) {
                    keys.delete(e.getKv());
                } else {
                    keys.put(e.getKv());
                }
            }
            newest = Math.max(newest, events.get(events.size() - 1).getKv().getModRevision());
            commit(Math.max(revision, complete), receivedNanos, RegistryNews.CHANGES);
        }

        @Override
        public void onComplete(long complete) {
            // Not else: a table for each sign of life is of use to nobody.
            if (complete > revision && (newest > revision || isAwaited(revision, complete))) {
                commit(complete, loop.nanoTime(), RegistryNews.CHANGES);
            }
        }

        @Override
        public boolean isAwaited(long after, long upTo) {
            return requireNonNull(sink).isAwaited(after, upTo);
        }

        @Override
        public void onAlive() {
            confirmedNanos = loop.nanoTime();
        }

        @Override
        public void onDown(EtcdFailure failure, long pauseMillis) {
            leases.disconnected();
            wasDown = true;
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
            restore();
        }
    }

    private final class HeldListener implements HeldInstances.Listener {

        @Override
        public void onHeld(String cause, String service, int instances) {
            heldChanged();
            listener.onHeld(name(), cause, service, instances);
        }

        @Override
        public void onReleased(EndpointId id, String why) {
            heldChanged();
            listener.onReleased(name(), id, why);
        }

        private void heldChanged() {
            heldCount = requireNonNull(held).size();
            saveSoon();
        }
    }

    private final class KeyListener implements KeyMap.Listener {

        @Override
        public void onChange(String key, List<Instance> before, List<Instance> instances, boolean removesAddress) {
            removal |= removesAddress;
            requireNonNull(held).change(key, before, instances);
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

    private final class LeaseListener implements LeaseTtls.Listener {

        @Override
        public void onTtl(long leaseId, long seconds, List<String> keysOfLease) {
            keysOfLease.forEach(key -> keys.leaseTtl(key, leaseId, seconds));
            commit(revision, loop.nanoTime(), RegistryNews.CHANGES);
        }

        @Override
        public void onTime(long leaseId, EtcdConnection.LeaseTime time, List<String> keysOfLease) {
            LeaseLife life = new LeaseLife(
                    leaseId,
                    loop.nanoTime() + time.remainingSeconds() * 1_000_000_000L,
                    settings.leases().share(time));
            RegistrySink to = requireNonNull(sink);
            for (String key : keysOfLease) {
                for (Instance i : keys.instances(key)) {
                    Endpoint endpoint = to.endpoint(i.id());
                    // Of several keys with one address, that which the table has counts.
                    if (endpoint != null && endpoint.instance().leaseId() == leaseId) {
                        to.leaseLife(endpoint, life);
                    }
                }
            }
        }
    }

    private void commit(long newRevision, long receivedNanos, RegistryNews news) {
        revision = newRevision;
        registeredKeys = keys.registered();
        boolean urgent = removal;
        removal = false;
        requireNonNull(held).commit(newRevision, urgent, receivedNanos, news);
        saveSoon();
    }

    private void saveSoon() {
        if (saver != null && synced) {
            saver.changed();
        }
    }
}
