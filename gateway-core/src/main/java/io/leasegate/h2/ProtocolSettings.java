package io.leasegate.h2;

/**
 * What HTTP/2 peers are told and held to.
 *
 * @param maxConcurrentStreams streams that a peer may have open on one connection
 * @param initialWindowBytes receive window of each stream: the bound of what is buffered for one direction of one call
 * @param maxHeaderListBytes size of a header list as RFC 9113 section 6.5.2 counts it
 * @param maxResetsPerWindow resets that a peer may send within {@code resetWindowSeconds} before its connection is closed
 * @param resetWindowSeconds length of that window in seconds
 */
public record ProtocolSettings(
        int maxConcurrentStreams,
        int initialWindowBytes,
        int maxHeaderListBytes,
        int maxResetsPerWindow,
        int resetWindowSeconds) {

    /** What holds where nothing is configured. */
    public static final ProtocolSettings DEFAULT = new ProtocolSettings(10_000, 256 * 1024, 64 * 1024, 10_000, 30);
}
