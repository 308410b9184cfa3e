package io.leasegate.routing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Routes that mean some of a service's instances: by version, by labels, by what a header of the call says. */
class SubsetTest {

    private static final RouteMatch ANY = new RouteMatch(null, "/", null, List.of());
    private static final String HEADER = "x-version";

    private static Instance instance(int port, String version, List<String> tags, Map<String, String> metadata) {
        Traits traits =
                Traits.builder().version(version).tags(tags).metadata(metadata).build();
        return new Instance(new EndpointId("shop", "10.0.0.1", port), traits, "seed", "key" + port, 0, 0, 1);
    }

    private static RouteTableBuilder builder(Subset subset, String versionHeader) {
        Route route = new Route(
                ANY,
                List.of(new Route.Target("shop", subset, 1, null, null)),
                HeaderChanges.NONE,
                null,
                null,
                versionHeader);
        RouteTableBuilder b = new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), List.of(route), "static");
        b.set("1", List.of(instance(1, "1.0.0", List.of("canary", "eu"), Map.of("env", "test"))));
        b.set("2", List.of(instance(2, "1.2.0", List.of("eu"), Map.of("env", "prod", "rack", "7"))));
        b.set("3", List.of(instance(3, "2.0.0", List.of(), Map.of("env", "prod"))));
        return b;
    }

    private static TestRequest request(String... header) {
        return new TestRequest("", "/a/b", header.length == 0 ? Map.of() : Map.of(header[0], header[1]));
    }

    private static Set<Integer> ports(RouteTable table, TestRequest request) {
        Destination d = requireNonNull(table.match(request));
        Set<Integer> ports = new TreeSet<>();
        for (int i = 0; i < 12; i++) {
            Endpoint e = d.picker().pick(request);
            if (e != null) {
                ports.add(e.id().port());
            }
        }
        return ports;
    }

    private static Set<Integer> ports(Subset subset) {
        return ports(builder(subset, "").build(1).table(), request());
    }

    private static Subset of(String version, Set<String> tags, Map<String, String> metadata) {
        return new Subset(VersionMatch.of(version), tags, metadata);
    }

    @Test
    void instancesAreChosenByRangeLabelsAndMetadata() {
        assertThat(ports(Subset.ALL)).containsExactly(1, 2, 3);
        assertThat(ports(of("^1", Set.of(), Map.of()))).containsExactly(1, 2);
        assertThat(ports(of("1.2.0", Set.of(), Map.of()))).containsExactly(2);
        assertThat(ports(of("", Set.of("eu"), Map.of()))).containsExactly(1, 2);
        assertThat(ports(of("", Set.of("eu", "canary"), Map.of()))).containsExactly(1);
        assertThat(ports(of("", Set.of(), Map.of("env", "prod")))).containsExactly(2, 3);
        assertThat(ports(of(">1", Set.of(), Map.of("env", "prod")))).containsExactly(3);
        assertThat(ports(of("^1", Set.of("eu"), Map.of("rack", "7")))).containsExactly(2);
        assertThat(ports(of("", Set.of("us"), Map.of()))).isEmpty();
    }

    @Test
    void whyAnInstanceIsNoneOfThem() {
        Traits one = instance(1, "1.0.0", List.of("eu"), Map.of("env", "test")).traits();
        assertThat(of("^2", Set.of(), Map.of()).whyNot(one)).isEqualTo("version ^2 wanted, it is 1.0.0");
        assertThat(of("", Set.of("us"), Map.of()).whyNot(one)).isEqualTo("tag us wanted, it has [eu]");
        assertThat(of("", Set.of(), Map.of("env", "prod")).whyNot(one))
                .isEqualTo("metadata env = prod wanted, it has test");
        assertThat(of("^1", Set.of("eu"), Map.of("env", "test")).whyNot(one)).isEmpty();
        assertThat(of("^1", Set.of("eu"), Map.of("env", "test")).describe())
                .isEqualTo(" in version ^1 with tags [eu] with metadata {env=test}");
    }

    @Test
    void aHeaderNamesTheVersion() {
        RouteTableBuilder b = builder(of("^1", Set.of(), Map.of()), HEADER);
        RouteTable table = b.build(1).table();
        assertThat(ports(table, request())).containsExactly(1, 2);
        assertThat(ports(table, request(HEADER, "1.2.0"))).containsExactly(2);
        assertThat(ports(table, request(HEADER, "2.0.0")))
                .as("outside of the route's own range")
                .containsExactly(3);
        assertThat(ports(table, request(HEADER, ""))).containsExactly(1, 2);
        assertThat(ports(table, request(HEADER, "3.0.0"))).isEmpty();
        assertThat(requireNonNull(table.match(request(HEADER, "3.0.0"))).describe())
                .isEqualTo("service shop in version 3.0.0: 3 registered");
        assertThat(ports(table, request("x-other", "2.0.0"))).containsExactly(1, 2);
    }

    @Test
    void versionsThatComeAndGoCanBeNamed() {
        RouteTableBuilder b = builder(Subset.ALL, HEADER);
        b.build(1);
        b.set("4", List.of(instance(4, "3.0.0", List.of(), Map.of())));
        assertThat(ports(b.build(2).table(), request(HEADER, "3.0.0"))).containsExactly(4);
        b.set("4", List.of(instance(4, "3.1.0", List.of(), Map.of())));
        RouteTable table = b.build(3).table();
        assertThat(ports(table, request(HEADER, "3.0.0"))).isEmpty();
        assertThat(ports(table, request(HEADER, "3.1.0"))).containsExactly(4);
        b.set("4", List.of());
        assertThat(ports(b.build(4).table(), request(HEADER, "3.1.0"))).isEmpty();
    }

    @Test
    void theExplanationSaysWhichInstancesAVersionOfAHeaderLeavesOut() {
        RouteTable table = builder(Subset.ALL, HEADER).build(1).table();
        DestinationExplanation d =
                table.explain(request(HEADER, "2.0.0")).destinations().get(0);
        assertThat(d.chosen()).isTrue();
        assertThat(d.candidates())
                .extracting(c -> c.in() + " " + c.reason())
                .startsWith("false version 2.0.0 wanted, it is 1.0.0", "false version 2.0.0 wanted, it is 1.2.0");
        assertThat(d.in()).isEqualTo(1);
    }
}
