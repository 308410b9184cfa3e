package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.Http2Error;
import io.leasegate.health.ConnectionWatcher;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to one endpoint. Used on that loop only.
 *
 * <p>A call gets the first connection that can open a stream. While there is none, a connection is made, up to the configured number,
 * and the call waits: bounded in number and time. A failed attempt fails the calls that wait, and no further attempt is made before
 * the back-off is over, unless somebody watches the pool: then it keeps one connection open by itself.
 */
final class UpstreamPool {

    private static final long BACKOFF_INITIAL_MILLIS = 50;
    private static final long BACKOFF_MAX_MILLIS = 2_000;

    private final ProxyLoop loop;
    private final Endpoint endpoint;
    private final UpstreamSettings settings;
    private final UpstreamConnector connector;
    private final List<UpstreamConnection> connections = new ArrayList<>(2);
    private final ArrayDeque<PendingCall> pending = new ArrayDeque<>();
    private final Backoff backoff = new Backoff(BACKOFF_INITIAL_MILLIS, BACKOFF_MAX_MILLIS);
    private int connecting;
    private long retryAtNanos;
    private String lastFailure = "";
    private @Nullable ConnectionWatcher watcher;
    private @Nullable UpstreamConnection watched;
    private boolean reconnectScheduled;
    private boolean backgroundQueued;
    private boolean backgroundRunning;
    private boolean retired;

    UpstreamPool(ProxyLoop loop, Endpoint endpoint) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.settings = loop.gateway().upstreamSettings().apply(endpoint.id().service());
        this.connector = new UpstreamConnector(loop, endpoint, settings);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    ProxyLoop loop() {
        return loop;
    }

    UpstreamSettings settings() {
        return settings;
    }

    /** Whether the instance is spoken to in TLS. */
    boolean isTls() {
        return connector.tls() != null;
    }

    /** Gives the waiter a connection, now or when there is one, or refuses it. */
    void acquire(UpstreamWaiter waiter) {
        for (int i = 0; i < connections.size(); i++) {
            H2Connection c = connections.get(i).h2();
            if (c.canOpenStream()) {
                waiter.onConnection(c);
                return;
            }
        }
        if (retired) {
            waiter.onRefused(Outcome.CONNECT_FAILED, "the instance has left the registry");
        } else if (!mayConnect() && connecting == 0 && connections.isEmpty()) {
            waiter.onRefused(Outcome.CONNECT_FAILED, lastFailure);
        } else if (pending.size() >= settings.maxPending()) {
            waiter.onRefused(
                    Outcome.UPSTREAM_LIMIT,
                    "limits.pending = " + settings.maxPending() + " reached for service "
                            + endpoint.id().service());
        } else {
            enqueue(waiter);
            connectIfNeeded();
        }
    }

    /** The waiter does not want a connection any more. */
    void cancel(UpstreamWaiter waiter) {
        pending.removeIf(p -> p.waiter == waiter && p.done());
    }

    /** Keeps one connection open from now on and tells the watcher of it. */
    void watch(ConnectionWatcher newWatcher) {
        watcher = newWatcher;
        for (UpstreamConnection c : connections) {
            if (c.isReady()) {
                watched = c;
                newWatcher.onConnected(c.h2());
                return;
            }
        }
        connectInBackground();
    }

    /** Ends what {@link #watch} began. */
    void unwatch() {
        watcher = null;
        watched = null;
    }

    /** The endpoint is gone: no new connection; those that are open close when their calls have ended. */
    void retire() {
        retired = true;
        if (watcher != null && watched != null) {
            // Its open health check would keep the connection, and a server that shuts down waiting, for ever.
            watcher.onDisconnected("the instance has left the registry");
        }
        unwatch();
        failPending(Outcome.CONNECT_FAILED, "the instance has left the registry");
        for (UpstreamConnection c : new ArrayList<>(connections)) {
            c.closeWhenIdle();
        }
    }

    /** Closes everything at once. */
    void close() {
        retired = true;
        unwatch();
        failPending(Outcome.CONNECT_FAILED, "the gateway is shutting down");
        for (UpstreamConnection c : new ArrayList<>(connections)) {
            c.h2().close(Http2Error.NO_ERROR, "the gateway is shutting down");
        }
    }

    int pendingCalls() {
        return pending.size();
    }

    // What the connections report

    void onReady(UpstreamConnection connection) {
        connectEnded();
        backoff.reset();
        loop.gateway().connections().onUpstreamOpen(endpoint.id());
        if (retired) {
            connection.closeWhenIdle();
            return;
        }
        if (watcher != null && watched == null) {
            watched = connection;
            watcher.onConnected(connection.h2());
        }
        servePending();
    }

    void onCapacity() {
        servePending();
    }

    /** The connection takes no more streams. */
    void onLeaving(UpstreamConnection connection, String reason) {
        if (connections.remove(connection)) {
            unwatched(connection, reason);
        }
    }

    void onClosed(UpstreamConnection connection, boolean wasReady, String reason) {
        connections.remove(connection);
        if (wasReady) {
            loop.gateway().connections().onUpstreamClose(endpoint.id());
            unwatched(connection, reason);
            connectIfNeeded();
            return;
        }
        connectEnded();
        if (!retired) {
            onConnectFailed(new IOException(reason));
        }
    }

    private void unwatched(UpstreamConnection connection, String reason) {
        if (watched != connection) {
            return;
        }
        watched = null;
        if (watcher != null) {
            watcher.onDisconnected(reason);
            connectInBackground();
        }
    }

    // Connecting

    private boolean mayConnect() {
        return retryAtNanos == 0 || System.nanoTime() - retryAtNanos >= 0;
    }

    private void connectIfNeeded() {
        boolean wanted = pending.size() > 0;
        if (wanted
                && !retired
                && connecting == 0
                && connections.size() < settings.connectionsPerEndpoint()
                && mayConnect()) {
            connect();
        }
    }

    /** Makes the connection that the watcher lacks, when the loop has room for it. */
    private void connectInBackground() {
        if (!lacksWatched() || backgroundQueued) {
            return;
        }
        backgroundQueued = true;
        loop.backgroundConnects().submit(() -> {
            backgroundQueued = false;
            if (lacksWatched()) {
                backgroundRunning = true;
                connect();
            } else {
                loop.backgroundConnects().ended();
            }
        });
    }

    private boolean lacksWatched() {
        return watcher != null && watched == null && connecting == 0 && !retired;
    }

    private void connectEnded() {
        connecting--;
        if (backgroundRunning) {
            backgroundRunning = false;
            loop.backgroundConnects().ended();
        }
    }

    private void connect() {
        connecting++;
        UpstreamConnection connection = new UpstreamConnection(this);
        connector.connect(
                connection,
                h2 -> {
                    connections.add(connection);
                    connection.opened(h2);
                },
                cause -> {
                    connectEnded();
                    onConnectFailed(cause);
                });
    }

    private void onConnectFailed(Throwable cause) {
        long waitMillis = backoff.next();
        retryAtNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        lastFailure = describe(cause);
        loop.gateway().connections().onConnectFailed(endpoint.id(), cause);
        if (connections.isEmpty()) {
            failPending(Outcome.CONNECT_FAILED, lastFailure);
        }
        if (watcher != null) {
            watcher.onConnectFailed(lastFailure);
            scheduleReconnect(waitMillis);
        }
    }

    private void scheduleReconnect(long waitMillis) {
        if (reconnectScheduled) {
            return;
        }
        reconnectScheduled = true;
        loop.eventLoop()
                .schedule(
                        () -> {
                            reconnectScheduled = false;
                            connectInBackground();
                        },
                        waitMillis,
                        TimeUnit.MILLISECONDS);
    }

    private static String describe(Throwable cause) {
        String message = cause.getMessage();
        return message == null || message.isEmpty() ? cause.toString() : message;
    }

    // Waiting calls

    private void enqueue(UpstreamWaiter waiter) {
        PendingCall call = new PendingCall(waiter);
        pending.add(call);
        call.timer =
                loop.eventLoop().schedule(() -> timedOut(call), settings.pendingTimeoutMillis(), TimeUnit.MILLISECONDS);
    }

    private void timedOut(PendingCall call) {
        if (pending.remove(call)) {
            call.waiter.onRefused(
                    connections.isEmpty() ? Outcome.CONNECT_FAILED : Outcome.UPSTREAM_LIMIT,
                    connections.isEmpty()
                            ? "no connection within " + settings.pendingTimeoutMillis() + " ms"
                            : "no free stream within limits.pending-timeout = " + settings.pendingTimeoutMillis()
                                    + " ms on the limits.connections-per-endpoint = "
                                    + settings.connectionsPerEndpoint() + " connections to the instance");
        }
    }

    private void servePending() {
        for (int i = 0; i < connections.size() && !pending.isEmpty(); i++) {
            H2Connection c = connections.get(i).h2();
            while (c.canOpenStream() && !pending.isEmpty()) {
                PendingCall call = pending.remove();
                call.done();
                call.waiter.onConnection(c);
            }
        }
        connectIfNeeded();
    }

    private void failPending(Outcome outcome, String reason) {
        // A refused call may come back at once with another wish; only those that wait now are meant.
        List<PendingCall> failed = new ArrayList<>(pending);
        pending.clear();
        for (Iterator<PendingCall> it = failed.iterator(); it.hasNext(); ) {
            PendingCall call = it.next();
            call.done();
            call.waiter.onRefused(outcome, reason);
        }
    }

    private static final class PendingCall {

        private final UpstreamWaiter waiter;
        private @Nullable Future<?> timer;

        PendingCall(UpstreamWaiter waiter) {
            this.waiter = waiter;
        }

        boolean done() {
            if (timer != null) {
                timer.cancel(false);
            }
            return true;
        }
    }
}
