package io.leasegate.proxy;

import static java.util.Objects.requireNonNull;

import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.Http2Error;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection of an {@link UpstreamPool}. Used on its event loop only. */
final class UpstreamConnection implements H2ConnectionListener {

    private enum State {
        /** The peer's SETTINGS have not arrived. */
        OPENING,
        READY,
        /** No new streams; closes when the last one has ended. */
        LEAVING,
        CLOSED
    }

    private final UpstreamPool pool;
    private State state = State.OPENING;
    private boolean wasReady;
    private @Nullable H2Connection h2;

    UpstreamConnection(UpstreamPool pool) {
        this.pool = pool;
    }

    H2Connection h2() {
        return requireNonNull(h2, "h2");
    }

    boolean isReady() {
        return state == State.READY;
    }

    /** The transport stands; the peer has the rest of the connect time-out for its SETTINGS. */
    void opened(H2Connection connection) {
        h2 = connection;
        int limitMillis = pool.settings().connectTimeoutMillis();
        connection
                .eventLoop()
                .schedule(
                        () -> {
                            if (state == State.OPENING) {
                                connection.close(
                                        Http2Error.SETTINGS_TIMEOUT,
                                        "no HTTP/2 SETTINGS from the instance within " + limitMillis + " ms");
                            }
                        },
                        limitMillis,
                        TimeUnit.MILLISECONDS);
    }

    void closeWhenIdle() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.LEAVING;
        if (h2().activeStreams() == 0) {
            h2().close(Http2Error.NO_ERROR, "no longer needed");
        }
    }

    @Override
    public void onReady(H2Connection connection) {
        if (state == State.OPENING) {
            state = State.READY;
            wasReady = true;
            pool.onReady(this);
        }
    }

    @Override
    public void onCapacity(H2Connection connection) {
        if (state == State.LEAVING && connection.activeStreams() == 0) {
            connection.close(Http2Error.NO_ERROR, "no longer needed");
        } else if (state == State.READY) {
            pool.onCapacity();
        }
    }

    @Override
    public void onGoAway(H2Connection connection, long errorCode, String debugData) {
        if (state == State.READY) {
            state = State.LEAVING;
            pool.onLeaving(this, "GOAWAY " + Http2Error.name(errorCode) + (debugData.isEmpty() ? "" : " " + debugData));
        }
    }

    @Override
    public void onClosed(H2Connection connection, @Nullable Throwable cause) {
        state = State.CLOSED;
        String reason =
                cause == null || cause.getMessage() == null ? "connection closed by the instance" : cause.getMessage();
        pool.onClosed(this, wasReady, reason);
    }
}
