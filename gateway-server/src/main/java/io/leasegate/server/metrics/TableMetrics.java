package io.leasegate.server.metrics;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.routing.Cluster;
import io.leasegate.routing.RouteTable;
import io.leasegate.routing.RouteTableRef;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Shows the table and the instances in it. The series of instances are brought up to date before each scrape, on the thread of the
 * scrape: a series appears with its service, and goes with it.
 */
final class TableMetrics {

    /** How many instances of one service are in one state. */
    private static final class Count {

        final Gauge gauge;
        volatile int instances;

        Count(MeterRegistry registry, String service, String state) {
            gauge = Gauge.builder("leasegate.instances", this, c -> c.instances)
                    .description("Instances in the table that is routed by now")
                    .tag("service", service)
                    .tag("state", state)
                    .strongReference(true)
                    .register(registry);
        }
    }

    private static final String HEALTHY = EndpointState.HEALTHY.shownAs();

    private final MeterRegistry registry;
    private final RouteTableRef table;
    private final Map<String, Map<String, Count>> services = new HashMap<>();

    TableMetrics(MeterRegistry registry, RouteTableRef table) {
        this.registry = registry;
        this.table = table;
        gauge("leasegate.table.revision", "The registry revision that the table reflects", RouteTable::revision);
        gauge("leasegate.table.version", "How many tables were published", RouteTable::version);
        gauge(
                "leasegate.table.services",
                "Services in the table",
                t -> t.clusters().size());
        gauge(
                "leasegate.reflection.services",
                "gRPC services that are known by the word of instances",
                RouteTable::grpcServiceCount);
    }

    private void gauge(String name, String description, ToLongFunction<RouteTable> value) {
        Gauge.builder(name, table, t -> (double) value.applyAsLong(t.get()))
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    /** Brings the series up to date. One thread at a time. */
    void refresh() {
        Map<String, Map<String, Integer>> now = new HashMap<>();
        for (Cluster cluster : table.get().clusters()) {
            Map<String, Integer> states = now.computeIfAbsent(cluster.name(), n -> new HashMap<>());
            states.put(HEALTHY, 0);
            for (Endpoint endpoint : cluster.endpoints()) {
                states.merge(endpoint.shownState().shownAs(), 1, Integer::sum);
            }
        }
        for (Iterator<Map.Entry<String, Map<String, Count>>> i =
                        services.entrySet().iterator();
                i.hasNext(); ) {
            Map.Entry<String, Map<String, Count>> service = i.next();
            if (!now.containsKey(service.getKey())) {
                service.getValue().values().forEach(c -> registry.remove(c.gauge));
                i.remove();
            }
        }
        now.forEach(this::refresh);
    }

    private void refresh(String service, Map<String, Integer> states) {
        Map<String, Count> counts = services.computeIfAbsent(service, s -> new HashMap<>());
        counts.forEach((state, count) -> count.instances = states.getOrDefault(state, 0));
        states.forEach((state, instances) ->
                counts.computeIfAbsent(state, s -> new Count(registry, service, s)).instances = instances);
    }
}
