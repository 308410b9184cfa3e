package io.leasegate.proxy;

import io.leasegate.h2.H2Connection;

/** A call that waits for a connection on which it can open a stream. */
interface UpstreamWaiter {

    /** A stream can be opened on this connection now. */
    void onConnection(H2Connection connection);

    /** There is no connection for the call. */
    void onRefused(Outcome outcome, String reason);

    /**
     * Whether the call has no other instance to go to: then it waits while an instance that seems to restart is tried again, as long
     * as it may wait at all, and is not refused at the first failure.
     */
    boolean hasNowhereElse();
}
