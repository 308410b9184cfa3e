package io.leasegate.server.config;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How host names are looked up.
 *
 * @param nameServers who is asked, in this order; empty for those of the system
 * @param timeout how long a name server may take for an answer
 * @param minInterval how long an answer counts at least
 * @param maxInterval how long an answer counts at most; not below the other one
 */
public record DnsConfig(
        List<InetSocketAddress> nameServers, Duration timeout, Duration minInterval, Duration maxInterval) {

    public DnsConfig {
        nameServers = List.copyOf(nameServers);
    }
}
