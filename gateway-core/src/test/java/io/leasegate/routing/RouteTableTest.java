package io.leasegate.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {

    @ParameterizedTest
    @CsvSource({
        "echo, /x.Y/Z, echo",
        "echo:8080, /x.Y/Z, echo",
        // a host is the same in any case
        "Echo:8080, /x.Y/Z, echo",
        "[::1]:8080, /x.Y/Z, [::1]",
        "gateway:8080, /demo.Echo/Say, demo.Echo",
        "gateway:8080, /other.Echo/Say, echo",
        "gateway:8080, /Echo/Say, echo",
        // the authority goes before the path
        "echo, /demo.Echo/Say, echo",
        "'', /demo.Echo/Say, demo.Echo",
    })
    void findsTheServiceByNameWhereNoRouteMatches(String authority, String path, String service) {
        RouteTable table = table(List.of(), "echo", "demo.Echo", "[::1]");
        assertThat(cluster(table, authority, path)).isEqualTo(service);
    }

    @ParameterizedTest
    @CsvSource({
        "gateway, /",
        "gateway, ''",
        "gateway, '*'",
        "gateway, /echo",
        "gateway, //echo",
        "gateway, /nothing.Here/Call",
        "'', /.Echoes/x",
        ":8080, /x/y",
    })
    void findsNothing(String authority, String path) {
        RouteTable table = table(List.of(), "echo");
        TestRequest request = TestRequest.of(authority, path);
        assertThat(table.match(request)).isNull();
        assertThat(table.describeMiss(request)).startsWith("no service for this request: no route matches");
    }

    @Test
    void theFirstMatchingRouteWinsOverLaterOnesAndOverNames() {
        RouteTable table = table(
                List.of(
                        new Route(RouteMatch.grpc("demo.Echo", "Say"), "a", ""),
                        new Route(RouteMatch.grpc("demo.Echo", null), "b", ""),
                        new Route(RouteMatch.grpc("demo.Echo", "Say"), "echo", "")),
                "echo",
                "a",
                "b");
        assertThat(cluster(table, "echo", "/demo.Echo/Say")).isEqualTo("a");
        assertThat(cluster(table, "echo", "/demo.Echo/Other")).isEqualTo("b");
        assertThat(cluster(table, "echo", "/demo.Other/Say")).isEqualTo("echo");
    }

    @Test
    void aServiceWithInstancesGoesBeforeANameThatLostThem() {
        RouteTableBuilder builder = new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), List.of(), "etcd");
        builder.set("1", List.of(instance("gateway")));
        builder.set("2", List.of(instance("demo.Echo")));
        builder.set("3", List.of(instance("echo")));
        builder.build(1);
        builder.set("1", List.of());
        assertThat(cluster(builder.build(2).table(), "gateway", "/demo.Echo/Say"))
                .isEqualTo("demo.Echo");
        builder.set("2", List.of());
        assertThat(cluster(builder.build(3).table(), "gateway", "/demo.Echo/Say"))
                .isEqualTo("echo");
        builder.set("3", List.of());
        RouteTable table = builder.build(4).table();
        assertThat(cluster(table, "gateway", "/demo.Echo/Say")).isEqualTo("gateway");
        assertThat(cluster(table, "other", "/demo.Echo/Say")).isEqualTo("demo.Echo");
        assertThat(cluster(table, "other", "/other.Echo/Say")).isEqualTo("echo");
        assertThat(table.clusters()).isEmpty();
    }

    @Test
    void saysWhatItLookedFor() {
        RouteTable table = table(List.of(), "echo");
        assertThat(table.describeMiss(TestRequest.of("gw:80", "/demo.Chat/Say")))
                .isEqualTo(
                        "no service for this request: no route matches, nothing is registered as 'gw' (:authority),"
                                + " as 'demo.Chat' or as 'chat' (:path), and no instance says by server reflection that it serves it");
        assertThat(table.describeMiss(TestRequest.of("", "/chat/Say")))
                .isEqualTo("no service for this request: no route matches, nothing is registered as 'chat' (:path),"
                        + " and no instance says by server reflection that it serves it");
        assertThat(table.describeMiss(TestRequest.of("gw", "/favicon.ico")))
                .isEqualTo("no service for this request: no route matches, nothing is registered as 'gw' (:authority),"
                        + " the path '/favicon.ico' names none (expected /package.Service/Method)");
    }

    @Test
    void repeatsALongNameInPartOnly() {
        RouteTable table = table(List.of(), "echo");
        String name = "x".repeat(60_000);
        assertThat(table.describeMiss(TestRequest.of(name, "/" + name + "/Say")))
                .hasSizeLessThan(1000);
        assertThat(table.describeMiss(TestRequest.of(name, name))).hasSizeLessThan(1000);
    }

    @Test
    void findsAnEndpointByItsAddress() {
        RouteTable table = table(List.of(), "echo");
        assertThat(table.find("echo", "127.0.0.1:1001")).isNotNull();
        assertThat(table.find("echo", "127.0.0.1:1002")).isNull();
        assertThat(table.find("other", "127.0.0.1:1001")).isNull();
    }

    private static @Nullable String cluster(RouteTable table, String authority, String path) {
        Destination d = table.match(TestRequest.of(authority, path));
        return d == null ? null : d.cluster().name();
    }

    private static RouteTable table(List<Route> routes, String... services) {
        RouteTableBuilder builder = new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), routes, "static");
        List<Instance> all = new ArrayList<>();
        for (String s : services) {
            all.add(instance(s));
        }
        builder.setAll(all);
        return builder.build(0).table();
    }

    private static Instance instance(String service) {
        return new Instance(new EndpointId(service, "127.0.0.1", 1001), 1, "", Map.of(), false, "static", "", 0, 0, 0);
    }
}
