package io.leasegate.registrar;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that a registrar was built with, validated. */
record RegistrarSettings(
        List<EtcdEndpoint> endpoints,
        @Nullable Credentials credentials,
        @Nullable EtcdTls tls,
        ServiceInstance instance,
        Duration ttl,
        Duration dialTimeout) {

    /** A user of etcd. */
    record Credentials(String user, String password) {

        @Override
        public String toString() {
            return user + ":(hidden)";
        }
    }

    /**
     * The bound of one call. Half a TTL at most, so that a renewal that fails leaves time for another before the lease runs out; but
     * not under a second, which a busy etcd may well need.
     */
    long callTimeoutNanos() {
        long half = Math.max(ttl.toNanos() / 2, Duration.ofSeconds(1).toNanos());
        return Math.min(dialTimeout.toNanos(), half);
    }
}
