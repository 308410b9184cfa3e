package io.leasegate.server.metrics;

import io.leasegate.proxy.FurtherAttempt;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts retries and hedges. Called on the event loops. A service beyond the bound of services counts under {@code other}. */
final class AttemptMetrics {

    private final MeterRegistry registry;
    private final BoundedByName<String> services;

    AttemptMetrics(MeterRegistry registry, MetricLimits limits) {
        this.registry = registry;
        services = new BoundedByName<>(limits, name -> name);
    }

    void onEnd(String service, FurtherAttempt kind, FurtherAttempt.Result result) {
        count(
                "leasegate.further.attempts",
                "Retries and hedges that have ended",
                service,
                kind,
                "result",
                result.label());
    }

    void onWithheld(String service, FurtherAttempt kind, FurtherAttempt.Withheld why) {
        count(
                "leasegate.further.attempts.withheld",
                "Retries and hedges that were not made",
                service,
                kind,
                "reason",
                why.label());
    }

    /** The registry's own look-up is enough here: an attempt has cost far more. */
    private void count(
            String meter, String description, String service, FurtherAttempt kind, String key, String value) {
        Counter.builder(meter)
                .description(description)
                .tag("service", services.of(service))
                .tag("kind", kind.label())
                .tag(key, value)
                .register(registry)
                .increment();
    }
}
