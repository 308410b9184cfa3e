package io.leasegate.endpoint;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The share of calls of late that failed: a moving average that each call moves by a sixteenth of the way, or by more when nothing was
 * heard for long, and that falls with time while nothing is heard, so that an instance that nobody calls any more because it failed is
 * tried again. Safe from any thread.
 */
final class FailureShare {

    /** The mean lifetime of what was heard. */
    static final double DECAY_NANOS = 10e9;

    /** The least weight of one call: eleven failures in a row make half. */
    private static final double LEAST_WEIGHT = 1.0 / 16;

    /** Below this it is none, and a success has nothing to write: nearly all calls to nearly all instances. */
    private static final float NONE = 1e-3f;

    private final AtomicLong last = new AtomicLong();

    void succeeded(long nowNanos) {
        if (Moment.figure(last.get()) > 0) {
            move(0, nowNanos);
        }
    }

    void failed(long nowNanos) {
        move(1, nowNanos);
    }

    double at(long nowNanos) {
        long moment = last.get();
        float share = Moment.figure(moment);
        return share > 0 ? share * Math.exp(-Moment.since(moment, nowNanos) / DECAY_NANOS) : 0;
    }

    private void move(int to, long nowNanos) {
        while (true) {
            long before = last.get();
            float share = Moment.figure(before);
            // A share of none has no time: successes do not note theirs.
            double kept = share == 0
                    ? 1 - LEAST_WEIGHT
                    : Math.min(1 - LEAST_WEIGHT, Math.exp(-Moment.since(before, nowNanos) / DECAY_NANOS));
            share = (float) (share * kept + to * (1 - kept));
            if (last.compareAndSet(before, share < NONE ? 0 : Moment.of(share, nowNanos))) {
                return;
            }
        }
    }
}
