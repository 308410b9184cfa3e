package io.leasegate.server.metrics;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.outlier.OutlierListener;
import io.leasegate.outlier.OutlierReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/**
 * Counts instances that are taken out because calls to them fail. Called on the control thread. A service beyond the bound of services counts
 * under {@code other}.
 */
final class OutlierMetrics implements OutlierListener {

    private final MeterRegistry registry;
    private final BoundedByName<String> services;

    OutlierMetrics(MeterRegistry registry, MetricLimits limits) {
        this.registry = registry;
        services = new BoundedByName<>(limits, name -> name);
    }

    @Override
    public void onEjected(Endpoint endpoint, OutlierReason reason, String why, long millis, int times) {
        counter("leasegate.outlier.ejections", "Instances that were taken out", endpoint, reason)
                .increment();
    }

    @Override
    public void onReadmitted(Endpoint endpoint) {}

    @Override
    public void onSpared(Endpoint endpoint, OutlierReason reason) {
        counter("leasegate.outlier.spared", "Instances that were not taken out for want of others", endpoint, reason)
                .increment();
    }

    private Counter counter(String name, String description, Endpoint endpoint, OutlierReason reason) {
        return Counter.builder(name)
                .description(description)
                .tag("service", services.of(endpoint.id().service()))
                .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }
}
