package io.leasegate.discovery;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchResponse;
import io.leasegate.discovery.ControlLoop.Scheduled;
import io.leasegate.discovery.EtcdConnection.EtcdWatch;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Follows a part of etcd's key space: lists it at a revision R, watches it from R + 1, and begins again whenever the watch could have
 * missed something. Control loop only.
 *
 * <pre>
 *            +--------------------------- failure: new connection, next member, after a pause ----------------+
 *            v                                                                                                |
 *   start -> OPENING -> LISTING (pages at R) -> FOLLOWING (watch from R + 1, signs of life asked for) ---+
 *                          ^                      |
 *                          +- compacted, or time -+
 *                             for the safety list
 * </pre>
 *
 * <p>Invariants: there is one connection and at most one watch on it; what an older one still says is not heard (each is known by
 * its number); after any break everything is listed, because a watch that goes on at its last revision cannot tell that etcd's data
 * were lost and have grown to that revision again; between a break and the next complete list the target hears nothing.
 */
final class EtcdFollower {

    /** Takes what is found. */
    interface Target {

        /** A list begins; pages that came since the last begin are void. */
        void onListBegin();

        void onListPage(List<KeyValue> keys);

        /** The list is complete as of this revision. */
        void onListEnd(long revision, long clusterId, EtcdConnection connection);

        /**
         * Everything that one message of the watch said.
         *
         * @param complete the revision up to which everything was said; events of one range may be ahead of those of another
         */
        void onEvents(List<Event> events, long complete, long receivedNanos);

        /** Everything up to this revision was said. */
        void onComplete(long complete);

        /** Whether somebody waits for a revision that is not reached yet, after the first one and not after the second. */
        boolean isAwaited(long after, long upTo);

        /** The watch lives: all that happened up to about now was said. */
        void onAlive();

        /** The connection is lost or could not be made; another is made after the pause. */
        void onDown(EtcdFailure failure, long pauseMillis);
    }

    /** How long a watch must have lived for the next failure to count as the first. */
    private static final long STABLE_NANOS = 2_000_000_000L;

    /** How long after a list another one may follow for no other reason than that somebody waits for a revision. */
    private static final long CATCH_UP_NANOS = 500_000_000L;

    /** In the place of a watch's id: what is said is true of all watches of the stream. */
    private static final long ALL_WATCHES = -1;

    private static final long BACKOFF_MIN_MILLIS = 50;

    /** How long a watch must have lived for silence to be no habit of this etcd. */
    private static final long CALM_NANOS = 10_000_000_000L;

    /** How many more signs of life may be missing for each connection that was given up in a row, from the second on. */
    private static final int MORE_PATIENCE = 2;

    private static final int MOST_PATIENCE = 8;

    private final ControlLoop loop;
    private final EtcdConnector connector;
    private final List<KeyRange> ranges;
    private final EtcdTimings timings;
    private final int pageKeys;
    private final Target target;

    private int attempt;
    private int failures;
    private long number;
    private boolean closed;
    private @Nullable EtcdConnection connection;
    private @Nullable EtcdWatch watch;
    private @Nullable Scheduled timer;
    private @Nullable Scheduled relist;
    private ResponseHeader listed = ResponseHeader.getDefaultInstance();
    private WatchedRevisions revisions = new WatchedRevisions(0, 0);
    private boolean answersInOrder;
    /** Whether progress was asked for because one range is behind, and not answered since the last sign of life was asked for. */
    private boolean asked;

    private long followedSinceNanos;
    private boolean heard;
    private int silentProbes;
    /** Connections in a row that were given up for silence. */
    private int silences;

    EtcdFollower(
            ControlLoop loop,
            EtcdConnector connector,
            List<KeyRange> ranges,
            EtcdTimings timings,
            int pageKeys,
            Target target) {
        this.loop = loop;
        this.connector = connector;
        this.ranges = ranges;
        this.timings = timings;
        this.pageKeys = pageKeys;
        this.target = target;
    }

    void start() {
        if (closed) {
            return;
        }
        long mine = ++number;
        EtcdConnection c = connector.connect(attempt++);
        connection = c;
        answersInOrder = false;
        c.open(new EtcdConnection.Reply<>() {
            @Override
            public void onSuccess(Boolean value) {
                if (mine == number) {
                    list(c);
                    askForRelease(c);
                }
            }

            @Override
            public void onFailure(EtcdFailure failure) {
                fail(mine, failure);
            }
        });
    }

    private void askForRelease(EtcdConnection c) {
        c.release(new EtcdConnection.Reply<>() {
            @Override
            public void onSuccess(String release) {
                if (c.equals(connection)) {
                    answersInOrder = WatchedRevisions.answersInOrder(release);
                }
            }

            @Override
            public void onFailure(EtcdFailure failure) {
                // Then it is followed like an old one. What is wrong with the connection, the list finds out.
            }
        });
    }

    void close() {
        closed = true;
        number++;
        release();
    }

    /**
     * Somebody waits for a revision that no event may ever come for, since the keys of others count too. The answer to a sign of life
     * says that etcd has reached it; where it does not say as well that all events up to it were told (docs/decisions.md), all is listed.
     */
    void catchUp() {
        if (watch != null) {
            watch.requestProgress();
        }
    }

    private void list(EtcdConnection c) {
        endWatch();
        long mine = ++number;
        new EtcdLister(c, ranges, pageKeys, new EtcdLister.Target() {
                    @Override
                    public void onBegin() {
                        if (mine == number) {
                            target.onListBegin();
                        }
                    }

                    @Override
                    public void onPage(List<KeyValue> keys) {
                        if (mine == number) {
                            target.onListPage(keys);
                        }
                    }

                    @Override
                    public void onEnd(ResponseHeader header) {
                        if (mine == number) {
                            listed = header;
                            // The watch is on its way before the list is worked in, so that etcd need not wait for us.
                            follow(c, mine);
                            target.onListEnd(header.getRevision(), header.getClusterId(), c);
                        }
                    }

                    @Override
                    public void onFailure(EtcdFailure failure) {
                        fail(mine, failure);
                    }
                })
                .start();
    }

    private void follow(EtcdConnection c, long mine) {
        heard = false;
        silentProbes = 0;
        followedSinceNanos = loop.nanoTime();
        revisions = new WatchedRevisions(ranges.size(), listed.getRevision());
        asked = false;
        watch = c.watch(ranges, listed.getRevision() + 1, new EtcdConnection.Observer() {
            @Override
            public void onMessage(WatchResponse message, long receivedNanos) {
                if (mine == number) {
                    hear(c, mine, message, receivedNanos);
                }
            }

            @Override
            public void onEnd(EtcdFailure failure) {
                fail(mine, failure);
            }
        });
        timer = loop.schedule(() -> probe(mine), timings.probeMillis());
        relist = loop.schedule(() -> listAgain(c, mine), timings.relistMillis());
    }

    private void hear(EtcdConnection c, long mine, WatchResponse message, long receivedNanos) {
        heard = true;
        ResponseHeader header = message.getHeader();
        if (header.getRevision() < listed.getRevision() || header.getClusterId() != listed.getClusterId()) {
            fail(
                    mine,
                    new EtcdFailure(
                            EtcdFailure.Kind.OTHER,
                            "etcd at " + c.endpoint() + " went from revision " + listed.getRevision() + " of cluster "
                                    + Long.toHexString(listed.getClusterId()) + " to " + header.getRevision() + " of "
                                    + Long.toHexString(header.getClusterId())
                                    + ": its data were lost or restored, everything is read anew"));
        } else if (message.getCanceled()) {
            if (message.getCompactRevision() != 0) {
                list(c);
            } else {
                fail(mine, EtcdFailure.ofCancelledWatch(message.getCancelReason(), c.endpoint()));
            }
        } else {
            List<Event> events = message.getEventsList();
            target.onAlive();
            if (message.getCreated()) {
                revisions.onCreated(message.getWatchId());
            } else if (events.isEmpty()) {
                hearProgress(c, mine, message.getWatchId(), header.getRevision());
            } else {
                // Not the header's revision: after a pause etcd tells of the past in parts, each under the revision of
                // now.
                revisions.onReached(
                        message.getWatchId(),
                        events.get(events.size() - 1).getKv().getModRevision());
                target.onEvents(events, revisions.complete(), receivedNanos);
            }
            if (answersInOrder && revisions.isBehind() && !asked) {
                asked = true;
                catchUp();
            }
        }
    }

    /** What etcd says about one watch by itself is in order with its events; what it answers about all of them, in newer releases. */
    private void hearProgress(EtcdConnection c, long mine, long watchId, long revision) {
        if (watchId != ALL_WATCHES) {
            revisions.onReached(watchId, revision);
        } else {
            asked = false;
            if (answersInOrder) {
                revisions.onAllReached(revision);
            }
        }
        target.onComplete(revisions.complete());
        if (!answersInOrder && target.isAwaited(revisions.complete(), revision)) {
            listSoon(c, mine);
        }
    }

    /** Not at once when there was a list just now. */
    private void listSoon(EtcdConnection c, long mine) {
        long waitNanos = CATCH_UP_NANOS - (loop.nanoTime() - followedSinceNanos);
        if (waitNanos <= 0) {
            list(c);
            return;
        }
        if (relist != null) {
            relist.cancel();
        }
        relist = loop.schedule(() -> listAgain(c, mine), 1 + waitNanos / 1_000_000);
    }

    /**
     * Counts ticks without a message rather than time: after a pause of this process (a long collection, a suspended machine) the
     * messages that came meanwhile are still in the queue behind the first tick. Silence that comes again and again is that of an etcd
     * with too much to do rather than that of a dead network, so patience grows: giving up means listing everything, which does not help it.
     */
    private void probe(long mine) {
        EtcdWatch w = watch;
        if (mine != number || w == null || connection == null) {
            return;
        }
        if (heard) {
            heard = false;
            silentProbes = 0;
        } else if (silentProbes >= patience()) {
            silences++;
            fail(
                    mine,
                    new EtcdFailure(
                            EtcdFailure.Kind.UNREACHABLE,
                            "etcd at " + connection.endpoint() + " has given no sign of life on the watch for "
                                    + timings.probeMillis() * (silentProbes + 1)
                                    + " ms: is it overloaded or stopped, or does the network drop packets?"));
            return;
        } else {
            silentProbes++;
        }
        asked = false;
        w.requestProgress();
        timer = loop.schedule(() -> probe(mine), timings.probeMillis());
    }

    private int patience() {
        if (loop.nanoTime() - followedSinceNanos > CALM_NANOS) {
            silences = 0;
        }
        return Math.min(timings.silentProbes() + MORE_PATIENCE * Math.max(0, silences - 1), MOST_PATIENCE);
    }

    private void listAgain(EtcdConnection c, long mine) {
        if (mine == number) {
            list(c);
        }
    }

    private void fail(long mine, EtcdFailure failure) {
        if (mine != number || closed) {
            return;
        }
        boolean stable = watch != null && loop.nanoTime() - followedSinceNanos > STABLE_NANOS;
        release();
        number++;
        failures = stable ? 1 : failures + 1;
        long pauseMillis = pauseMillis(failure);
        timer = loop.schedule(this::start, pauseMillis);
        target.onDown(failure, pauseMillis);
    }

    private long pauseMillis(EtcdFailure failure) {
        long most = failure.kind() == EtcdFailure.Kind.REFUSED
                ? timings.refusedBackoffMillis()
                : Math.min(timings.backoffMaxMillis(), BACKOFF_MIN_MILLIS << Math.min(failures - 1, 16));
        return most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    }

    private void endWatch() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (relist != null) {
            relist.cancel();
            relist = null;
        }
        if (watch != null) {
            watch.cancel();
            watch = null;
        }
    }

    private void release() {
        endWatch();
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
