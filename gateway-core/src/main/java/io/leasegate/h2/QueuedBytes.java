package io.leasegate.h2;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of DATA the connections of one event loop hold because a peer does not take them. Written on its loop, read anywhere. */
public final class QueuedBytes {

    private final AtomicLong bytes = new AtomicLong();

    /** Adds what was queued, or, negative, what has left. On the loop only. */
    public void add(int more) {
        // One writer: a plain sum that others see soon is enough.
        bytes.lazySet(bytes.getPlain() + more);
    }

    public long get() {
        return bytes.getAcquire();
    }
}
