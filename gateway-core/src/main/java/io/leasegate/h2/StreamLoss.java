package io.leasegate.h2;

/** Why a stream ended without trailers and without a reset by the peer. */
public enum StreamLoss {
    /** The peer's GOAWAY left the stream out: it has certainly not been acted on (RFC 9113 section 6.8). */
    UNPROCESSED,
    /** The connection went away. */
    CONNECTION,
    /** The peer broke the protocol on this stream or on the connection. */
    PROTOCOL,
    /** The peer sent a header list above the configured size. */
    HEADER_LIST_SIZE,
    /** The peer's connection holds more than its share of what may be queued. */
    QUEUE_SHARE
}
