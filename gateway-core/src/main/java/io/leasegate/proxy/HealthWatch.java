package io.leasegate.proxy;

import io.leasegate.health.ConnectionWatcher;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Health checking's part in one pool: who asks the instance, and on which of the pool's connections. Used on the pool's loop only. */
final class HealthWatch {

    private final List<ConnectionWatcher> watchers = new ArrayList<>(2);
    private @Nullable UpstreamConnection watched;

    /** Begins, or goes on for one more; takes one of the ready connections when there is one. */
    void begin(ConnectionWatcher newWatcher, List<UpstreamConnection> ready) {
        watchers.add(newWatcher);
        if (watched == null) {
            takeOneOf(ready);
        } else {
            newWatcher.onConnected(watched.h2());
        }
    }

    /** Whether health checking waits for a connection. */
    boolean lacksConnection() {
        return !watchers.isEmpty() && watched == null;
    }

    boolean isOn(UpstreamConnection connection) {
        return watched == connection;
    }

    /** A connection is ready: it is taken when there is no other. */
    void onReady(UpstreamConnection connection) {
        if (!lacksConnection()) {
            return;
        }
        watched = connection;
        for (int i = 0; i < watchers.size() && watched == connection; i++) {
            // What one asks may cost the connection, and then all have been told of that.
            watchers.get(i).onConnected(connection.h2());
        }
    }

    /** A connection takes no more streams. Health checking goes on over another one, if there is one. */
    void onGone(UpstreamConnection connection, String reason, List<UpstreamConnection> ready) {
        if (watched == null || watched != connection) {
            return;
        }
        watched = null;
        watchers.forEach(w -> w.onDisconnected(reason));
        takeOneOf(ready);
    }

    private void takeOneOf(List<UpstreamConnection> ready) {
        if (!ready.isEmpty()) {
            onReady(ready.get(ready.size() - 1));
        }
    }

    /** No connection can be made. While another one stands, that alone does not make an instance unhealthy. */
    void onConnectFailed(String reason) {
        if (watched == null) {
            watchers.forEach(w -> w.onConnectFailed(reason));
        }
    }

    /** Ends; an open health check would keep its connection, and a server that shuts down waiting, for ever. */
    void end(String reason) {
        List<ConnectionWatcher> told = watched == null ? List.of() : List.copyOf(watchers);
        watchers.clear();
        watched = null;
        told.forEach(w -> w.onDisconnected(reason));
    }
}
