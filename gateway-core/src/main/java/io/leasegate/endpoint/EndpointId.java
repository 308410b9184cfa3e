package io.leasegate.endpoint;

import static java.util.Objects.requireNonNull;

/**
 * Identity of an endpoint: one address of one service. The same address under two services makes two endpoints, because health is
 * a property of the pair.
 *
 * @param service the service's name as registered
 * @param host a host name, an IPv4 address, or an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record EndpointId(String service, String host, int port) {

    public EndpointId {
        requireNonNull(service, "service");
        requireNonNull(host, "host");
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host is empty");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port: " + port + " (expected 1-65535)");
        }
    }

    /** The address in the form {@code host:port}, an IPv6 host in brackets. */
    public String address() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    @Override
    public String toString() {
        return service + "@" + address();
    }
}
