package io.leasegate.resilience;

import java.util.Set;

/**
 * When and how a failed call is sent again: the retry policy of gRFC A6. Times are in nanoseconds. Immutable.
 *
 * @param attempts how often a call is sent at most, the first time included; 1 for no retries
 * @param statuses the numbers of the gRPC statuses that another attempt may follow; for hedges, those that are not fatal
 * @param backoffInitialNanos upper bound of the pause before the second attempt, doubled for each further one
 * @param backoffMaxNanos upper bound of all pauses
 * @param budget retries and hedges as a share of the service's calls, 0 to 1; see {@link RetryBudget}
 * @param perTryNanos how long an attempt may take until its answer begins, 0 for no limit
 * @param bufferBytes how much of a request is kept for another attempt; a larger request is sent once
 */
public record RetryPolicy(
        int attempts,
        Set<Integer> statuses,
        long backoffInitialNanos,
        long backoffMaxNanos,
        double budget,
        long perTryNanos,
        int bufferBytes) {

    /** A call is sent once. */
    public static final RetryPolicy OFF =
            new RetryPolicy(1, Set.of(14), 25_000_000, 250_000_000, 0.2, TimeLimits.NONE, 64 * 1024);

    public RetryPolicy {
        statuses = Set.copyOf(statuses);
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts: " + attempts + " (expected 1 or more)");
        }
        if (backoffInitialNanos < 0 || backoffMaxNanos < backoffInitialNanos) {
            throw new IllegalArgumentException("back-off: " + backoffInitialNanos + " to " + backoffMaxNanos
                    + " (expected 0 or more, and the second not below the first)");
        }
    }

    public RetryPolicy withAttempts(int n) {
        return new RetryPolicy(n, statuses, backoffInitialNanos, backoffMaxNanos, budget, perTryNanos, bufferBytes);
    }

    public RetryPolicy withStatuses(Set<Integer> numbers) {
        return new RetryPolicy(
                attempts, numbers, backoffInitialNanos, backoffMaxNanos, budget, perTryNanos, bufferBytes);
    }

    public RetryPolicy withBackoff(long initialNanos, long maxNanos) {
        return new RetryPolicy(attempts, statuses, initialNanos, maxNanos, budget, perTryNanos, bufferBytes);
    }

    public RetryPolicy withBudget(double share) {
        return new RetryPolicy(
                attempts, statuses, backoffInitialNanos, backoffMaxNanos, share, perTryNanos, bufferBytes);
    }

    public RetryPolicy withPerTry(long nanos) {
        return new RetryPolicy(attempts, statuses, backoffInitialNanos, backoffMaxNanos, budget, nanos, bufferBytes);
    }

    public RetryPolicy withBuffer(int bytes) {
        return new RetryPolicy(attempts, statuses, backoffInitialNanos, backoffMaxNanos, budget, perTryNanos, bytes);
    }

    /** Whether another attempt may follow the status with this number. */
    public boolean covers(int status) {
        return statuses.contains(status);
    }

    /**
     * The pause before another attempt: exponential with full jitter, uniform from 0 to the bound (Brooker, Exponential Backoff And
     * Jitter, 2015).
     *
     * @param backoffs how many such pauses there were, since the first attempt or since an instance asked for one of its own
     * @param chance 64 random bits
     */
    public long backoffNanos(int backoffs, long chance) {
        double bound = Math.min(Math.scalb((double) backoffInitialNanos, backoffs), (double) backoffMaxNanos);
        return (long) ((chance >>> 11) * 0x1p-53 * bound);
    }
}
