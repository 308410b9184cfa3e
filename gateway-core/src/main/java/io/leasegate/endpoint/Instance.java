package io.leasegate.endpoint;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * One instance of a service as a source registered it: what the table of services is made of. Immutable.
 *
 * @param id service and address
 * @param traits what the registration says beside the address
 * @param format the registration format's name; {@code file}, {@code dns} or {@code static} for those sources
 * @param key the registry key; the file, the name that was looked up, or empty for the static source
 * @param leaseId the lease that the key is bound to, 0 for none
 * @param leaseTtlSeconds the TTL that the lease was granted with, 0 when there is no lease or it is not known yet
 * @param modRevision the registry revision of the key's last change, 0 for other sources than a registry
 * @param heldBecause why the instance is kept although the registry has it no more; empty for one that is registered
 */
public record Instance(
        EndpointId id,
        Traits traits,
        String format,
        String key,
        long leaseId,
        long leaseTtlSeconds,
        long modRevision,
        String heldBecause) {

    public Instance {
        requireNonNull(id, "id");
        requireNonNull(traits, "traits");
        requireNonNull(format, "format");
        requireNonNull(key, "key");
        requireNonNull(heldBecause, "heldBecause");
    }

    /** An instance that is registered. */
    public Instance(
            EndpointId id,
            Traits traits,
            String format,
            String key,
            long leaseId,
            long leaseTtlSeconds,
            long modRevision) {
        this(id, traits, format, key, leaseId, leaseTtlSeconds, modRevision, "");
    }

    /** An instance with the most common traits alone; its zone and region are those of its metadata. */
    public Instance(
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
        this(
                id,
                Traits.builder()
                        .weight(weight)
                        .version(version)
                        .zone(metadata.getOrDefault("zone", ""))
                        .region(metadata.getOrDefault("region", ""))
                        .metadata(metadata)
                        .tls(tls)
                        .build(),
                format,
                key,
                leaseId,
                leaseTtlSeconds,
                modRevision);
    }

    /** Relative share of calls, 0 or more. */
    public long weight() {
        return traits.weight();
    }

    /** The version as registered, empty when there is none. */
    public String version() {
        return traits.version();
    }

    /** What else the registration says, as text. */
    public Map<String, String> metadata() {
        return traits.metadata();
    }

    /** Whether the registration asks for TLS to the instance. */
    public boolean tls() {
        return traits.tls();
    }

    public Instance withLeaseTtl(long seconds) {
        return new Instance(id, traits, format, key, leaseId, seconds, modRevision, heldBecause);
    }

    /** The same instance, kept for this reason although the registry has it no more. */
    public Instance heldBecause(String why) {
        return new Instance(id, traits, format, key, leaseId, leaseTtlSeconds, modRevision, why);
    }

    /** Whether the instance is kept although the registry has it no more. */
    public boolean isHeld() {
        return !heldBecause.isEmpty();
    }
}
