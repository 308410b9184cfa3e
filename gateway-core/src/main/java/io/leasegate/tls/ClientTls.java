package io.leasegate.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a server is spoken to over TLS: an instance, or etcd.
 *
 * @param ca PEM file with the authorities that the server's certificate is checked against, null for those that the JVM trusts
 * @param own this client's certificate and key, null for none
 * @param serverName the name that the server's certificate must have, null for the host that is connected to
 */
public record ClientTls(
        @Nullable Path ca,
        @Nullable KeyPairFiles own,
        @Nullable String serverName) {

    /** The JVM's authorities, no client certificate, the host's own name. */
    public static final ClientTls DEFAULT = new ClientTls(null, null, null);
}
