package io.leasegate.resilience;

import java.util.concurrent.atomic.AtomicInteger;

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

    public void release() {
        inFlight.getAndDecrement();
    }
}
