package io.leasegate.server.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Shows the sources of instances beside etcd. Any thread. */
final class SourceMetrics {

    private final MeterRegistry registry;

    SourceMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Shows a source from now on. */
    void bind(SourceFigures figures) {
        Gauge.builder("leasegate.source.up", figures, f -> f.up() ? 1 : 0)
                .description("1 while the source can be read, else 0")
                .tag("source", figures.name())
                .strongReference(true)
                .register(registry);
        Gauge.builder("leasegate.source.confirmation.age", figures, SourceMetrics::secondsSinceConfirmed)
                .description("How long ago the source last confirmed the table; NaN before the first time")
                .baseUnit("seconds")
                .tag("source", figures.name())
                .strongReference(true)
                .register(registry);
    }

    private static double secondsSinceConfirmed(SourceFigures figures) {
        long millis = figures.millisSinceConfirmed();
        return millis < 0 ? Double.NaN : millis / 1000.0;
    }

    /** The source was read. */
    void onRead(String source, String result) {
        Counter.builder("leasegate.source.reads")
                .description("How often the source was read")
                .tag("source", source)
                .tag("result", result)
                .register(registry)
                .increment();
    }
}
