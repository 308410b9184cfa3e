package io.leasegate.server.config;

import io.leasegate.registration.KeyPrefix;
import io.leasegate.tls.ClientTls;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
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
 * @param hold when vanished instances are held
 * @param leases what is found out about leases
 * @param savedTable the file in which the last table is kept, null for none
 */
public record EtcdConfig(
        List<URI> endpoints,
        List<KeyPrefix> prefixes,
        List<String> formats,
        @Nullable Credentials credentials,
        @Nullable ClientTls tls,
        Hold hold,
        Leases leases,
        @Nullable Path savedTable) {

    public EtcdConfig {
        endpoints = List.copyOf(endpoints);
        prefixes = List.copyOf(prefixes);
        formats = List.copyOf(formats);
    }

    /**
     * When vanished instances are held.
     *
     * @param enabled whether they ever are
     * @param share which part of a service's instances or of all has to vanish, above 0, 1 at most
     * @param minInstances how many there must have been
     * @param window within which time
     */
    public record Hold(boolean enabled, double share, int minInstances, Duration window) {}

    /**
     * What is found out about leases.
     *
     * @param checksPerSecond how many etcd is asked for each second, 0 for none
     * @param fadeBelow the part of its TTL below which a lease's rest takes weight from its instances, 0 for never
     */
    public record Leases(int checksPerSecond, double fadeBelow) {}

    /** User and password. The text form does not show the password. */
    public record Credentials(String username, String password) {
        @Override
        public String toString() {
            return "Credentials[username=" + username + ", password=***]";
        }
    }
}
