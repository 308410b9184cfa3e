package io.leasegate.proxy;

import java.util.concurrent.ThreadLocalRandom;

/** Exponential back-off with jitter, as gRPC's connection back-off protocol has it (grpc/grpc: doc/connection-backoff.md). */
final class Backoff {

    private static final double MULTIPLIER = 1.6;
    private static final double JITTER = 0.2;

    private final long initialMillis;
    private final long maxMillis;
    private double nextMillis;

    Backoff(long initialMillis, long maxMillis) {
        this.initialMillis = initialMillis;
        this.maxMillis = maxMillis;
        this.nextMillis = (double) initialMillis;
    }

    /** How long to wait before the next attempt, in milliseconds; longer each time. */
    long next() {
        double base = nextMillis;
        nextMillis = Math.min(base * MULTIPLIER, (double) maxMillis);
        double jitter = ThreadLocalRandom.current().nextDouble(-JITTER, JITTER);
        return Math.max(1, Math.round(base * (1 + jitter)));
    }

    void reset() {
        nextMillis = (double) initialMillis;
    }
}
