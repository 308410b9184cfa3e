package io.leasegate.discovery;

import io.leasegate.registration.Interpretation;
import java.util.List;

/**
 * Everything that a registry held at one revision, key by key. Immutable.
 *
 * @param registry the registry's name
 * @param endpoint where it was read
 * @param revision the revision
 * @param keys every key under the configured prefixes, in the order of the keys
 * @param elsewhere what is to be said of keys outside the prefixes, empty for nothing
 */
public record RegistrySnapshot(String registry, String endpoint, long revision, List<Key> keys, String elsewhere) {

    public RegistrySnapshot {
        keys = List.copyOf(keys);
    }

    /**
     * One key and what it was taken for.
     *
     * @param key the key
     * @param interpretation the format that took it, by which rule, and what became of it
     * @param guess what an unknown value may have been meant to be, empty for no idea
     * @param leaseId the lease that the key is bound to, 0 for none
     * @param leaseTtlSeconds the TTL that the lease was granted with, 0 when there is no lease or it has just ended
     * @param modRevision the revision of the key's last change
     */
    public record Key(
            String key,
            Interpretation interpretation,
            String guess,
            long leaseId,
            long leaseTtlSeconds,
            long modRevision) {}
}
