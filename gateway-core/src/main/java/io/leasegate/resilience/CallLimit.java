package io.leasegate.resilience;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** How many calls of a service may be in flight at one time, over all event loops. Safe from any thread. */
public final class CallLimit {

    private final int max;
    private final AtomicInteger inFlight = new AtomicInteger();

    /** @param max 1 or more */
    public CallLimit(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("max: " + max + " (expected 1 or more)");
        }
        this.max = max;
    }

    public int max() {
        return max;
    }

    public int inFlight() {
        return inFlight.get();
    }

    /** Counts a call in, unless there are as many as there may be. One {@link #release} follows each that was. */
    public boolean tryAcquire() {
        while (true) {
            int n = inFlight.get();
            if (n >= max) {
                return false;
            }
            if (inFlight.compareAndSet(n, n + 1)) {
                return true;
            }
        }
    }

    /**
     * Counts a call in where it goes, and out where it was.
     *
     * @param from where it is counted, null for nowhere
     * @param to where it goes, null for where nothing is counted
     * @return whether there was a place; else nothing has changed
     */
    public static boolean move(@Nullable CallLimit from, @Nullable CallLimit to) {
        if (from == to) {
            return true;
        }
        if (to != null && !to.tryAcquire()) {
            return false;
        }
        if (from != null) {
            from.release();
        }
        return true;
    }

    public void release() {
        inFlight.getAndDecrement();
    }
}
