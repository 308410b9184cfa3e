package io.leasegate.health;

import io.leasegate.endpoint.Endpoint;

/** Keeps connections to endpoints open. Safe from any thread. */
public interface ConnectionKeeper {

    /**
     * Keeps one connection to the endpoint open from now on, by trying again whenever there is none, and tells the watcher of it. May be
     * called again with another watcher: all are told of the same connection.
     */
    void watch(Endpoint endpoint, ConnectionWatcher watcher);

    /**
     * The endpoint is gone: its connections close when the calls in flight on them have ended.
     *
     * @param newsNanos when the news of that came in, on the clock of {@link System#nanoTime()}
     */
    void retire(Endpoint endpoint, long newsNanos);
}
