package io.leasegate.server.config;

import java.time.Duration;

/**
 * What clients are told and held to on an HTTP/2 connection.
 *
 * @param maxConcurrentStreams calls that one connection may have open
 * @param initialWindowBytes receive window of each stream
 * @param maxHeaderListBytes size of a header list as RFC 9113 section 6.5.2 counts it
 * @param maxResets resets that a client may send within {@code resetWindow}
 * @param resetWindow length of that window
 */
public record ProtocolConfig(
        int maxConcurrentStreams,
        int initialWindowBytes,
        int maxHeaderListBytes,
        int maxResets,
        Duration resetWindow) {}
