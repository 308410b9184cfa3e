package io.leasegate.health;

import io.leasegate.h2.H2Connection;

/** Is told of the one connection that a pool keeps open for it. Called on the pool's event loop. */
public interface ConnectionWatcher {

    /** A connection is there; its peer's SETTINGS have arrived. */
    void onConnected(H2Connection connection);

    /** The connection is gone or leaving; the pool makes another. */
    void onDisconnected(String reason);

    /** A connection could not be made; the pool tries again with back-off. */
    void onConnectFailed(String reason);
}
