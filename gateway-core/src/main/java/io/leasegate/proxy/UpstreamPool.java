package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.Violation;
import io.leasegate.health.ConnectionWatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The connections of one event loop to one endpoint. Used on that loop only.
 *
 * <p>A call gets the connection with the fewest streams. Where none has room, the call waits in the {@link WaitingLine} while
 * {@link Connecting} opens more, up to the configured number. A connection that is left (GOAWAY, age, ids, idleness) takes no more
 * calls and does not count any more; those that it has go on.
 *
 * <p>Invariants: while a call waits, no connection has room; a connection is in exactly one of {@code opening} (there),
 * {@code connections} and {@code leaving} until it has closed.
 */
final class UpstreamPool {

    /** Where there was a call within this time, more of them are to be expected. */
    private static final long RECENTLY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ProxyLoop loop;
    private final Endpoint endpoint;
    private final UpstreamSettings settings;
    private final UpstreamConnector connector;
    private final Connecting connecting;
    private final WaitingLine line;
    private final HealthWatch health = new HealthWatch();
    private final KeepalivePace keepalivePace;
    private final StreamCapacity capacity;
    private final InFlightCalls inFlight = new InFlightCalls();
    private final AddressWatch addresses;
    private final List<UpstreamConnection> connections = new ArrayList<>(2);
    private final List<UpstreamConnection> leaving = new ArrayList<>(1);
    private long lastCallNanos;
    private boolean everCalled;
    private boolean warm;
    private boolean retired;

    UpstreamPool(ProxyLoop loop, Endpoint endpoint) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.settings = loop.gateway().upstreamSettings().apply(endpoint.id().service());
        this.connector = new UpstreamConnector(loop, endpoint, settings);
        this.connecting = new Connecting(this, loop, connector);
        this.line = new WaitingLine(loop, endpoint.id(), settings, this::onLate);
        this.keepalivePace = new KeepalivePace(settings.keepalive());
        this.addresses = new AddressWatch(loop, id(), connector.isByName(), settings.followNames(), connections);
        this.capacity = new StreamCapacity(loop.eventLoop(), settings, connections, this::leaveSurplus);
    }

    UpstreamSettings settings() {
        return settings;
    }

    /** Whether the instance is spoken to in TLS. */
    boolean isTls() {
        return connector.tls() != null;
    }

    KeepalivePace keepalivePace() {
        return keepalivePace;
    }

    private EndpointId id() {
        return endpoint.id();
    }

    private ConnectionObserver observer() {
        return loop.gateway().connections();
    }

    // Calls

    /** Gives the waiter a connection, now or when there is one, or refuses it. */
    void acquire(UpstreamWaiter waiter) {
        UpstreamConnection c = retired ? null : capacity.leastLoaded();
        if (c != null) {
            give(c, waiter);
            if (capacity.isNearlyUsedUp()) {
                connectAsNeeded();
            }
        } else {
            waitOrRefuse(waiter);
        }
    }

    private void give(UpstreamConnection c, UpstreamWaiter waiter) {
        lastCallNanos = System.nanoTime();
        everCalled = true;
        c.give(waiter, lastCallNanos);
        capacity.onGiven(c);
    }

    /** When the last call was given to a connection, {@link Long#MIN_VALUE} when none ever was. */
    long lastCallNanos() {
        return everCalled ? lastCallNanos : Long.MIN_VALUE;
    }

    private void waitOrRefuse(UpstreamWaiter waiter) {
        ConnectFailure failure = connecting.lastFailure();
        boolean hopeless = failure != null
                && connections.isEmpty()
                && connecting.opening() == 0
                && connecting.isBackingOff()
                && !mayOutlast(failure, waiter);
        if (retired) {
            waiter.onRefused(Outcome.CONNECT_FAILED, "phase connect: the instance has left the registry");
        } else if (failure != null && hopeless) {
            waiter.onRefused(Outcome.CONNECT_FAILED, ConnectFailure.describe(failure));
        } else if (line.isFull()) {
            if (connections.isEmpty()) {
                connecting.openUnasked();
            }
            waiter.onRefused(Outcome.UPSTREAM_LIMIT, limitReached("limits.pending", settings.maxPending()));
        } else {
            line.add(waiter);
            connectAsNeeded();
        }
    }

    /** A call that could go nowhere else waits until an instance that restarts is back, as long as calls may wait. */
    private static boolean mayOutlast(ConnectFailure failure, UpstreamWaiter waiter) {
        return failure.isPassing() && waiter.hasNowhereElse();
    }

    private String limitReached(String key, int value) {
        return "phase unsent: " + key + " = " + value + " reached for service " + id().service();
    }

    private void onLate(UpstreamWaiter waiter) {
        String limit = "limits.pending-timeout = " + settings.pendingTimeoutMillis() + " ms";
        if (!connections.isEmpty()) {
            waiter.onRefused(
                    Outcome.UPSTREAM_LIMIT,
                    limitReached("limits.connections-per-endpoint", settings.connectionsPerEndpoint())
                            + ": no stream got free within " + limit);
            return;
        }
        waiter.onRefused(Outcome.CONNECT_FAILED, connecting.describeLack(limit));
    }

    /** The call is in flight from now on. */
    void began(Attempt attempt) {
        inFlight.add(attempt);
    }

    /** The call is not in flight on this endpoint any more. */
    void ended(Attempt attempt) {
        inFlight.remove(attempt);
    }

    /** The waiter does not want a connection any more. */
    void cancel(UpstreamWaiter waiter) {
        line.cancel(waiter);
    }

    private void serveWaiting() {
        giveToWaiting();
        connectAsNeeded();
    }

    private void giveToWaiting() {
        while (!line.isEmpty()) {
            UpstreamConnection c = capacity.leastLoaded();
            if (c == null) {
                break;
            }
            give(c, line.remove());
        }
    }

    // Health checking and keeping warm

    /** Keeps one connection open from now on and tells the watcher of it. */
    void watch(ConnectionWatcher watcher) {
        health.begin(watcher, connections);
        connectAsNeeded();
    }

    /** Keeps one connection open from now on, so that the first call finds it. */
    void keepWarm() {
        warm = true;
        connectAsNeeded();
    }

    /** Whether a connection is missing that the pool keeps without a call. */
    boolean lacksKeptConnection() {
        return !retired && (health.lacksConnection() || (warm && connections.isEmpty()));
    }

    /** Whether a connection is worth an attempt: who only keeps warm leaves it to health checking to try dead instances. */
    boolean isWorthTrying() {
        return health.lacksConnection()
                || connecting.lastFailure() == null
                || endpoint.state() == EndpointState.HEALTHY;
    }

    private boolean isKept(UpstreamConnection c) {
        return health.isOn(c) || (warm && connections.size() == 1);
    }

    // The end

    /** The endpoint is gone: no new connection; those that are open close when their calls have ended. */
    void retire() {
        end("the instance has left the registry");
        for (UpstreamConnection c : new ArrayList<>(connections)) {
            leave(c, UpstreamEnd.RETIRED, "the instance has left the registry");
        }
        inFlight.evict(loop.eventLoop(), null, "it has left the registry");
    }

    /** Closes everything at once. */
    void close() {
        end("the gateway is shutting down");
        List<UpstreamConnection> all = new ArrayList<>(connections);
        all.addAll(leaving);
        for (UpstreamConnection c : all) {
            c.close(UpstreamEnd.SHUTDOWN, "the gateway is shutting down");
        }
    }

    private void end(String reason) {
        retired = true;
        health.end(reason);
        connecting.abandon(reason);
        capacity.stop();
        addresses.stop();
        line.refuseIf(
                w -> true,
                Outcome.CONNECT_FAILED,
                "phase connect: " + reason + "; nothing was sent, so it is safe to retry");
    }

    // What the connections report

    void onReady(UpstreamConnection connection) {
        connecting.onReady(connection);
        connections.add(connection);
        observer().onUpstreamOpen(id());
        // Calls before the health check: there are instances that leave behind their first stream.
        giveToWaiting();
        if (connections.contains(connection)) {
            health.onReady(connection);
            addresses.onReady(connection);
        }
        leaveOneWorn();
        connectAsNeeded();
    }

    void onConnectFailed(UpstreamConnection connection, ConnectFailure failure) {
        connecting.onFailed(connection, failure);
        observer().onConnectFailed(id(), failure);
        addresses.forget();
        if (connections.isEmpty() && connecting.opening() == 0) {
            line.refuseIf(w -> !mayOutlast(failure, w), Outcome.CONNECT_FAILED, ConnectFailure.describe(failure));
        }
        health.onConnectFailed(ConnectFailure.describe(failure));
        connectAsNeeded();
    }

    void onCapacity() {
        if (!line.isEmpty()) {
            serveWaiting();
        }
    }

    void onViolation(Violation violation, long errorCode, String what) {
        observer().onInstanceViolation(id(), violation, errorCode, what);
    }

    void onGoAwayReceived(long errorCode) {
        observer().onGoAway(id(), errorCode);
        if (errorCode == Http2Error.ENHANCE_YOUR_CALM) {
            keepalivePace.slowDown();
        }
    }

    /** The connection takes no more streams, and those above the last one that was taken have been told. */
    void onGoAway(UpstreamConnection connection, String reason) {
        if (connections.remove(connection)) {
            leaving.add(connection);
            replaceEnded(connection, reason);
        }
    }

    void onClosed(UpstreamConnection connection, UpstreamEnd end, String reason) {
        boolean wasOpen = connections.remove(connection);
        leaving.remove(connection);
        observer().onUpstreamClose(id(), end);
        if (wasOpen) {
            addresses.forget();
            replaceEnded(connection, reason);
        }
    }

    /** What is in use is replaced at once: the next call should not have to wait for it. */
    private void replaceEnded(UpstreamConnection connection, String reason) {
        connecting.onEnd(connection);
        addresses.onGone();
        health.onGone(connection, reason, connections);
        if (!retired && connections.isEmpty() && hasCalls()) {
            connecting.openUnasked();
        }
        connectAsNeeded();
    }

    /** The connection is old, nearly out of stream ids, or leads elsewhere than the name. It serves until its successor is there, if it needs one. */
    void onWorn(UpstreamConnection connection, UpstreamEnd why) {
        boolean needed = connection.activeStreams() > 0 || hasCalls() || isKept(connection);
        if (needed) {
            connectAsNeeded();
        } else {
            leave(connection, why, "no longer needed");
        }
    }

    /** Its successor is not there in time. */
    void onMovedLate(UpstreamConnection connection) {
        if (connections.contains(connection)) {
            leave(connection, UpstreamEnd.MOVED, addresses.reason());
            connectAsNeeded();
        }
    }

    private boolean hasCalls() {
        return everCalled && System.nanoTime() - lastCallNanos < RECENTLY_NANOS;
    }

    void onIdle(UpstreamConnection connection) {
        if (!isKept(connection)) {
            leave(connection, UpstreamEnd.IDLE, "idle");
        }
    }

    private void leaveOneWorn() {
        for (UpstreamConnection c : connections) {
            UpstreamEnd why = c.worn();
            if (why != null) {
                leave(c, why, "replaced by a new connection");
                return;
            }
        }
    }

    /** Fewer connections would do: the newest go. */
    private void leaveSurplus(int surplus) {
        int left = surplus;
        for (int i = connections.size() - 1; i >= 0 && left > 0; i--) {
            UpstreamConnection c = connections.get(i);
            if (!health.isOn(c)) {
                leave(c, UpstreamEnd.IDLE, "fewer connections would do");
                left--;
            }
        }
    }

    private void leave(UpstreamConnection connection, UpstreamEnd why, String reason) {
        connections.remove(connection);
        leaving.add(connection);
        addresses.onGone();
        health.onGone(connection, reason, connections);
        connection.leave(why);
        if (why == UpstreamEnd.MOVED) {
            inFlight.evict(loop.eventLoop(), connection.h2(), addresses.reason());
        }
    }

    // Connecting

    /** Has as many connections under way as are needed by now. */
    void connectAsNeeded() {
        if (!retired) {
            connecting.open(connectionsWanted());
            connecting.openInBackground();
        }
    }

    private int connectionsWanted() {
        int worn = 0;
        for (UpstreamConnection c : connections) {
            worn += c.worn() == null ? 0 : 1;
        }
        int wanted = Math.max(capacity.connectionsFor(line.size()), worn > 0 ? 1 : 0);
        int room = settings.connectionsPerEndpoint() - (connections.size() - worn);
        return Math.min(wanted, Math.max(room, 0));
    }
}
