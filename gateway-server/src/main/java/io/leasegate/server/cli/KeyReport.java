package io.leasegate.server.cli;

import io.leasegate.registration.Interpretation;

/**
 * One key of the registry and what it was taken for.
 *
 * @param key the key as it is in the registry
 * @param taken what the formats made of it
 * @param guess what an unknown value may have been meant to be, empty for no idea
 * @param leaseId the lease that the key is bound to, 0 for none
 * @param leaseTtlSeconds the TTL that the lease was granted with, 0 when there is no lease or it is not known
 */
record KeyReport(String key, Interpretation taken, String guess, long leaseId, long leaseTtlSeconds) {}
