package io.leasegate.proxy;

import java.util.concurrent.TimeUnit;

/**
 * How often the instance behind one pool is pinged: less and less often, the more often it has said that this is too often. Used on
 * the pool's loop only.
 */
final class KeepalivePace {

    private static final long SLOWEST_NANOS = TimeUnit.HOURS.toNanos(2);

    private long intervalNanos;

    KeepalivePace(KeepaliveSettings settings) {
        this.intervalNanos = TimeUnit.MILLISECONDS.toNanos(settings.intervalMillis());
    }

    long intervalNanos() {
        return intervalNanos;
    }

    /** The instance said GOAWAY with ENHANCE_YOUR_CALM (gRFC A8: "double the keepalive time"). */
    void slowDown() {
        intervalNanos = Math.max(intervalNanos, Math.min(2 * intervalNanos, SLOWEST_NANOS));
    }
}
