package io.leasegate.loadtest.wire;

/** What a client connection tells its workload, on its event loop. */
public interface ClientListener {

    /** Calls can be made from now on. */
    void onReady(ClientConnection connection);

    /** The response's headers are here, and it has not ended with them. */
    default void onResponse(ClientStream call) {}

    /** A part of the body is here and counted. */
    default void onBytes(ClientStream call, int bytes) {}

    /** The response has ended. */
    void onEnd(ClientStream call);

    /** The call was reset. */
    void onReset(ClientStream call, long errorCode);

    /** The other side will close the connection and answers no calls with a larger id than that; none may be made any more. */
    default void onGoAway(ClientConnection connection, int lastStreamId, String reason) {
        connection.giveUp(reason);
    }

    /** Headers came for a call that has ended, and not by {@link ClientConnection#cancel}. */
    default void onStray(ClientConnection connection, int streamId) {}

    /** The connection failed or was closed by the other side; {@code inFlight} calls were cut off. */
    void onLost(ClientConnection connection, String reason, int inFlight);
}
