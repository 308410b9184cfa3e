package io.leasegate.server;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.proxy.ConnectionObserver;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log of evictions that missed their goal, once in ten seconds at most. Called on the event loops. */
final class EvictionEvents implements ConnectionObserver {

    private static final Logger LOG = LoggerFactory.getLogger(EvictionEvents.class);
    private static final long REPEAT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Function<String, Duration> goal;
    private final AtomicLong untold = new AtomicLong();
    private final AtomicLong lastToldNanos = new AtomicLong(System.nanoTime() - REPEAT_NANOS);

    EvictionEvents(Function<String, Duration> goal) {
        this.goal = goal;
    }

    @Override
    public void onEvicted(EndpointId endpoint, long lastCallNanos, long settledNanos) {
        Duration within = goal.apply(endpoint.service());
        if (lastCallNanos <= within.toNanos()) {
            return;
        }
        long count = untold.incrementAndGet();
        long now = System.nanoTime();
        long last = lastToldNanos.get();
        if (now - last >= REPEAT_NANOS && lastToldNanos.compareAndSet(last, now)) {
            untold.addAndGet(-count);
            LOG.warn(
                    "service {}, instance {}: a call was sent {} ms after the registry's event that took the instance out"
                            + " (eviction.within = {} ms); {} evictions were late since this was told last",
                    endpoint.service(),
                    endpoint.address(),
                    TimeUnit.NANOSECONDS.toMillis(lastCallNanos),
                    within.toMillis(),
                    count);
        }
    }
}
