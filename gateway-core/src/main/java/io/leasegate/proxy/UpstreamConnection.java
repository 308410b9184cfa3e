package io.leasegate.proxy;

import static java.util.Objects.requireNonNull;

import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.Violation;
import java.net.InetAddress;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection of an {@link UpstreamPool}, from the attempt to make it to its end. Knows when it is idle, old or nearly out of stream
 * ids; the pool decides what follows. Used on its event loop only.
 *
 * <pre>
 *   OPENING --SETTINGS--> READY --GOAWAY, leave()--> LEAVING --last stream ended--> CLOSED
 *      |                    |                                                          ^
 *      +----failed----------+-----------------------lost-------------------------------+
 * </pre>
 */
final class UpstreamConnection implements H2ConnectionListener {

    private enum State {
        OPENING,
        READY,
        /** No new streams; closes when the last one has ended. */
        LEAVING,
        CLOSED
    }

    private final UpstreamPool pool;
    private State state = State.OPENING;
    private UpstreamEnd end = UpstreamEnd.LOST;
    private UpstreamConnector.@Nullable Attempt attempt;
    private @Nullable InetAddress remoteAddress;
    private @Nullable H2Connection h2;
    private @Nullable PingKeepalive keepalive;
    private @Nullable Future<?> idleTimer;
    private @Nullable Future<?> ageTimer;
    private @Nullable Future<?> movedTimer;
    private long readyNanos;
    private long lastUseNanos;
    private int streams;
    private @Nullable UpstreamEnd worn;

    UpstreamConnection(UpstreamPool pool) {
        this.pool = pool;
    }

    H2Connection h2() {
        return requireNonNull(h2, "h2");
    }

    UpstreamConnector.Attempt attempt() {
        return requireNonNull(attempt, "attempt");
    }

    void attemptedBy(UpstreamConnector.Attempt newAttempt) {
        attempt = newAttempt;
    }

    /** The address that it leads to; null where there is none. */
    @Nullable
    InetAddress remoteAddress() {
        return remoteAddress;
    }

    boolean canOpenStream() {
        return state == State.READY && h2().canOpenStream();
    }

    /** Whether neither side has begun to leave: what cannot open a stream then has all that the instance allows. */
    boolean isUsable() {
        return state == State.READY && h2().isUsable();
    }

    int activeStreams() {
        return h2().activeStreams();
    }

    /** Why it is to be replaced, null while it is not. It takes calls until its successor is there. */
    @Nullable
    UpstreamEnd worn() {
        return worn;
    }

    /** How long it has been ready. */
    long ageNanos() {
        return System.nanoTime() - readyNanos;
    }

    /** Whether it has ever served a call. */
    boolean wasUsed() {
        return streams > 0;
    }

    /** Lets the call open its stream. */
    void give(UpstreamWaiter waiter, long nowNanos) {
        lastUseNanos = nowNanos;
        streams++;
        waiter.onConnection(h2());
        if (streams >= pool.settings().life().maxStreams() && worn == null && state == State.READY) {
            wearOut(UpstreamEnd.STREAM_IDS);
        }
    }

    private void wearOut(UpstreamEnd why) {
        worn = why;
        pool.onWorn(this, why);
    }

    /**
     * The instance's name leads elsewhere. The connection serves until its successor is there, but not for longer than an attempt to make
     * one may take: whoever has taken the old address over need not be the instance.
     */
    void onMoved() {
        if (state != State.READY || worn == UpstreamEnd.MOVED) {
            return;
        }
        movedTimer = h2().eventLoop()
                .schedule(() -> pool.onMovedLate(this), pool.settings().connectTimeoutMillis(), TimeUnit.MILLISECONDS);
        wearOut(UpstreamEnd.MOVED);
    }

    /** Takes no more calls and closes when the last one has ended. */
    void leave(UpstreamEnd why) {
        if (state == State.READY) {
            end = why;
            state = State.LEAVING;
            stopTimers();
        }
        closeIfLeft();
    }

    /** Closes at once; calls that are open on it are lost. */
    void close(UpstreamEnd why, String reason) {
        end = why;
        h2().close(Http2Error.NO_ERROR, reason);
    }

    private void closeIfLeft() {
        if (state == State.LEAVING && activeStreams() == 0) {
            h2().close(Http2Error.NO_ERROR, "no longer needed");
        }
    }

    // What the attempt reports

    /** The transport stands. */
    void opened(H2Connection connection, @Nullable InetAddress address) {
        h2 = connection;
        remoteAddress = address;
    }

    void failed(ConnectFailure failure) {
        state = State.CLOSED;
        pool.onConnectFailed(this, failure);
    }

    // What HTTP/2 reports

    @Override
    public void onReady(H2Connection connection) {
        if (state != State.OPENING) {
            return;
        }
        attempt().succeeded();
        state = State.READY;
        readyNanos = System.nanoTime();
        lastUseNanos = readyNanos;
        startTimers(connection);
        pool.onReady(this);
    }

    @Override
    public void onCapacity(H2Connection connection) {
        if (state == State.LEAVING) {
            closeIfLeft();
        } else if (state == State.READY) {
            if (connection.activeStreams() == 0) {
                lastUseNanos = System.nanoTime();
            }
            pool.onCapacity();
        }
    }

    @Override
    public void onGoAway(H2Connection connection, long errorCode, String debugData) {
        pool.onGoAwayReceived(errorCode);
        if (state == State.READY) {
            end = UpstreamEnd.GOAWAY;
            state = State.LEAVING;
            stopTimers();
            pool.onGoAway(this, "GOAWAY " + Http2Error.name(errorCode) + (debugData.isEmpty() ? "" : " " + debugData));
            closeIfLeft();
        } else if (state == State.OPENING) {
            connection.close(Http2Error.NO_ERROR, "GOAWAY " + Http2Error.name(errorCode) + " in the place of SETTINGS");
        }
    }

    @Override
    public void onViolation(H2Connection connection, Violation violation, long errorCode, String what) {
        pool.onViolation(violation, errorCode, what);
    }

    @Override
    public void onClosed(H2Connection connection, @Nullable Throwable cause) {
        State before = state;
        state = State.CLOSED;
        stopTimers();
        if (before == State.OPENING) {
            attempt().closed(cause);
            return;
        }
        String reason = cause == null ? "connection closed by the instance" : ConnectFailure.describe(cause);
        pool.onClosed(this, end, reason);
    }

    // Time

    private void startTimers(H2Connection connection) {
        KeepaliveSettings k = pool.settings().keepalive();
        PingKeepalive pings = new PingKeepalive(connection, k, pool.keepalivePace(), () -> onSilence(k));
        keepalive = pings;
        pings.start();
        ConnectionLife life = pool.settings().life();
        if (life.idleMillis() > 0) {
            checkIdleAfter(TimeUnit.MILLISECONDS.toNanos(life.idleMillis()));
        }
        if (life.ageMillis() > 0) {
            double share = 1 + ThreadLocalRandom.current().nextDouble(-1, 1) * life.ageJitter();
            long millis = Math.max(1, Math.round(life.ageMillis() * share));
            ageTimer = connection.eventLoop().schedule(this::onAge, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void stopTimers() {
        if (keepalive != null) {
            keepalive.stop();
        }
        if (idleTimer != null) {
            idleTimer.cancel(false);
        }
        if (ageTimer != null) {
            ageTimer.cancel(false);
        }
        if (movedTimer != null) {
            movedTimer.cancel(false);
        }
    }

    private void onSilence(KeepaliveSettings k) {
        close(
                UpstreamEnd.KEEPALIVE,
                "no answer to an HTTP/2 PING within upstream.keepalive.timeout = " + k.timeoutMillis() + " ms");
    }

    private void onAge() {
        if (state == State.READY && worn == null) {
            wearOut(UpstreamEnd.AGE);
        }
    }

    private void checkIdleAfter(long nanos) {
        idleTimer = h2().eventLoop().schedule(this::checkIdle, nanos, TimeUnit.NANOSECONDS);
    }

    private void checkIdle() {
        long limitNanos = TimeUnit.MILLISECONDS.toNanos(pool.settings().life().idleMillis());
        long idleNanos = activeStreams() > 0 ? 0 : System.nanoTime() - lastUseNanos;
        if (idleNanos >= limitNanos) {
            pool.onIdle(this);
        }
        if (state == State.READY) {
            checkIdleAfter(idleNanos >= limitNanos ? limitNanos : limitNanos - idleNanos);
        }
    }
}
