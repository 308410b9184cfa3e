package io.leasegate.registration;

import static java.util.Objects.requireNonNull;

import io.leasegate.endpoint.Traits;

/**
 * What a registry key says of one instance. Immutable.
 *
 * @param service the service's name, as callers know it
 * @param host a host name, an IPv4 address, or an IPv6 address without brackets
 * @param port 1 to 65535
 * @param traits what else it says
 */
public record Registration(String service, String host, int port, Traits traits) {

    public Registration {
        requireNonNull(service, "service");
        requireNonNull(host, "host");
        requireNonNull(traits, "traits");
    }
}
