package io.leasegate.proxy;

import io.leasegate.h2.ProtocolSettings;

/**
 * How instances are connected to; the same for all instances of a service.
 *
 * @param protocol what instances are told and held to
 * @param connectTimeoutMillis limit of one connection attempt
 * @param connectionsPerEndpoint connections that one event loop opens to one endpoint at most
 * @param maxPending calls that may wait for a connection or a stream, per event loop and endpoint
 * @param pendingTimeoutMillis how long a call may wait
 */
public record UpstreamSettings(
        ProtocolSettings protocol,
        int connectTimeoutMillis,
        int connectionsPerEndpoint,
        int maxPending,
        int pendingTimeoutMillis) {

    /** What holds where nothing is configured. */
    public static final UpstreamSettings DEFAULT =
            new UpstreamSettings(ProtocolSettings.DEFAULT, 3_000, 4, 1_000, 5_000);
}
