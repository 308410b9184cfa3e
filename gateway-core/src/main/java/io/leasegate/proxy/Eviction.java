package io.leasegate.proxy;

import io.leasegate.endpoint.EndpointId;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The way of one endpoint out of all event loops: when each of them sent it its last call, and when the last of them had stopped. Told
 * by every event loop once; the last one tells the observer.
 */
final class Eviction {

    private final EndpointId endpoint;
    private final long newsNanos;
    private final ConnectionObserver observer;
    private final AtomicInteger loops;
    /** Since the news; what was sent before the news counts as nothing. */
    private final AtomicLong lastCallNanos = new AtomicLong();

    Eviction(EndpointId endpoint, long newsNanos, int loops, ConnectionObserver observer) {
        this.endpoint = endpoint;
        this.newsNanos = newsNanos;
        this.loops = new AtomicInteger(loops);
        this.observer = observer;
    }

    /** The loop sent its last call at that time, {@link Long#MIN_VALUE} for never. Before {@link #left}. */
    void sentUntil(long nanos) {
        if (nanos != Long.MIN_VALUE) {
            lastCallNanos.accumulateAndGet(nanos - newsNanos, Math::max);
        }
    }

    /** The loop sends no more. */
    void left() {
        if (loops.decrementAndGet() == 0) {
            observer.onEvicted(endpoint, lastCallNanos.get(), System.nanoTime() - newsNanos);
        }
    }
}
