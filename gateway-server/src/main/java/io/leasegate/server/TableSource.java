package io.leasegate.server;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.health.HealthChecker;
import io.leasegate.proxy.Gateway;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.routing.TableUpdate;
import io.leasegate.server.config.GatewayConfig;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/** The table of the static source, with the health of its endpoints. */
final class TableSource implements AutoCloseable {

    private final GatewayConfig config;
    private final RouteTableBuilder builder;
    private final RouteTableRef ref;
    private final ExecutorService control = Executors.newSingleThreadExecutor(task -> {
        Thread t = new Thread(task, "leasegate-control");
        t.setDaemon(true);
        return t;
    });
    private volatile boolean first;

    TableSource(GatewayConfig config) {
        this.config = config;
        this.builder =
                new RouteTableBuilder(service -> new RoundRobinLoadBalancer(), ConfigMapping.routes(config), "static");
        this.ref = new RouteTableRef(builder.table());
    }

    RouteTableRef ref() {
        return ref;
    }

    void start(Gateway gateway) {
        HealthChecker checker =
                new HealthChecker(gateway, service -> ConfigMapping.health(config, service), this::onHealth);
        control.execute(() -> {
            builder.set("", ConfigMapping.staticInstances(config));
            TableUpdate update = builder.build(0);
            ref.publish(update.table());
            update.added().forEach(checker::onAdded);
            first = true;
        });
    }

    private void onHealth(Endpoint endpoint, EndpointState state, String reason) {
        try {
            control.execute(() -> {
                if (builder.holds(endpoint)) {
                    endpoint.state(state, reason);
                    builder.healthChanged(endpoint);
                    ref.publish(builder.build(0).table());
                }
            });
        } catch (RejectedExecutionException e) {
            // the process ends
        }
    }

    boolean awaitFirstTable(CountDownLatch ended) throws InterruptedException {
        while (!first) {
            if (ended.await(1, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return true;
    }

    List<String> obstacles() {
        return first ? List.of() : List.of("the static instances are not applied yet");
    }

    @Override
    public void close() {
        control.shutdownNow();
    }
}
