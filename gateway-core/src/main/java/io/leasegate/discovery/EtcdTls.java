package io.leasegate.discovery;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS toward etcd; PEM files, read anew for each connection.
 *
 * @param ca certificates that etcd's is checked against, null for those of the JVM
 * @param certificate this client's certificate chain, null for none
 * @param privateKey the key of that certificate, PKCS #8, null for none
 * @param serverName the name that etcd's certificate must have, null for the endpoint's host
 */
public record EtcdTls(
        @Nullable Path ca,
        @Nullable Path certificate,
        @Nullable Path privateKey,
        @Nullable String serverName) {

    public EtcdTls {
        if ((certificate == null) != (privateKey == null)) {
            throw new IllegalArgumentException(
                    "tls: certificate and private-key belong together (expected both or neither)");
        }
    }
}
