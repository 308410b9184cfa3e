package io.leasegate.proxy;

/** What became of the copy of a call. */
public enum MirrorResult {
    /** The instance answered to the end, and well. */
    ANSWERED,
    /** The instance answered with another {@code grpc-status} than 0, with a reset, or lost its connection. */
    FAILED,
    /** No instance or no connection to one was there. */
    UNSENT,
    /** The instance took the copy too slowly: more waited for it than may be held. */
    DROPPED,
    /** The call itself ended before its request was complete. */
    CANCELLED,
    /** No answer came within the time that is given to a copy when the call itself has ended. */
    LATE
}
