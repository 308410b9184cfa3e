package io.leasegate.server.config;

import java.time.Duration;

/**
 * Connections to instances, whatever the service.
 *
 * @param connectTimeout limit of one connection attempt
 * @param initialWindowBytes receive window of each stream
 * @param maxHeaderListBytes size of a header list that an instance may send, as RFC 9113 section 6.5.2 counts it
 */
public record UpstreamConfig(Duration connectTimeout, int initialWindowBytes, int maxHeaderListBytes) {}
