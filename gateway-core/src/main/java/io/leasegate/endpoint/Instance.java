package io.leasegate.endpoint;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * One instance of a service as a source registered it: what the table of services is made of. Immutable.
 *
 * @param id service and address
 * @param weight relative share of calls, 0 or more; formats without weights give 1
 * @param version the version as registered, empty when there is none
 * @param metadata what else the registration says, as text
 * @param tls whether the registration asks for TLS to the instance
 * @param format the registration format's name, {@code static} for the static source
 * @param key the registry key, empty for the static source
 * @param leaseId the lease that the key is bound to, 0 for none
 * @param leaseTtlSeconds the TTL that the lease was granted with, 0 when there is no lease or it is not known yet
 * @param modRevision the registry revision of the key's last change, 0 for the static source
 */
public record Instance(
        EndpointId id,
        long weight,
        String version,
        Map<String, String> metadata,
        boolean tls,
        String format,
        String key,
        long leaseId,
        long leaseTtlSeconds,
        long modRevision) {

    public Instance {
        requireNonNull(id, "id");
        requireNonNull(version, "version");
        requireNonNull(format, "format");
        requireNonNull(key, "key");
        metadata = Map.copyOf(metadata);
        if (weight < 0) {
            throw new IllegalArgumentException("weight: " + weight + " (expected 0 or more)");
        }
    }
}
