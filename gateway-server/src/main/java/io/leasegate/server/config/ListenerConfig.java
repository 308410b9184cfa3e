package io.leasegate.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One listener for gRPC clients.
 *
 * @param name shown in logs and metrics, unique
 * @param address the local address to bind: an IP address or a host name
 * @param port 0 picks a free one
 * @param tls how to speak TLS, null for clear text
 * @param protocol limits toward clients
 */
public record ListenerConfig(
        String name, String address, int port, @Nullable Tls tls, ProtocolConfig protocol) {

    /** Whether a client must show a certificate. */
    public enum ClientAuth {
        NONE,
        OPTIONAL,
        REQUIRE
    }

    /**
     * TLS of a listener. The files existed and the key belonged to the certificate when the configuration was read.
     *
     * @param certificate PEM file with the certificate chain, the server's own first
     * @param privateKey PEM file with its private key (PKCS#8, not encrypted)
     * @param clientCa PEM file with the authorities that may sign client certificates, null for none
     * @param clientAuth never other than {@code NONE} without {@code clientCa}
     */
    public record Tls(
            Path certificate, Path privateKey, @Nullable Path clientCa, ClientAuth clientAuth) {}
}
