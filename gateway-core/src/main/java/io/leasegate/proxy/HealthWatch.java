package io.leasegate.proxy;

import io.leasegate.health.ConnectionWatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Health checking's part in one pool: who checks, and on which of the pool's connections. Used on the pool's loop only. */
final class HealthWatch {

    private @Nullable ConnectionWatcher watcher;
    private @Nullable UpstreamConnection watched;

    /** Begins; takes one of the ready connections when there is one. */
    void begin(ConnectionWatcher newWatcher, List<UpstreamConnection> ready) {
        watcher = newWatcher;
        takeOneOf(ready);
    }

    /** Whether health checking waits for a connection. */
    boolean lacksConnection() {
        return watcher != null && watched == null;
    }

    boolean isOn(UpstreamConnection connection) {
        return watched == connection;
    }

    /** A connection is ready: it is taken when there is no other. */
    void onReady(UpstreamConnection connection) {
        ConnectionWatcher w = watcher;
        if (w != null && watched == null) {
            watched = connection;
            w.onConnected(connection.h2());
        }
    }

    /** A connection takes no more streams. Health checking goes on over another one, if there is one. */
    void onGone(UpstreamConnection connection, String reason, List<UpstreamConnection> ready) {
        ConnectionWatcher w = watcher;
        if (w == null || watched != connection) {
            return;
        }
        watched = null;
        w.onDisconnected(reason);
        takeOneOf(ready);
    }

    private void takeOneOf(List<UpstreamConnection> ready) {
        if (!ready.isEmpty()) {
            onReady(ready.get(ready.size() - 1));
        }
    }

    /** No connection can be made. While another one stands, that alone does not make an instance unhealthy. */
    void onConnectFailed(String reason) {
        ConnectionWatcher w = watcher;
        if (w != null && watched == null) {
            w.onConnectFailed(reason);
        }
    }

    /** Ends; an open health check would keep its connection, and a server that shuts down waiting, for ever. */
    void end(String reason) {
        ConnectionWatcher w = watcher;
        watcher = null;
        if (w != null && watched != null) {
            watched = null;
            w.onDisconnected(reason);
        }
    }
}
