package io.leasegate.discovery;

import io.leasegate.balance.LoadBalancer;
import io.leasegate.discovery.ControlLoop.Scheduled;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointListener;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Discovery as a whole: the configured registries, the control thread, and the table that they keep up to date. Safe from any thread.
 */
public final class Discovery implements AutoCloseable {

    private final ControlThread control = new ControlThread();
    private final List<Registry> registries;
    private final RouteTableRef tables;
    private final RegistryWatcher watcher;
    private final CountDownLatch firstSnapshot = new CountDownLatch(1);

    /**
     * Prepares discovery; nothing runs before {@link #start}.
     *
     * @param settings which registries to follow
     * @param balancers makes the load balancer of a service from its name; called on the control thread
     * @param routes the configured routes, the first match wins
     * @param listener hears what happens, on the control thread
     */
    public Discovery(
            DiscoverySettings settings,
            Function<String, LoadBalancer> balancers,
            List<Route> routes,
            DiscoveryListener listener) {
        registries = Registries.of(settings, control, listener);
        String source = registries.stream().map(Registry::name).collect(Collectors.joining("+"));
        RouteTableBuilder builder = new RouteTableBuilder(balancers, routes, source);
        tables = new RouteTableRef(builder.table());
        watcher = new RegistryWatcher(control, builder, tables, listener, firstSnapshot::countDown);
    }

    /** Begins to follow the registries. Returns at once; an unreachable registry is tried for ever. */
    public void start() {
        control.execute(() -> {
            Map<Registry, RegistrySink> sinks = new LinkedHashMap<>();
            for (int i = 0; i < registries.size(); i++) {
                Registry r = registries.get(i);
                sinks.put(r, watcher.sink(r.name(), registries.size() - i));
            }
            sinks.forEach(Registry::start);
        });
    }

    /** The table that is routed by. */
    public RouteTableRef tables() {
        return tables;
    }

    /** The thread on which health results and table building run. */
    public ControlThread control() {
        return control;
    }

    /** From now on the listener hears of endpoints that come and go, on the control thread; first of those that are there. */
    public void listen(EndpointListener listener) {
        control.execute(() -> watcher.listen(listener));
    }

    /** Tells an endpoint's state; its service's pickers and the table follow at once. Endpoints that are gone are passed over. */
    public void setState(Endpoint endpoint, EndpointState state, String reason) {
        control.execute(() -> watcher.setState(endpoint, state, reason));
    }

    /**
     * Takes an endpoint out of picks although it looks well, until {@link #readmit}. Its health is followed meanwhile, and is what it
     * returns to.
     */
    public void eject(Endpoint endpoint, String reason) {
        control.execute(() -> watcher.eject(endpoint, reason));
    }

    /** Ends what {@link #eject} began. */
    public void readmit(Endpoint endpoint) {
        control.execute(() -> watcher.readmit(endpoint));
    }

    /**
     * Tells what the instances of one version of a service say they serve: calls for it go to them where neither a route nor a registered
     * name leads elsewhere.
     *
     * @param grpcServices full names of gRPC services, each once; empty for none
     */
    public void setGrpcServices(String service, String version, List<String> grpcServices) {
        control.execute(() -> watcher.learned(service, version, grpcServices));
    }

    /**
     * Runs the task once the table reflects at least this revision, on the control thread; everybody was told by then what the table took
     * out. A registry that is behind is asked to make sure of it.
     *
     * @return takes the task back; it may still run when that is called too late
     */
    public Scheduled whenRouted(long revision, Runnable task) {
        AtomicReference<Scheduled> waiting = new AtomicReference<>();
        control.execute(() -> {
            waiting.set(watcher.whenRouted(revision, task));
            registries.forEach(r -> r.catchUp(revision));
        });
        return () -> control.execute(() -> {
            Scheduled w = waiting.get();
            if (w != null) {
                w.cancel();
            }
        });
    }

    /**
     * Waits until the first full snapshot of every registry is in the table.
     *
     * @return whether it is, within the limit
     */
    public boolean awaitFirstSnapshot(Duration limit) throws InterruptedException {
        return firstSnapshot.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whether the first full snapshot of every registry is in the table. */
    public boolean ready() {
        return firstSnapshot.getCount() == 0;
    }

    /** How the registries stand. */
    public List<RegistryStatus> status() {
        return registries.stream().map(Registry::status).toList();
    }

    /**
     * How one registry stands.
     *
     * @throws IllegalArgumentException when there is none of the name
     */
    public RegistryStatus status(String name) {
        return registries.stream()
                .filter(r -> r.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " is not among the registries"))
                .status();
    }

    /** The keys that register nothing, and why. */
    public List<Refusal> refusals() {
        return registries.stream().flatMap(r -> r.refusals().stream()).toList();
    }

    /** Ends it; the last table stays as it is. */
    @Override
    public void close() {
        control.execute(() -> registries.forEach(Registry::close));
        control.close();
    }
}
