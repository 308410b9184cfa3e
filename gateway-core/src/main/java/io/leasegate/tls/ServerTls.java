package io.leasegate.tls;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a listener speaks TLS.
 *
 * @param certificates at least one; the first is for clients that ask for a name that none has, or for no name
 * @param clientCa PEM file with the authorities that may sign client certificates, null for none
 * @param clientAuth never other than {@code NONE} without {@code clientCa}
 * @param minVersion the oldest version that is spoken
 * @param handshakeTimeoutMillis from the connection to the end of the handshake
 * @param identityHeader the request header that tells instances who the client is, in lower case; null for none
 */
public record ServerTls(
        List<KeyPairFiles> certificates,
        @Nullable Path clientCa,
        ClientAuthentication clientAuth,
        TlsVersion minVersion,
        int handshakeTimeoutMillis,
        @Nullable String identityHeader) {

    /** Time for a handshake where nothing is configured. */
    public static final int DEFAULT_HANDSHAKE_TIMEOUT_MILLIS = 10_000;

    public ServerTls {
        certificates = List.copyOf(certificates);
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("certificates: none (expected at least one)");
        }
        if (clientAuth != ClientAuthentication.NONE && clientCa == null) {
            throw new IllegalArgumentException("clientAuth: " + clientAuth + " without clientCa");
        }
    }

    /** A listener with one certificate and every default. */
    public static ServerTls of(Path certificate, Path privateKey) {
        return new ServerTls(
                List.of(new KeyPairFiles(certificate, privateKey)),
                null,
                ClientAuthentication.NONE,
                TlsVersion.TLS_1_2,
                DEFAULT_HANDSHAKE_TIMEOUT_MILLIS,
                null);
    }

    /** The same, asking clients for a certificate. */
    public ServerTls withClients(Path newClientCa, ClientAuthentication newClientAuth) {
        return new ServerTls(
                certificates, newClientCa, newClientAuth, minVersion, handshakeTimeoutMillis, identityHeader);
    }
}
