package io.leasegate.h2;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many bytes the connections of one event loop hold because a peer does not take them. Written on its loop, read anywhere.
 */
public final class QueuedBytes {

    private final AtomicLong bytes = new AtomicLong();
    private final LongSupplier left;

    /** @param left what all loops together may still hold; asked on the loop */
    public QueuedBytes(LongSupplier left) {
        this.left = left;
    }

    /** Adds what was queued, or, negative, what has left. On the loop only. */
    public void add(int more) {
        // One writer: a plain sum that others see soon is enough.
        bytes.lazySet(bytes.getPlain() + more);
    }

    public long get() {
        return bytes.getAcquire();
    }

    /** What all loops together may still hold. */
    public long leftBytes() {
        return left.getAsLong();
    }
}
