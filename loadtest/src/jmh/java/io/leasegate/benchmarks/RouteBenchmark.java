package io.leasegate.benchmarks;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.routing.Destination;
import io.leasegate.routing.RequestHead;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteMatch;
import io.leasegate.routing.RouteTable;
import io.leasegate.routing.RouteTableBuilder;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a call costs on its way from its headers to an endpoint, and what a change costs the control thread, with 10,000 instances in the table. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteBenchmark {

    private static final int SERVICES = 100;
    private static final int INSTANCES_PER_SERVICE = 100;

    private record Head(CharSequence authority, CharSequence path) implements RequestHead {
        @Override
        public @Nullable CharSequence header(String name) {
            return null;
        }

        @Override
        public long choice() {
            return 0;
        }

        @Override
        public @Nullable CharSequence identity() {
            return null;
        }
    }

    private final Head byAuthority = head("service-42:8080", "/shop.Orders/Place");
    private final Head byServiceName = head("gateway.example.com", "/shop.Stock/Count");
    private final Head byRoute = head("gateway.example.com", "/route.Number19/Call");
    private final RouteTableBuilder plain = filled(List.of());
    private final RouteTable table = plain.build(1).table();
    private final RouteTable tableWithRoutes = filled(routes()).build(1).table();

    @SuppressWarnings("NullAway.Init") // set before all
    private Destination destination;

    private int turn;

    @Setup
    public void healthy() {
        for (Endpoint endpoint : table.clusters().stream()
                .flatMap(cluster -> cluster.endpoints().stream())
                .toList()) {
            endpoint.state(EndpointState.HEALTHY, "");
            plain.healthChanged(endpoint);
        }
        Destination found = plain.build(2).table().match(byAuthority);
        if (found == null || tableWithRoutes.match(byRoute) == null || table.match(byServiceName) == null) {
            throw new IllegalStateException("the requests lead nowhere");
        }
        destination = found;
    }

    private static Head head(String authority, String path) {
        return new Head(AsciiString.of(authority), AsciiString.of(path));
    }

    private static RouteTableBuilder filled(List<Route> routes) {
        RouteTableBuilder builder = new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), routes, "etcd");
        for (int service = 0; service < SERVICES; service++) {
            for (int i = 1; i <= INSTANCES_PER_SERVICE; i++) {
                add(builder, "service-" + service, "10.0." + service + "." + i);
            }
        }
        add(builder, "shop.Stock", "10.1.0.1");
        return builder;
    }

    private static void add(RouteTableBuilder builder, String service, String host) {
        String key = "/" + service + "/" + host;
        EndpointId id = new EndpointId(service, host, 8080);
        builder.set(key, List.of(new Instance(id, 1, "", Map.of(), false, "seed", key, 7, 15, 1)));
    }

    private static List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            routes.add(new Route(RouteMatch.grpc("route.Number" + i, null), "service-" + i, ""));
        }
        return routes;
    }

    @Benchmark
    public @Nullable Destination matchByAuthority() {
        return table.match(byAuthority);
    }

    @Benchmark
    public @Nullable Destination matchByServiceName() {
        return table.match(byServiceName);
    }

    /** The last of twenty routes. */
    @Benchmark
    public @Nullable Destination matchByRoute() {
        return tableWithRoutes.match(byRoute);
    }

    @Benchmark
    public @Nullable Endpoint pick() {
        return destination.picker().pick(byAuthority);
    }

    /** An instance joins, and leaves the next time. */
    @Benchmark
    public RouteTable changeOneInstance() {
        String key = "/service-7/10.9.9.9";
        if ((turn++ & 1) == 0) {
            add(plain, "service-7", "10.9.9.9");
        } else {
            plain.set(key, List.of());
        }
        return plain.build(turn).table();
    }
}
