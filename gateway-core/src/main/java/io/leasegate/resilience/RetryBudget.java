package io.leasegate.resilience;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many retries and hedges a service gets: a share of its calls within the last ten seconds, and {@value #FLOOR_PER_SECOND} in each second
 * whatever the share comes to, so that a service with few calls has some. Safe from any thread, without locks.
 *
 * <p>Seconds are slots of a ring, each with its number and a count in one long. A retry is counted first and taken back where it was one too many, so
 * several threads together never exceed the budget.
 */
public final class RetryBudget {

    /** What there always is, unless the share is 0. */
    public static final int FLOOR_PER_SECOND = 10;

    static final int WINDOW_SECONDS = 10;

    private static final int COUNT_BITS = 32;
    private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

    private final long originNanos;
    private final AtomicLongArray calls = new AtomicLongArray(WINDOW_SECONDS);
    private final AtomicLongArray retries = new AtomicLongArray(WINDOW_SECONDS);

    /** @param nowNanos by the clock of {@link System#nanoTime}, as in all methods */
    public RetryBudget(long nowNanos) {
        originNanos = nowNanos;
    }

    /** A call began that may need more than one attempt. */
    public void onCall(long nowNanos) {
        add(calls, second(nowNanos), 1);
    }

    /**
     * Takes one retry out of the budget, or returns false where it is used up.
     *
     * @param share of the calls, 0 to 1; 0 for none at all
     */
    public boolean tryDraw(double share, long nowNanos) {
        if (share == 0) {
            return false;
        }
        long second = second(nowNanos);
        if (add(retries, second, 1) <= FLOOR_PER_SECOND || sum(retries, second) <= share * sum(calls, second)) {
            return true;
        }
        add(retries, second, -1);
        return false;
    }

    /** From 1, so that a slot that was never used is none of the window's. */
    private long second(long nowNanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nowNanos - originNanos) + WINDOW_SECONDS;
    }

    /** Returns the count of the second. */
    private static long add(AtomicLongArray ring, long second, int change) {
        int slot = (int) (second % WINDOW_SECONDS);
        while (true) {
            long before = ring.get(slot);
            long count = before >>> COUNT_BITS == second ? before & COUNT_MASK : 0;
            long after = Math.max(0, count + change);
            if (before >>> COUNT_BITS > second) {
                // A thread that was held up: the slot has gone on to a later second.
                return after;
            }
            if (ring.compareAndSet(slot, before, second << COUNT_BITS | after)) {
                return after;
            }
        }
    }

    private static long sum(AtomicLongArray ring, long second) {
        long sum = 0;
        for (int i = 0; i < WINDOW_SECONDS; i++) {
            long slot = ring.get(i);
            if (slot >>> COUNT_BITS > second - WINDOW_SECONDS) {
                sum += slot & COUNT_MASK;
            }
        }
        return sum;
    }
}
