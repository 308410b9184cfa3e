package io.leasegate.server.metrics;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.proxy.ConnectionObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * How fast instances that left the registry get no more calls. Called on the event loops and on the control thread. A service beyond the
 * bound of services counts under {@code other}.
 */
final class EvictionMetrics implements ConnectionObserver {

    private static final Duration[] BUCKETS = {
        Duration.ofNanos(250_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(3),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
    };

    /** What is measured of one service. */
    private record OfService(Timer lastCall, Counter late) {}

    private final MeterRegistry registry;
    private final ToLongFunction<String> goalNanos;
    private final BoundedByName<OfService> services;
    private final Timer published;
    private final Timer settled;

    /** @param goalNanos the time within which a service's evictions are to be over */
    EvictionMetrics(MeterRegistry registry, MetricLimits limits, ToLongFunction<String> goalNanos) {
        this.registry = registry;
        services = new BoundedByName<>(limits, this::create);
        this.goalNanos = goalNanos;
        published = timer("leasegate.eviction.publish")
                .description("From the arrival of a registry event that takes an instance out to the table without it")
                .register(registry);
        settled = timer("leasegate.eviction.settled")
                .description(
                        "From the arrival of a registry event that takes an instance out to the end of its use by the"
                                + " last event loop")
                .register(registry);
    }

    private static Timer.Builder timer(String name) {
        return Timer.builder(name).serviceLevelObjectives(BUCKETS);
    }

    private OfService create(String service) {
        Timer lastCall = timer("leasegate.eviction.duration")
                .description(
                        "From the arrival of a registry event that takes an instance out to the last call that was sent"
                                + " to it")
                .tag("service", service)
                .register(registry);
        Counter late = Counter.builder("leasegate.eviction.late")
                .description("Evictions that took longer than eviction.within")
                .tag("service", service)
                .register(registry);
        return new OfService(lastCall, late);
    }

    @Override
    public void onEvicted(EndpointId endpoint, long lastCallNanos, long settledNanos) {
        OfService s = services.of(endpoint.service());
        s.lastCall.record(lastCallNanos, TimeUnit.NANOSECONDS);
        if (lastCallNanos > goalNanos.applyAsLong(endpoint.service())) {
            s.late.increment();
        }
        settled.record(settledNanos, TimeUnit.NANOSECONDS);
    }

    /** The table without the instance was published. */
    void onPublished(long nanos) {
        published.record(nanos, TimeUnit.NANOSECONDS);
    }
}
