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

    /**
     * The peer opened a stream with a header list above the limit (server's side only). The stream's further events are not reported.
     *
     * @param headers what of them fits the limit
     * @param listBytes the size of the whole list (RFC 9113 section 6.5.2)
     */
    default void onOversizedRequest(H2Stream stream, HeaderBlock headers, long listBytes) {
        stream.reset(Http2Error.ENHANCE_YOUR_CALM);
    }

    /**
     * What was read at once from the socket has been told. Called behind each batch that may have opened a stream (server's side only); what
     * is answered or sent here goes out with the batch's other answers.
     */
    default void onBatchRead() {}

    /** A stream ended or a limit rose: {@link H2Connection#canOpenStream} may have become true. */
    default void onCapacity(H2Connection connection) {}

    /** The peer sent GOAWAY; streams that it left out hear so right behind this. */
    default void onGoAway(H2Connection connection, long errorCode, String debugData) {}

    /**
     * The peer did something against the rules or beyond a limit, for which its stream or its connection ends.
     *
     * @param errorCode what the peer is told, of {@link Http2Error}
     * @param what what it did and, where there is one, the limit's key; fit for a log
     */
    default void onViolation(H2Connection connection, Violation violation, long errorCode, String what) {}

    /** The connection is gone; its streams have heard so already. Called exactly once. */
    default void onClosed(H2Connection connection, @Nullable Throwable cause) {}
}
