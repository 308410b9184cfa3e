package io.leasegate.h2;

import io.netty.buffer.ByteBuf;

/**
 * The receiving side of one HTTP/2 stream. Called on the connection's event loop. Nothing is called after the peer's END_STREAM
 * except {@link #onReset} and {@link #onLost}, and nothing after one of those.
 */
public interface H2StreamListener {

    /**
     * A header section: on the client's side of a connection the response, informational ones first, or trailers.
     *
     * @param headers borrowed: may be changed and sent on during the call, and must be copied to be kept
     */
    void onHeaders(HeaderBlock headers, boolean endStream);

    /**
     * DATA.
     *
     * @param data borrowed; retain what outlives the call
     * @param creditBytes the frame's flow-controlled length, padding included; the receiver returns it by {@link H2Stream#credit} or
     *     through {@link H2Stream#sendData}
     */
    void onData(ByteBuf data, int creditBytes, boolean endStream);

    /** The peer reset the stream. */
    void onReset(long errorCode);

    /**
     * The stream ended without a word of the peer's own.
     *
     * @param loss what happened
     * @param reason in words, for the caller and the log
     */
    void onLost(StreamLoss loss, String reason);
}
