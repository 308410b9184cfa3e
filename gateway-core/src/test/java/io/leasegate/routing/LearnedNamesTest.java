package io.leasegate.routing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.leasegate.balance.PickRequest;
import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where calls go by what instances say they serve. */
class LearnedNamesTest {

    private static final String GREETER = "helloworld.Greeter";
    private static final String PATH = "/helloworld.Greeter/SayHello";

    private final RouteTableBuilder builder =
            new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), List.of(), "etcd");

    private void register(String service, String version, int port) {
        EndpointId id = new EndpointId(service, "127.0.0.1", port);
        Instance i = new Instance(id, Traits.builder().version(version).build(), "static", "", 0, 0, 0);
        builder.set(key(service, port), List.of(i));
        healthy();
    }

    private void unregister(String service, int port) {
        builder.set(key(service, port), List.of());
    }

    private static String key(String service, int port) {
        return service + ":" + port;
    }

    private void healthy() {
        for (Endpoint e : builder.build(1).added()) {
            e.state(EndpointState.HEALTHY, "");
            builder.healthChanged(e);
        }
    }

    private RouteTable table() {
        return builder.build(1).table();
    }

    private static @Nullable String service(RouteTable table, String authority, String path) {
        Destination d = table.match(TestRequest.of(authority, path));
        return d == null ? null : d.cluster().name();
    }

    /** The ports that calls for the path come to. */
    private Set<Integer> ports(String path) {
        TestRequest request = TestRequest.of("gw", path);
        Destination d = requireNonNull(table().match(request));
        Set<Integer> ports = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            ports.add(pick(d, request).id().port());
        }
        return ports;
    }

    private static Endpoint pick(Destination d, PickRequest request) {
        return requireNonNull(d.picker().pick(request));
    }

    @Test
    void aServiceUnderAnotherNameIsFoundByWhatItServes() {
        register("hello", "1", 1);
        assertThat(service(table(), "gw", PATH)).isNull();
        builder.learned("hello", "1", List.of(GREETER));
        RouteTable table = table();
        assertThat(service(table, "gw", PATH)).isEqualTo("hello");
        assertThat(service(table, "gw", "/helloworld.Other/SayHello")).isNull();
        assertThat(service(table, "gw", "/greeter/SayHello")).isNull();
        assertThat(table.grpcServices("hello")).isEqualTo(Map.of("1", List.of(GREETER)));
        assertThat(table.serviceThatOffers(GREETER)).isEqualTo("hello");
        assertThat(table.grpcServiceCount()).isEqualTo(1);
    }

    @Test
    void registeredNamesGoFirst() {
        register("hello", "1", 1);
        builder.learned("hello", "1", List.of(GREETER));
        register("greeter", "1", 2);
        assertThat(service(table(), "gw", PATH)).isEqualTo("greeter");
        register(GREETER, "1", 3);
        assertThat(service(table(), "gw", PATH)).isEqualTo(GREETER);
        register("gw", "1", 4);
        assertThat(service(table(), "gw", PATH)).isEqualTo("gw");
    }

    @Test
    void aRouteGoesFirst() {
        register("hello", "1", 1);
        builder.learned("hello", "1", List.of(GREETER));
        builder.routes(List.of(new Route(RouteMatch.grpc(GREETER, null), "elsewhere", "")));
        assertThat(service(table(), "gw", PATH)).isEqualTo("elsewhere");
    }

    /** A service that was renamed in the registry is not hidden by its old name. */
    @Test
    void aNameThatLostItsInstancesGoesLast() {
        register("greeter", "1", 1);
        register("hello", "1", 2);
        builder.learned("hello", "1", List.of(GREETER));
        assertThat(service(table(), "gw", PATH)).isEqualTo("greeter");
        unregister("greeter", 1);
        assertThat(service(table(), "gw", PATH)).isEqualTo("hello");
    }

    @Test
    void callsGoToTheVersionsThatHaveIt() {
        register("hello", "1", 1);
        register("hello", "2", 2);
        register("hello", "3", 3);
        builder.learned("hello", "1", List.of(GREETER));
        assertThat(ports(PATH)).containsExactly(1);
        builder.learned("hello", "2", List.of("a.B", GREETER));
        assertThat(ports(PATH)).containsExactly(1, 2);
        assertThat(ports("/a.B/C")).containsExactly(2);
        builder.learned("hello", "3", List.of(GREETER));
        assertThat(ports(PATH)).containsExactly(1, 2, 3);
        // the same instances as by the registered name, and the same picker
        assertThat(table().match(TestRequest.of("gw", PATH))).isSameAs(table().match(TestRequest.of("hello", PATH)));
        assertThat(ports("/a.B/C")).containsExactly(2);
        builder.learned("hello", "2", List.of());
        assertThat(ports(PATH)).containsExactly(1, 3);
        assertThat(service(table(), "gw", "/a.B/C")).isNull();
    }

    @Test
    void whereNobodyOfTheVersionsIsHealthyNobodyElseIsCalled() {
        register("hello", "1", 1);
        register("hello", "2", 2);
        builder.learned("hello", "1", List.of(GREETER));
        Endpoint e = requireNonNull(table().find("hello", "127.0.0.1:1"));
        e.state(EndpointState.UNREACHABLE, "");
        builder.healthChanged(e);
        TestRequest request = TestRequest.of("gw", PATH);
        Destination d = requireNonNull(table().match(request));
        assertThat(d.picker().pick(request)).isNull();
        assertThat(d.describe()).isEqualTo("service hello in version 1: 2 registered");
    }

    @Test
    void whatAVersionTaughtGoesWithItsLastInstance() {
        register("hello", "1", 1);
        register("hello", "1", 2);
        register("hello", "2", 3);
        builder.learned("hello", "1", List.of(GREETER));
        unregister("hello", 1);
        assertThat(ports(PATH)).containsExactly(2);
        unregister("hello", 2);
        RouteTable table = table();
        assertThat(service(table, "gw", PATH)).isNull();
        assertThat(table.grpcServices("hello")).isEmpty();
        assertThat(table.grpcServiceCount()).isZero();
        // the version is new when it comes again
        register("hello", "1", 4);
        assertThat(service(table(), "gw", PATH)).isNull();
    }

    @Test
    void whatAServiceTaughtGoesWithIt() {
        register("hello", "1", 1);
        builder.learned("hello", "1", List.of(GREETER));
        assertThat(service(table(), "gw", PATH)).isEqualTo("hello");
        unregister("hello", 1);
        assertThat(service(table(), "gw", PATH)).isNull();
        builder.learned("hello", "1", List.of(GREETER));
        register("hello", "1", 1);
        assertThat(service(table(), "gw", PATH)).isNull();
    }

    @Test
    void anInstanceThatChangesItsVersionTakesNothingAlong() {
        register("hello", "1", 1);
        builder.learned("hello", "1", List.of(GREETER));
        assertThat(ports(PATH)).containsExactly(1);
        register("hello", "2", 1);
        assertThat(service(table(), "gw", PATH)).isNull();
    }

    @Test
    void ofSeveralServicesTheFirstByNameGetsTheCalls() {
        register("b", "1", 1);
        builder.learned("b", "1", List.of(GREETER));
        TableUpdate alone = builder.build(1);
        assertThat(alone.collisions()).isEmpty();
        register("a", "1", 2);
        builder.learned("a", "1", List.of(GREETER));
        TableUpdate both = builder.build(1);
        assertThat(both.collisions()).containsExactly(new Collision(GREETER, List.of("a", "b")));
        assertThat(service(both.table(), "gw", PATH)).isEqualTo("a");
        assertThat(both.table().grpcServices("b")).isEqualTo(Map.of("1", List.of(GREETER)));
        assertThat(both.table().grpcServiceCount()).isEqualTo(1);

        register("c", "1", 3);
        builder.learned("c", "1", List.of(GREETER));
        assertThat(builder.build(1).collisions()).as("it changes nothing").isEmpty();
        unregister("a", 2);
        assertThat(service(table(), "gw", PATH)).isEqualTo("b");
        assertThat(builder.build(1).collisions()).isEmpty();
    }

    @Test
    void newsThatAreNoneMakeNoTable() {
        register("hello", "1", 1);
        builder.learned("hello", "1", List.of(GREETER));
        RouteTable before = table();
        builder.learned("hello", "1", List.of(GREETER));
        builder.learned("other", "1", List.of(GREETER));
        builder.learned("hello", "2", List.of(GREETER));
        builder.learned("hello", "9", List.of());
        RouteTable after = table();
        assertThat(after.grpcServices("hello")).isEqualTo(Map.of("1", List.of(GREETER)));
        builder.learned("hello", "1", List.of(GREETER));
        assertThat(table()).isSameAs(after);
        assertThat(before.grpcServices("hello")).isEqualTo(after.grpcServices("hello"));
    }

    @Test
    void anOldTableKeepsWhatItKnew() {
        register("hello", "1", 1);
        builder.learned("hello", "1", List.of(GREETER));
        RouteTable before = table();
        builder.learned("hello", "1", List.of("a.B"));
        RouteTable after = table();
        assertThat(service(before, "gw", PATH)).isEqualTo("hello");
        assertThat(before.grpcServices("hello")).isEqualTo(Map.of("1", List.of(GREETER)));
        assertThat(service(after, "gw", PATH)).isNull();
        assertThat(service(after, "gw", "/a.B/C")).isEqualTo("hello");
    }

    /** One that ends with what was learned, and one that finds nothing. */
    @Test
    void aLookupAllocatesNothing() {
        register("hello", "1", 1);
        register("hello", "2", 2);
        builder.learned("hello", "1", List.of(GREETER));
        RouteTable table = table();
        TestRequest learned = TestRequest.of("gw:443", PATH);
        TestRequest unknown = TestRequest.of("gw:443", "/helloworld.Unknown/SayHello");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        // The first rounds are the warm-up; the virtual machine itself allocates a little, once in a while.
        for (int round = 0; round < 10; round++) {
            int found = 0;
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 20_000; i++) {
                found += table.match(learned) == null ? 0 : 1;
                found += table.match(unknown) == null ? 0 : 1;
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            assertThat(found).isEqualTo(20_000);
        }
        assertThat(least / 40_000).isZero();
    }

    /** A pick over the versions that have a gRPC service follows health as every other does. */
    @Test
    void itFollowsHealth() {
        register("hello", "1", 1);
        register("hello", "1", 2);
        register("hello", "2", 3);
        builder.learned("hello", "1", List.of(GREETER));
        assertThat(ports(PATH)).containsExactly(1, 2);
        Endpoint e = requireNonNull(table().find("hello", "127.0.0.1:1"));
        e.state(EndpointState.NOT_SERVING, "");
        builder.healthChanged(e);
        assertThat(ports(PATH)).containsExactly(2);
    }
}
