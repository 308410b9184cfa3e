package io.leasegate.server.config;

import io.leasegate.h2.ProtocolSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Connections to instances, whatever the service.
 *
 * @param connectTimeout limit of one connection attempt
 * @param protocol limits toward each connection
 * @param life when a connection is left although nothing is wrong with it
 * @param keepalive asking silent instances for a sign of life
 * @param warm whether connections are opened before calls need them
 * @param followNames whether connections are left once the instance's host name leads elsewhere
 */
public record UpstreamConfig(
        Duration connectTimeout,
        ProtocolSettings protocol,
        Life life,
        Keepalive keepalive,
        boolean warm,
        boolean followNames) {

    /**
     * The end of connections.
     *
     * @param idleTimeout without a call, null for never
     * @param age at which one is replaced, null for never
     * @param ageJitter by which share the age varies at random, 0 to 1
     */
    public record Life(
            @Nullable Duration idleTimeout, @Nullable Duration age, double ageJitter) {}

    /**
     * HTTP/2 PINGs.
     *
     * @param interval silence after which one is sent, null for never
     * @param timeout how long its answer may take
     * @param withoutCalls whether they are sent while no call is open
     */
    public record Keepalive(@Nullable Duration interval, Duration timeout, boolean withoutCalls) {}
}
