package io.leasegate.server.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Shows the registry client's state. */
final class RegistryMetrics {

    private static final int MAX_REASONS = 64;

    private final MeterRegistry registry;
    private final RegistryFigures figures;
    private final Map<String, Counter> incidents;
    private final Set<String> reasons = new HashSet<>();

    RegistryMetrics(MeterRegistry registry, RegistryFigures figures) {
        this.registry = registry;
        this.figures = figures;
        Gauge.builder("leasegate.etcd.connected", figures, f -> f.connected() ? 1 : 0)
                .description("1 while the watch on etcd stands, else 0")
                .strongReference(true)
                .register(registry);
        Gauge.builder("leasegate.etcd.confirmation.age", figures, RegistryMetrics::secondsSinceConfirmed)
                .description("How long ago etcd last confirmed that the table is up to date; NaN before the first time")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        FunctionCounter.builder("leasegate.etcd.relists", figures, RegistryFigures::relists)
                .description("How often all keys were listed again")
                .register(registry);
        FunctionCounter.builder("leasegate.etcd.watch.restarts", figures, RegistryFigures::watchRestarts)
                .description("How often the watch was started again")
                .register(registry);
        Gauge.builder("leasegate.registry.held.instances", figures, RegistryFigures::held)
                .description("Instances that are kept although the registry has them no more")
                .strongReference(true)
                .register(registry);
        Gauge.builder("leasegate.registry.restored", figures, f -> f.restored() ? 1 : 0)
                .description("1 while a table that was saved in an earlier life stands in for the registry")
                .strongReference(true)
                .register(registry);
        incidents = Map.of("wiped", incident("wiped"), "all", incident("all"), "service", incident("service"));
    }

    private static double secondsSinceConfirmed(RegistryFigures figures) {
        long millis = figures.millisSinceConfirmed();
        return millis < 0 ? Double.NaN : millis / 1000.0;
    }

    private Counter incident(String cause) {
        return Counter.builder("leasegate.registry.incidents")
                .description("How often vanished instances were held")
                .tag("cause", cause)
                .register(registry);
    }

    /** Vanished instances are held for a cause of the three. */
    void onIncident(String cause) {
        Counter counter = incidents.get(cause);
        if (counter != null) {
            counter.increment();
        }
    }

    /** Brings the series of reasons up to date. One thread at a time. */
    void refresh() {
        for (String reason : figures.refused().keySet()) {
            if (reasons.size() < MAX_REASONS && reasons.add(reason)) {
                Gauge.builder(
                                "leasegate.registrations.refused",
                                figures,
                                f -> f.refused().getOrDefault(reason, 0))
                        .description("Registrations that are refused now")
                        .tag("reason", reason)
                        .strongReference(true)
                        .register(registry);
            }
        }
    }
}
