package io.leasegate.server.metrics;

import io.leasegate.proxy.MirrorResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Counts copies of calls by the service that got them. Called on the event loops. A service beyond the bound of services counts under {@code other}. */
final class MirrorMetrics {

    private final MeterRegistry registry;
    private final BoundedByName<Map<MirrorResult, Counter>> services;

    MirrorMetrics(MeterRegistry registry, MetricLimits limits) {
        this.registry = registry;
        services = new BoundedByName<>(limits, this::create);
    }

    private Map<MirrorResult, Counter> create(String service) {
        Map<MirrorResult, Counter> counters = new EnumMap<>(MirrorResult.class);
        for (MirrorResult r : MirrorResult.values()) {
            counters.put(
                    r,
                    Counter.builder("leasegate.mirrored.calls")
                            .description("Copies of calls that have ended")
                            .tag("service", service)
                            .tag("result", r.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        return counters;
    }

    void onMirrored(String service, MirrorResult result) {
        Counter counter = services.of(service).get(result);
        if (counter != null) {
            counter.increment();
        }
    }
}
