package io.leasegate.registrar;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Registrar} is doing, at one moment. Immutable.
 *
 * @param state where it is in its life
 * @param since when it entered this state
 * @param key the key in etcd
 * @param registeredValue the JSON that etcd last confirmed under the key; null before the first registration
 * @param leaseId the lease that the key is bound to, as etcd prints it in hexadecimal elsewhere; 0 while there is none
 * @param leaseTtlSeconds the lifetime that etcd granted, which may be longer than what was asked for; 0 while there is no lease
 * @param registrations how many leases were granted so far: 1 in a quiet life, one more for each lease that was lost
 * @param lastError what went wrong most lately, kept after recovery; null if nothing ever did
 * @param lastErrorAt when that was; null if nothing ever went wrong
 */
public record RegistrarStatus(
        State state,
        Instant since,
        String key,
        @Nullable String registeredValue,
        long leaseId,
        long leaseTtlSeconds,
        long registrations,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt) {

    /** Where a registrar is in its life. */
    public enum State {
        /** Built, not started. */
        NEW,
        /** Started; the first attempt is under way. */
        REGISTERING,
        /** At the last check, at most a third of the TTL ago, etcd held the key with our value under our living lease. */
        REGISTERED,
        /**
         * The last attempt failed and the next one follows; {@link RegistrarStatus#lastError()} says why. The key may still be there
         * until its lease runs out.
         */
        RETRYING,
        /** Closed for good. */
        CLOSED
    }
}
