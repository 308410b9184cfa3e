package io.leasegate.routing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RouteTableBuilderTest {

    private final List<String> balancersMade = new ArrayList<>();
    private final RouteTableBuilder builder = builder(List.of());

    @Test
    void beginsWithAnEmptyTable() {
        RouteTable table = builder.table();
        assertThat(table.version()).isZero();
        assertThat(table.source()).isEqualTo("etcd");
        assertThat(table.clusters()).isEmpty();
        assertThat(builder.build(0).table()).isSameAs(table);
    }

    @Test
    void theSameInputTwiceGivesTheSameTable() {
        builder.set("k", List.of(instance("echo", 1, 5)));
        TableUpdate first = builder.build(5);
        assertThat(first.table().version()).isEqualTo(1);
        assertThat(addresses(first.added())).containsExactly("127.0.0.1:1");
        builder.set("k", List.of(instance("echo", 1, 5)));
        TableUpdate second = builder.build(5);
        assertThat(second.table()).isSameAs(first.table());
        assertThat(second.added()).isEmpty();
        assertThat(second.removed()).isEmpty();
    }

    @Test
    void aNewRevisionWithoutAChangeKeepsTheVersion() {
        builder.set("k", List.of(instance("echo", 1, 5)));
        RouteTable first = builder.build(5).table();
        // a re-put of the same content, as some registrars do all the time
        builder.set("k", List.of(instance("echo", 1, 6)));
        RouteTable second = builder.build(6).table();
        assertThat(second.version()).isEqualTo(first.version());
        assertThat(second.revision()).isEqualTo(6);
        assertThat(second.clusters().get(0)).isSameAs(first.clusters().get(0));
        assertThat(endpoint(second, "echo", 1).instance().modRevision()).isEqualTo(6);
    }

    @Test
    void keepsTheEndpointWhenItsRegistrationChanges() {
        builder.set("k", List.of(instance("echo", 1, 5)));
        RouteTable first = builder.build(5).table();
        Endpoint e = endpoint(first, "echo", 1);
        builder.set("k", List.of(instance("echo", 1, 6, 7, "")));
        TableUpdate update = builder.build(6);
        assertThat(update.table().version()).isEqualTo(2);
        assertThat(update.added()).isEmpty();
        assertThat(endpoint(update.table(), "echo", 1)).isSameAs(e);
        assertThat(e.instance().weight()).isEqualTo(7);
        assertThat(destination(update.table(), "echo").picker())
                .isNotSameAs(destination(first, "echo").picker());
    }

    @Test
    void aRemovedEndpointDrainsAndComesBackAsANewOne() {
        builder.set("k", List.of(instance("echo", 1, 5)));
        Endpoint old = endpoint(builder.build(5).table(), "echo", 1);
        old.state(EndpointState.HEALTHY, "");
        builder.set("k", List.of());
        TableUpdate gone = builder.build(6);
        assertThat(gone.removed()).containsExactly(old);
        assertThat(old.state()).isEqualTo(EndpointState.DRAINING);
        assertThat(old.stateReason()).isEqualTo("no longer registered");
        assertThat(gone.table().clusters()).isEmpty();
        assertThat(destination(gone.table(), "echo").cluster().endpoints()).isEmpty();
        assertThat(pick(gone.table(), "echo")).isNull();
        builder.set("k", List.of(instance("echo", 1, 7)));
        TableUpdate back = builder.build(7);
        assertThat(endpoint(back.table(), "echo", 1)).isNotSameAs(old);
        assertThat(back.added()).hasSize(1);
        assertThat(builder.holds(old)).isFalse();
        assertThat(builder.holds(endpoint(back.table(), "echo", 1))).isTrue();
    }

    @Test
    void aKeyThatGoesAndComesBetweenTwoBuildsKeepsItsEndpoint() {
        builder.set("k", List.of(instance("echo", 1, 5)));
        RouteTable first = builder.build(5).table();
        builder.set("k", List.of());
        builder.set("k", List.of(instance("echo", 1, 7)));
        TableUpdate second = builder.build(7);
        assertThat(second.removed()).isEmpty();
        assertThat(endpoint(second.table(), "echo", 1)).isSameAs(endpoint(first, "echo", 1));
    }

    @Test
    void aServiceThatComesAndGoesBetweenTwoBuildsLeavesNoTrace() {
        builder.set("k", List.of(instance("echo", 1, 5)));
        builder.set("k", List.of());
        TableUpdate update = builder.build(6);
        assertThat(update.table().version()).isZero();
        assertThat(update.table().match(TestRequest.of("echo", "/x/y"))).isNull();
        builder.set("k", List.of(instance("echo", 1, 7)));
        assertThat(builder.build(7).added()).hasSize(1);
    }

    @Test
    void severalKeysOfOneAddressMakeOneEndpointOfTheNewest() {
        builder.set("a", List.of(instance("echo", 1, 5, 50, "")));
        builder.set("b", List.of(instance("echo", 1, 6, 60, "")));
        Endpoint e = endpoint(builder.build(6).table(), "echo", 1);
        assertThat(e.instance().weight()).isEqualTo(60);
        builder.set("a", List.of(instance("echo", 1, 7, 70, "")));
        builder.build(7);
        assertThat(e.instance().weight()).isEqualTo(70);
        builder.set("a", List.of());
        assertThat(builder.build(8).removed()).isEmpty();
        assertThat(e.instance().weight()).isEqualTo(60);
        assertThat(e.state()).isNotEqualTo(EndpointState.DRAINING);
        builder.set("b", List.of());
        assertThat(builder.build(9).removed()).containsExactly(e);
    }

    @Test
    void aKeyMayStandForSeveralAddressesAndMoveToAnotherService() {
        builder.set("k", List.of(instance("echo", 1, 5), instance("echo", 2, 5)));
        assertThat(addresses(cluster(builder.build(5).table(), "echo").endpoints()))
                .containsExactly("127.0.0.1:1", "127.0.0.1:2");
        builder.set("k", List.of(instance("echo", 2, 6), instance("chat", 1, 6)));
        TableUpdate update = builder.build(6);
        assertThat(addresses(cluster(update.table(), "echo").endpoints())).containsExactly("127.0.0.1:2");
        assertThat(addresses(cluster(update.table(), "chat").endpoints())).containsExactly("127.0.0.1:1");
        assertThat(addresses(update.removed())).containsExactly("127.0.0.1:1");
    }

    @Test
    void ordersEndpointsByAddress() {
        builder.setAll(List.of(
                keyed("c", new EndpointId("echo", "10.0.0.1", 900)),
                keyed("a", new EndpointId("echo", "10.0.0.2", 80)),
                keyed("b", new EndpointId("echo", "10.0.0.1", 1000))));
        assertThat(addresses(cluster(builder.build(1).table(), "echo").endpoints()))
                .containsExactly("10.0.0.1:900", "10.0.0.1:1000", "10.0.0.2:80");
    }

    @Test
    void onlyChangedServicesAreRebuilt() {
        builder.set("a", List.of(instance("a", 1, 1)));
        builder.set("b", List.of(instance("b", 1, 1)));
        RouteTable first = builder.build(1).table();
        builder.set("b", List.of(instance("b", 2, 2)));
        RouteTable second = builder.build(2).table();
        assertThat(destination(second, "a")).isSameAs(destination(first, "a"));
        assertThat(destination(second, "b")).isNotSameAs(destination(first, "b"));
        assertThat(balancersMade).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void picksHealthyEndpointsElseUncheckedOnesAndNeverOthers() {
        builder.set("k", List.of(instance("echo", 1, 1), instance("echo", 2, 1), instance("echo", 3, 1)));
        RouteTable table = builder.build(1).table();
        assertThat(picks(table, "echo")).containsExactly(1, 2, 3);
        table = state(table, "echo", 1, EndpointState.UNHEALTHY);
        assertThat(picks(table, "echo")).containsExactly(2, 3);
        table = state(table, "echo", 2, EndpointState.HEALTHY);
        assertThat(picks(table, "echo")).containsExactly(2);
        table = state(table, "echo", 1, EndpointState.HEALTHY);
        assertThat(picks(table, "echo")).containsExactly(1, 2);
        table = state(table, "echo", 1, EndpointState.EJECTED);
        table = state(table, "echo", 2, EndpointState.UNHEALTHY);
        assertThat(picks(table, "echo")).containsExactly(3);
        long version = table.version();
        table = state(table, "echo", 3, EndpointState.UNHEALTHY);
        assertThat(picks(table, "echo")).isEmpty();
        assertThat(table.version()).isEqualTo(version + 1);
        assertThat(cluster(table, "echo").endpoints()).hasSize(3);
    }

    @Test
    void whatItsRegistrationTakesOutOfRotationIsInTheTableAndNeverPicked() {
        builder.set("a", List.of(with(Traits.builder().build(), 1)));
        builder.set("b", List.of(with(Traits.builder().enabled(false).build(), 2)));
        builder.set("c", List.of(with(Traits.builder().healthy(false).build(), 3)));
        RouteTable table = builder.build(1).table();
        assertThat(table.clusters().get(0).endpoints()).hasSize(3);
        assertThat(picks(table, "echo")).containsExactly(1);
        // neither their own good health nor that of nobody else changes that
        for (Endpoint e : table.clusters().get(0).endpoints()) {
            boolean out = e.id().port() != 1;
            e.state(out ? EndpointState.HEALTHY : EndpointState.UNHEALTHY, "");
            builder.healthChanged(e);
        }
        table = builder.build(2).table();
        assertThat(picks(table, "echo")).isEmpty();
        // a re-put that puts it back
        builder.set("b", List.of(with(Traits.builder().build(), 2)));
        assertThat(picks(builder.build(3).table(), "echo")).containsExactly(2);
    }

    private static Instance with(Traits traits, int port) {
        return new Instance(id("echo", port), traits, "seed", "k", 0, 0, 1);
    }

    @Test
    void healthOfAnEndpointThatIsGoneChangesNothing() {
        builder.set("k", List.of(instance("echo", 1, 1)));
        Endpoint old = endpoint(builder.build(1).table(), "echo", 1);
        builder.set("k", List.of());
        RouteTable table = builder.build(2).table();
        builder.healthChanged(old);
        assertThat(builder.build(2).table()).isSameAs(table);
        builder.set("k", List.of(instance("echo", 1, 3)));
        table = builder.build(3).table();
        builder.healthChanged(old);
        assertThat(builder.build(3).table()).isSameAs(table);
    }

    @Test
    void aRouteWithAVersionLeadsToTheInstancesOfThatVersion() {
        RouteTableBuilder b = builder(List.of(
                new Route(RouteMatch.grpc("demo.Echo", "Beta"), "echo", "2"),
                new Route(RouteMatch.grpc("demo.Echo", "Gamma"), "echo", "3")));
        b.set("1", List.of(instance("echo", 1, 1, 1, "1")));
        b.set("2", List.of(instance("echo", 2, 1, 1, "2")));
        RouteTable table = b.build(1).table();
        assertThat(picks(requireNonNull(table.match(TestRequest.of("", "/demo.Echo/Beta")))))
                .containsExactly(2);
        assertThat(picks(requireNonNull(table.match(TestRequest.of("", "/demo.Echo/Gamma")))))
                .isEmpty();
        assertThat(picks(table, "echo")).containsExactly(1, 2);
        // the unknown version is still the known service
        assertThat(requireNonNull(table.match(TestRequest.of("", "/demo.Echo/Gamma")))
                        .cluster()
                        .endpoints())
                .hasSize(2);
        b.set("1", List.of(instance("echo", 1, 2, 1, "3")));
        table = b.build(2).table();
        assertThat(picks(requireNonNull(table.match(TestRequest.of("", "/demo.Echo/Gamma")))))
                .containsExactly(1);
    }

    @Test
    void aServiceThatOnlyARouteNamesIsKnown() {
        RouteTableBuilder b = builder(List.of(new Route(RouteMatch.grpc("demo.Echo", null), "echo", "2")));
        Destination byRoute = requireNonNull(b.table().match(TestRequest.of("", "/demo.Echo/Say")));
        assertThat(byRoute.cluster().name()).isEqualTo("echo");
        assertThat(byRoute.subset()).isEqualTo(Subset.ofVersion("2"));
        assertThat(picks(byRoute)).isEmpty();
        assertThat(destination(b.table(), "echo").cluster().endpoints()).isEmpty();
        assertThat(b.table().clusters()).isEmpty();
        b.set("k", List.of(instance("echo", 1, 1, 1, "2")));
        b.build(1);
        b.set("k", List.of());
        assertThat(picks(requireNonNull(b.build(2).table().match(TestRequest.of("", "/demo.Echo/Say")))))
                .isEmpty();
    }

    @Test
    void routesCanBeReplaced() {
        builder.set("k", List.of(instance("echo", 1, 1, 1, "2")));
        RouteTable before = builder.build(1).table();
        builder.routes(List.of(
                new Route(RouteMatch.grpc("demo.Echo", null), "echo", "2"),
                new Route(RouteMatch.grpc("demo.Chat", null), "chat", "")));
        RouteTable after = builder.build(1).table();
        assertThat(after.version()).isEqualTo(before.version() + 1);
        assertThat(picks(requireNonNull(after.match(TestRequest.of("", "/demo.Echo/Say")))))
                .containsExactly(1);
        assertThat(after.match(TestRequest.of("chat", "/x/y"))).isNotNull();
        builder.routes(List.of());
        RouteTable last = builder.build(1).table();
        assertThat(last.match(TestRequest.of("chat", "/x/y"))).isNull();
        assertThat(picks(last, "echo")).containsExactly(1);
    }

    @Test
    void remembersABoundedNumberOfEmptyServices() {
        RouteTableBuilder b = new RouteTableBuilder(n -> new RoundRobinLoadBalancer(), List.of(), "etcd", 3);
        for (int i = 1; i <= 5; i++) {
            b.set("k" + i, List.of(instance("s" + i, 1, i)));
        }
        b.build(5);
        for (int i = 1; i <= 4; i++) {
            b.set("k" + i, List.of());
            b.build(5 + i);
        }
        assertThat(known(b.table(), 5)).containsExactly("s2", "s3", "s4", "s5");
        // one that comes back counts anew when it goes again
        b.set("k2", List.of(instance("s2", 1, 10)));
        b.build(10);
        b.set("k2", List.of());
        b.set("k5", List.of());
        b.build(11);
        assertThat(known(b.table(), 5)).containsExactly("s2", "s4", "s5");
    }

    @Test
    void theSourceOfTheHighestPrecedenceSpeaksForAnAddressWhateverTheRevisions() {
        builder.set(1, "file", List.of(instance("echo", 1, 0, 10, "f")));
        builder.set(2, "etcd", List.of(instance("echo", 1, 7, 20, "e")));
        builder.set(0, "static", List.of(instance("echo", 1, 9, 30, "s")));
        Endpoint e = endpoint(builder.build(7).table(), "echo", 1);
        assertThat(e.instance().version()).isEqualTo("e");
        builder.set(2, "etcd", List.of());
        builder.build(8);
        assertThat(e.instance().version()).isEqualTo("f");
        builder.set(1, "file", List.of());
        TableUpdate update = builder.build(8);
        assertThat(e.instance().version()).isEqualTo("s");
        assertThat(update.removed()).isEmpty();
        builder.set(0, "static", List.of());
        assertThat(builder.build(8).removed()).containsExactly(e);
    }

    @Test
    void anExpectedServiceIsKnownWithoutInstances() {
        builder.expect(Set.of("s1", "s2"));
        assertThat(known(builder.build(0).table(), 3)).containsExactly("s1", "s2");
        builder.set("k", List.of(instance("s1", 1, 1)));
        RouteTable table = builder.build(1).table();
        assertThat(cluster(table, "s1").endpoints()).hasSize(1);
        builder.expect(Set.of("s1", "s2"));
        assertThat(builder.build(1).table()).isSameAs(table);
        builder.expect(Set.of("s3"));
        table = builder.build(1).table();
        assertThat(known(table, 3)).containsExactly("s1", "s3");
        assertThat(cluster(table, "s1").endpoints()).hasSize(1);
    }

    @Test
    void setAllReplacesEverything() {
        builder.setAll(List.of(keyed("a", id("echo", 1)), keyed("b", id("echo", 2)), keyed("c", id("chat", 1))));
        builder.build(1);
        builder.setAll(List.of(keyed("b", id("echo", 2)), keyed("d", id("echo", 3))));
        TableUpdate update = builder.build(2);
        assertThat(addresses(cluster(update.table(), "echo").endpoints()))
                .containsExactly("127.0.0.1:2", "127.0.0.1:3");
        assertThat(update.table().clusters()).hasSize(1);
        assertThat(update.removed()).hasSize(2);
        assertThat(update.added()).hasSize(1);
    }

    private RouteTableBuilder builder(List<Route> routes) {
        return new RouteTableBuilder(
                name -> {
                    balancersMade.add(name);
                    return new RoundRobinLoadBalancer();
                },
                routes,
                "etcd");
    }

    private RouteTable state(RouteTable table, String service, int port, EndpointState state) {
        Endpoint e = endpoint(table, service, port);
        e.state(state, "test");
        builder.healthChanged(e);
        return builder.build(table.revision()).table();
    }

    private static Set<String> known(RouteTable table, int count) {
        Set<String> names = new TreeSet<>();
        for (int i = 1; i <= count; i++) {
            if (table.match(TestRequest.of("s" + i, "/x/y")) != null) {
                names.add("s" + i);
            }
        }
        return names;
    }

    private static List<String> addresses(List<Endpoint> endpoints) {
        return endpoints.stream().map(e -> e.id().address()).toList();
    }

    private static Cluster cluster(RouteTable table, String name) {
        return table.clusters().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Destination destination(RouteTable table, String service) {
        return requireNonNull(table.match(TestRequest.of(service, "/x/y")));
    }

    private static Endpoint endpoint(RouteTable table, String service, int port) {
        return requireNonNull(table.find(service, "127.0.0.1:" + port));
    }

    private static @Nullable Endpoint pick(RouteTable table, String service) {
        return destination(table, service).picker().pick(name -> null);
    }

    private static Set<Integer> picks(RouteTable table, String service) {
        return picks(destination(table, service));
    }

    private static Set<Integer> picks(Destination destination) {
        Set<Integer> ports = new TreeSet<>();
        for (int i = 0; i < 50; i++) {
            Endpoint e = destination.picker().pick(name -> null);
            if (e != null) {
                ports.add(e.id().port());
            }
        }
        return ports;
    }

    static EndpointId id(String service, int port) {
        return new EndpointId(service, "127.0.0.1", port);
    }

    static Instance keyed(String key, EndpointId id) {
        return new Instance(id, 1, "", Map.of(), false, "seed", key, 0, 0, 1);
    }

    static Instance instance(String service, int port, long modRevision) {
        return instance(service, port, modRevision, 1, "");
    }

    static Instance instance(String service, int port, long modRevision, long weight, String version) {
        return new Instance(
                id(service, port), weight, version, new HashMap<>(), false, "seed", "k", 7, 10, modRevision);
    }
}
