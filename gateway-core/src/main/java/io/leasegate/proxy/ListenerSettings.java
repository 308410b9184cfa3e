package io.leasegate.proxy;

import io.leasegate.h2.ProtocolSettings;
import io.leasegate.tls.ListenerTls;
import org.jspecify.annotations.Nullable;

/**
 * One listener.
 *
 * @param name shown in logs and metrics
 * @param address the local address to bind
 * @param port 0 picks a free one
 * @param protocol limits toward each client connection
 * @param connections how many of them there may be
 * @param tls how TLS is spoken, null for clear text; closed by whoever opened it, after the gateway
 */
public record ListenerSettings(
        String name,
        String address,
        int port,
        ProtocolSettings protocol,
        ConnectionLimits connections,
        @Nullable ListenerTls tls) {

    /** A listener in clear text without limits of connections. */
    public ListenerSettings(String name, String address, int port, ProtocolSettings protocol) {
        this(name, address, port, protocol, ConnectionLimits.NONE, null);
    }
}
