package io.leasegate.h2;

import org.jspecify.annotations.Nullable;

/** Is told what happens on a connection. Called on the connection's event loop. */
public interface H2ConnectionListener {

    /** The peer's first SETTINGS have arrived; a client may open streams. */
    default void onReady(H2Connection connection) {}

    /**
     * The peer opened a stream (server's side only).
     *
     * @param headers the request's; the listener's to change and keep
     * @return who hears the rest of the stream
     */
    default H2StreamListener onStream(H2Stream stream, HeaderBlock headers, boolean endStream) {
        throw new IllegalStateException("a server opened a stream");
    }

    /** A stream ended or a limit rose: {@link H2Connection#canOpenStream} may have become true. */
    default void onCapacity(H2Connection connection) {}

    /** The peer sent GOAWAY; streams that it left out have heard so already. */
    default void onGoAway(H2Connection connection, long errorCode, String debugData) {}

    /** The connection is gone; its streams have heard so already. Called exactly once. */
    default void onClosed(H2Connection connection, @Nullable Throwable cause) {}
}
