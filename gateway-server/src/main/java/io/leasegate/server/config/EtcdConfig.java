package io.leasegate.server.config;

import io.leasegate.registration.KeyPrefix;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The etcd cluster with the registrations.
 *
 * @param endpoints client URLs, {@code http} or {@code https}, all of one scheme, each with a port
 * @param prefixes the parts of the key space to watch, each once, and how their keys are read; an empty one means all keys
 * @param formats registration formats to accept, or {@code auto} alone for all
 * @param credentials user and password, null for none
 * @param tls how to speak TLS where the endpoints are {@code https}; null for the JVM's own authorities and no client certificate
 */
public record EtcdConfig(
        List<URI> endpoints,
        List<KeyPrefix> prefixes,
        List<String> formats,
        @Nullable Credentials credentials,
        @Nullable Tls tls) {

    public EtcdConfig {
        endpoints = List.copyOf(endpoints);
        prefixes = List.copyOf(prefixes);
        formats = List.copyOf(formats);
    }

    /** User and password. The text form does not show the password. */
    public record Credentials(String username, String password) {
        @Override
        public String toString() {
            return "Credentials[username=" + username + ", password=***]";
        }
    }

    /**
     * TLS toward etcd.
     *
     * @param ca PEM file with the authorities that may sign etcd's certificates, null for the JVM's own
     * @param certificate PEM file with this gateway's client certificate, null for none
     * @param privateKey PEM file with its key, given with {@code certificate} only
     * @param serverName the name that etcd's certificate must carry, null for the endpoint's host
     */
    public record Tls(
            @Nullable Path ca,
            @Nullable Path certificate,
            @Nullable Path privateKey,
            @Nullable String serverName) {}
}
