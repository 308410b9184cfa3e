package io.leasegate.registrar;

import java.util.random.RandomGenerator;

/**
 * Delays between attempts: each twice the one before up to a cap, and then drawn between half and all of that, so that services that
 * lost etcd in the same moment do not come back in the same moment. Used by one thread.
 */
final class Backoff {

    private final long initialNanos;
    private final long capNanos;
    private final RandomGenerator random;
    private long currentNanos;

    Backoff(long initialNanos, long capNanos, RandomGenerator random) {
        this.initialNanos = initialNanos;
        this.capNanos = Math.max(initialNanos, capNanos);
        this.random = random;
        this.currentNanos = initialNanos;
    }

    long nextNanos() {
        long bound = currentNanos;
        currentNanos = Math.min(capNanos, currentNanos * 2);
        return bound / 2 + random.nextLong(bound / 2 + 1);
    }

    void reset() {
        currentNanos = initialNanos;
    }
}
