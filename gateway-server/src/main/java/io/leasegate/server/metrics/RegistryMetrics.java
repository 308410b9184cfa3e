package io.leasegate.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashSet;
import java.util.Set;

/** Shows the registry client's state. */
final class RegistryMetrics {

    private static final int MAX_REASONS = 64;

    private final MeterRegistry registry;
    private final RegistryFigures figures;
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
    }

    private static double secondsSinceConfirmed(RegistryFigures figures) {
        long millis = figures.millisSinceConfirmed();
        return millis < 0 ? Double.NaN : millis / 1000.0;
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
