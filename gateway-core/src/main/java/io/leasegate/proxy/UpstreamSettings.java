package io.leasegate.proxy;

import io.leasegate.h2.ProtocolSettings;

/**
 * How instances are connected to; the same for all instances of a service.
 *
 * @param protocol what instances are told and held to
 * @param connectTimeoutMillis limit of one connection attempt, from the look-up of the name to the instance's SETTINGS
 * @param connectionsPerEndpoint connections that one event loop opens to one endpoint at most; those that are being left do not count
 * @param maxPending calls that may wait for a connection or a stream, per event loop and endpoint
 * @param pendingTimeoutMillis how long a call may wait
 * @param life when a connection is left
 * @param keepalive whether and how a silent instance is asked for a sign of life
 * @param warm whether each event loop opens a connection to each endpoint before a call needs it
 * @param followNames whether a connection is left once the instance's host name does not lead to its address any more
 */
public record UpstreamSettings(
        ProtocolSettings protocol,
        int connectTimeoutMillis,
        int connectionsPerEndpoint,
        int maxPending,
        int pendingTimeoutMillis,
        ConnectionLife life,
        KeepaliveSettings keepalive,
        boolean warm,
        boolean followNames) {

    /** What holds where nothing is configured. */
    public static final UpstreamSettings DEFAULT =
            new UpstreamSettings(ProtocolSettings.DEFAULT, 3_000, 4, 1_000, 1_000);

    /** The given limits, with defaults for what is not given. */
    public UpstreamSettings(
            ProtocolSettings protocol,
            int connectTimeoutMillis,
            int connectionsPerEndpoint,
            int maxPending,
            int pendingTimeoutMillis) {
        this(
                protocol,
                connectTimeoutMillis,
                connectionsPerEndpoint,
                maxPending,
                pendingTimeoutMillis,
                ConnectionLife.DEFAULT,
                KeepaliveSettings.OFF,
                false,
                true);
    }

    public UpstreamSettings withConnectTimeout(int millis) {
        return new UpstreamSettings(
                protocol,
                millis,
                connectionsPerEndpoint,
                maxPending,
                pendingTimeoutMillis,
                life,
                keepalive,
                warm,
                followNames);
    }

    public UpstreamSettings withConnectionsPerEndpoint(int n) {
        return new UpstreamSettings(
                protocol,
                connectTimeoutMillis,
                n,
                maxPending,
                pendingTimeoutMillis,
                life,
                keepalive,
                warm,
                followNames);
    }

    public UpstreamSettings withPending(int calls, int timeoutMillis) {
        return new UpstreamSettings(
                protocol,
                connectTimeoutMillis,
                connectionsPerEndpoint,
                calls,
                timeoutMillis,
                life,
                keepalive,
                warm,
                followNames);
    }

    public UpstreamSettings withLife(ConnectionLife newLife) {
        return new UpstreamSettings(
                protocol,
                connectTimeoutMillis,
                connectionsPerEndpoint,
                maxPending,
                pendingTimeoutMillis,
                newLife,
                keepalive,
                warm,
                followNames);
    }

    public UpstreamSettings withKeepalive(KeepaliveSettings newKeepalive) {
        return new UpstreamSettings(
                protocol,
                connectTimeoutMillis,
                connectionsPerEndpoint,
                maxPending,
                pendingTimeoutMillis,
                life,
                newKeepalive,
                warm,
                followNames);
    }

    public UpstreamSettings withWarm(boolean on) {
        return new UpstreamSettings(
                protocol,
                connectTimeoutMillis,
                connectionsPerEndpoint,
                maxPending,
                pendingTimeoutMillis,
                life,
                keepalive,
                on,
                followNames);
    }

    public UpstreamSettings withFollowNames(boolean on) {
        return new UpstreamSettings(
                protocol,
                connectTimeoutMillis,
                connectionsPerEndpoint,
                maxPending,
                pendingTimeoutMillis,
                life,
                keepalive,
                warm,
                on);
    }
}
