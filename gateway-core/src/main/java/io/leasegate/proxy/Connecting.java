package io.leasegate.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connections of one pool. Those that calls need are made at once, as many as the pool wants; those that nobody waits for
 * stand in the loop's line. After a failure nothing is tried until the back-off is over. Used on the pool's loop only.
 */
final class Connecting {

    private static final int MOST_AT_A_TIME = 16;
    private static final long BACKOFF_INITIAL_MILLIS = 50;
    private static final long BACKOFF_MAX_MILLIS = 2_000;

    /** A connection that ended before this without one call says that the next may do the same. */
    private static final long SHORT_LIFE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final UpstreamPool pool;
    private final ProxyLoop loop;
    private final UpstreamConnector connector;
    private final List<UpstreamConnection> opening = new ArrayList<>(1);
    private final Backoff afterFailure = new Backoff(BACKOFF_INITIAL_MILLIS, BACKOFF_MAX_MILLIS);
    private final Backoff afterShortLife = new Backoff(BACKOFF_INITIAL_MILLIS, BACKOFF_MAX_MILLIS);
    private long notBeforeNanos = System.nanoTime();
    private long unaskedNotBeforeNanos = notBeforeNanos;
    private @Nullable ConnectFailure lastFailure;
    private @Nullable Future<?> retryTimer;
    private long retryNanos;
    private boolean backgroundQueued;
    private @Nullable UpstreamConnection inBackground;

    Connecting(UpstreamPool pool, ProxyLoop loop, UpstreamConnector connector) {
        this.pool = pool;
        this.loop = loop;
        this.connector = connector;
    }

    /** Attempts under way. */
    int opening() {
        return opening.size();
    }

    /** Why the last attempt failed; null when it did not. */
    @Nullable
    ConnectFailure lastFailure() {
        return lastFailure;
    }

    /** Whether nothing is tried because it failed just now. */
    boolean isBackingOff() {
        return lastFailure != null && left(notBeforeNanos) > 0;
    }

    /** Why there is no connection within a limit, in words for callers. */
    String describeLack(String limit) {
        ConnectFailure failure = lastFailure;
        return failure == null
                ? "phase " + phase().word() + ": no connection within " + limit
                : ConnectFailure.describe(failure) + "; tried again for " + limit;
    }

    /** How far the oldest attempt is. */
    private ConnectFailure.Phase phase() {
        return opening.isEmpty()
                ? ConnectFailure.Phase.CONNECT
                : opening.get(0).attempt().phase();
    }

    private static long left(long untilNanos) {
        return untilNanos - System.nanoTime();
    }

    /** Has this many attempts under way for calls that need them, as soon as the back-off is over. */
    void open(int attempts) {
        while (opening.size() < Math.min(attempts, MOST_AT_A_TIME)) {
            if (isBackingOff()) {
                hurry();
                return;
            }
            start(new UpstreamConnection(pool));
        }
    }

    /** A call that waits sees at least one more attempt within its time. */
    private void hurry() {
        long halfNanos = TimeUnit.MILLISECONDS.toNanos(pool.settings().pendingTimeoutMillis()) / 2;
        if (left(notBeforeNanos) > halfNanos) {
            notBeforeNanos = System.nanoTime() + halfNanos;
        }
        retryAfter(left(notBeforeNanos));
    }

    /** Opens one connection that is not needed yet, unless the last one was of no use. */
    void openUnasked() {
        if (opening.isEmpty() && !isBackingOff() && left(unaskedNotBeforeNanos) <= 0) {
            start(new UpstreamConnection(pool));
        }
    }

    /** Opens the connection that the pool keeps for its own sake, when the loop has room for it. */
    void openInBackground() {
        if (backgroundQueued || !opening.isEmpty() || !pool.lacksKeptConnection()) {
            return;
        }
        long waitNanos = left(unaskedNotBeforeNanos);
        if (lastFailure != null) {
            waitNanos = Math.max(waitNanos, left(notBeforeNanos));
        }
        if (!pool.isWorthTrying()) {
            waitNanos = Math.max(waitNanos, LOOK_AGAIN_NANOS);
        }
        if (waitNanos > 0) {
            retryAfter(waitNanos);
            return;
        }
        backgroundQueued = true;
        loop.backgroundConnects().submit(this::onTurn);
    }

    private void onTurn() {
        backgroundQueued = false;
        if (opening.isEmpty() && pool.lacksKeptConnection() && !isBackingOff()) {
            UpstreamConnection connection = new UpstreamConnection(pool);
            inBackground = connection;
            start(connection);
        } else {
            loop.backgroundConnects().ended();
            pool.connectAsNeeded();
        }
    }

    private void start(UpstreamConnection connection) {
        opening.add(connection);
        connector.connect(connection);
    }

    /** Has the pool look again after the given time, or sooner. */
    private void retryAfter(long nanos) {
        if (retryTimer != null) {
            if (left(retryNanos) <= nanos) {
                return;
            }
            retryTimer.cancel(false);
        }
        retryNanos = System.nanoTime() + nanos;
        retryTimer = loop.eventLoop().schedule(this::retry, Math.max(nanos, 1), TimeUnit.NANOSECONDS);
    }

    private void retry() {
        retryTimer = null;
        pool.connectAsNeeded();
    }

    void onReady(UpstreamConnection connection) {
        ended(connection);
        lastFailure = null;
        afterFailure.reset();
    }

    /** Attempts that were under way together fail together: that is one failure for the back-off. */
    void onFailed(UpstreamConnection connection, ConnectFailure failure) {
        ended(connection);
        if (!isBackingOff()) {
            notBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(afterFailure.next());
        }
        lastFailure = failure;
    }

    /** A connection that was ready takes no more streams. */
    void onEnd(UpstreamConnection connection) {
        if (connection.wasUsed() || connection.ageNanos() > SHORT_LIFE_NANOS) {
            afterShortLife.reset();
            unaskedNotBeforeNanos = System.nanoTime();
        } else {
            unaskedNotBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(afterShortLife.next());
        }
    }

    private void ended(UpstreamConnection connection) {
        opening.remove(connection);
        if (inBackground == connection) {
            inBackground = null;
            loop.backgroundConnects().ended();
        }
    }

    /** Nobody wants connections any more. */
    void abandon(String reason) {
        if (retryTimer != null) {
            retryTimer.cancel(false);
        }
        for (UpstreamConnection c : new ArrayList<>(opening)) {
            ended(c);
            c.attempt().abandon(reason);
        }
    }
}
