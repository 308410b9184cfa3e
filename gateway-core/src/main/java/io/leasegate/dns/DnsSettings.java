package io.leasegate.dns;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * How names are looked up. Immutable.
 *
 * @param nameServers who is asked, by IP address, in this order; empty for those of the system
 * @param timeoutMillis how long a name server may take for one answer
 * @param minIntervalMillis how long an answer counts at least, however short its time to live
 * @param maxIntervalMillis how long an answer counts at most, however long its time to live
 */
public record DnsSettings(
        List<InetSocketAddress> nameServers, long timeoutMillis, long minIntervalMillis, long maxIntervalMillis) {

    /** What holds where nothing is configured. Docker's name server gives 600 s to live, in which a container may have moved often. */
    public static final DnsSettings DEFAULT = new DnsSettings(List.of(), 1_000, 1_000, 5_000);

    public DnsSettings {
        nameServers = List.copyOf(nameServers);
        if (timeoutMillis < 1) {
            throw new IllegalArgumentException("timeoutMillis: " + timeoutMillis + " (expected 1 or more)");
        }
        if (minIntervalMillis < 1 || maxIntervalMillis < minIntervalMillis) {
            throw new IllegalArgumentException("minIntervalMillis: " + minIntervalMillis + ", maxIntervalMillis: "
                    + maxIntervalMillis + " (expected 1 or more, and the maximum not below the minimum)");
        }
    }
}
