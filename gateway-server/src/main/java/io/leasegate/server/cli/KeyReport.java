package io.leasegate.server.cli;

import io.leasegate.registration.Interpretation;

/**
 * One key of the registry, or one instance of another source, and what it was taken for.
 *
 * @param source where it is from: {@code etcd}, {@code file}, {@code dns} or {@code static}
 * @param key the key as it is in the registry; the file, or the name that was looked up
 * @param taken what the formats made of it
 * @param guess what an unknown value may have been meant to be, empty for no idea
 * @param leaseId the lease that the key is bound to, 0 for none
 * @param leaseTtlSeconds the TTL that the lease was granted with, 0 when there is no lease or it is not known
 */
record KeyReport(String source, String key, Interpretation taken, String guess, long leaseId, long leaseTtlSeconds) {

    static final String ETCD = "etcd";

    /** Whether it could have a lease and has none. */
    boolean lacksLease() {
        return source.equals(ETCD) && leaseId == 0;
    }
}
