package io.leasegate.server.config;

import io.leasegate.h2.ProtocolSettings;
import io.leasegate.tls.ServerTls;
import org.jspecify.annotations.Nullable;

/**
 * One listener for gRPC clients.
 *
 * @param name shown in logs and metrics, unique
 * @param address the local address to bind: an IP address or a host name
 * @param port 0 picks a free one
 * @param tls how to speak TLS, null for clear text; the files could be used when the configuration was read
 * @param protocol limits toward each client connection
 * @param connections how many of them there may be
 */
public record ListenerConfig(
        String name,
        String address,
        int port,
        @Nullable ServerTls tls,
        ProtocolSettings protocol,
        ConnectionsConfig connections) {}
