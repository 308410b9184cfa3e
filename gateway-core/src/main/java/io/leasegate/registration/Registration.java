package io.leasegate.registration;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * What a registry key says of one instance. Immutable.
 *
 * @param service the service's name, as callers know it
 * @param host a host name, an IPv4 address, or an IPv6 address without brackets
 * @param port 1 to 65535
 * @param weight relative share of calls, 0 or more; 1 where the format has none
 * @param version the version, empty when there is none
 * @param metadata what else is said, as text
 * @param tls whether the instance asks for TLS
 */
public record Registration(
        String service, String host, int port, long weight, String version, Map<String, String> metadata, boolean tls) {

    public Registration {
        requireNonNull(service, "service");
        requireNonNull(host, "host");
        requireNonNull(version, "version");
        metadata = Map.copyOf(metadata);
    }
}
