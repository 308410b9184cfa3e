package io.leasegate.benchmarks;

import static java.util.Objects.requireNonNull;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.routing.Destination;
import io.leasegate.routing.RequestHead;
import io.leasegate.routing.RouteTable;
import io.leasegate.routing.RouteTableBuilder;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the size of the table is to a call and to a change: from ten services to ten thousand, ten instances each. Calls go to a few services, as they do
 * in the time for which a processor's caches remember, and in {@code routeToAny} to all in turn at random.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TableSizeBenchmark {

    private static final int INSTANCES_OF_EACH = 10;
    private static final int FEW = 8;
    private static final AsciiString ELSEWHERE = AsciiString.of("gateway.example.com");

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

    @Param({"10", "100", "1000", "10000"})
    int services;

    private final RouteTableBuilder builder =
            new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), List.of(), "etcd");
    private Head[] byAuthority = new Head[0];
    private Head[] byServiceName = new Head[0];
    private RouteTable table = builder.table();
    private final SplittableRandom random = new SplittableRandom(1);
    private int turn;
    private long revision = 2;

    @Setup
    public void fill() {
        byAuthority = new Head[services];
        byServiceName = new Head[services];
        for (int s = 0; s < services; s++) {
            byAuthority[s] = new Head(AsciiString.of(name(s) + ":8080"), AsciiString.of("/any.Thing/Do"));
            byServiceName[s] = new Head(ELSEWHERE, AsciiString.of("/" + name(s) + "/Do"));
            for (int i = 0; i < INSTANCES_OF_EACH; i++) {
                set(s, i, true);
            }
        }
        for (Endpoint endpoint : builder.build(1).table().clusters().stream()
                .flatMap(cluster -> cluster.endpoints().stream())
                .toList()) {
            endpoint.state(EndpointState.HEALTHY, "");
            builder.healthChanged(endpoint);
        }
        table = builder.build(revision).table();
    }

    private static String name(int service) {
        return "shop.Service" + service;
    }

    private void set(int service, int instance, boolean there) {
        String key = "/" + name(service) + "/" + instance;
        String host = "10." + service / 250 + "." + service % 250 + "." + (1 + instance);
        Instance i = new Instance(
                new EndpointId(name(service), host, 8080), 1, "", Map.of(), false, "seed", key, 7, 15, revision);
        builder.set(key, there ? List.of(i) : List.of());
    }

    @Benchmark
    public @Nullable Endpoint routeByAuthority() {
        return route(byAuthority[turn++ & FEW - 1]);
    }

    @Benchmark
    public @Nullable Endpoint routeByServiceName() {
        return route(byServiceName[turn++ & FEW - 1]);
    }

    /** As far from the caches as a table of this size gets. */
    @Benchmark
    public @Nullable Endpoint routeToAny() {
        return route(byAuthority[random.nextInt(services)]);
    }

    private @Nullable Endpoint route(Head head) {
        Destination destination = requireNonNull(table.match(head));
        return destination.picker().pick(head);
    }

    /** An instance of one of the services leaves, and joins again the next time. */
    @Benchmark
    public RouteTable change() {
        int n = turn++;
        set((n >>> 1) % services, 3, (n & 1) == 1);
        return builder.build(++revision).table();
    }
}
