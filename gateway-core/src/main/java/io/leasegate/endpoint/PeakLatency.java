package io.leasegate.endpoint;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How long an endpoint takes to answer: a moving average that jumps to whatever is slower and comes down with time only (Finagle's peak EWMA). What
 * is not heard of any more decays toward nothing, so that an endpoint that was slow once is tried again. Safe from any thread.
 */
final class PeakLatency {

    /** The mean lifetime of what was measured, Finagle's and Linkerd's default. */
    static final double DECAY_NANOS = 10e9;

    /** A stream whose first message comes later than this waits for something to happen. */
    private static final long MOST_NANOS = 10_000_000_000L;

    private final AtomicLong last = new AtomicLong();

    /** An answer came, after so many nanoseconds. */
    void answered(long latencyNanos, long nowNanos) {
        observe(latencyNanos, nowNanos, false);
    }

    /** There was no answer for so many nanoseconds, and there will be none: an answer would have taken longer. */
    void unanswered(long latencyNanos, long nowNanos) {
        observe(latencyNanos, nowNanos, true);
    }

    /** In nanoseconds; 0 while none is known. */
    double at(long nowNanos) {
        long moment = last.get();
        float latency = Moment.figure(moment);
        return latency == 0 ? 0 : latency * Math.exp(-Moment.since(moment, nowNanos) / DECAY_NANOS);
    }

    private void observe(long latencyNanos, long nowNanos, boolean onlyUp) {
        float latency = Math.max(1, Math.min(latencyNanos, MOST_NANOS));
        while (true) {
            long before = last.get();
            float known = Moment.figure(before);
            float next = latency;
            if (latency <= known) {
                long since = Moment.since(before, nowNanos);
                double kept = Math.exp(-since / DECAY_NANOS);
                if (since == 0 || (onlyUp && latency <= known * kept)) {
                    return;
                }
                next = (float) (known * kept + latency * (1 - kept));
            } else if (onlyUp && known == 0) {
                return;
            }
            if (last.compareAndSet(before, Moment.of(next, nowNanos))) {
                return;
            }
        }
    }
}
