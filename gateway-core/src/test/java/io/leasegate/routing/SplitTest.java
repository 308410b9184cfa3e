package io.leasegate.routing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** How the calls of one route are shared among its targets. */
class SplitTest {

    private static final int CALLS = 100_000;
    private static final RouteMatch ANY = new RouteMatch(null, "/", null, List.of());

    private static Route.Target target(String service, String version, int weight) {
        return new Route.Target(service, version, weight);
    }

    private static Route route(Route.Target... targets) {
        return new Route(ANY, List.of(targets), HeaderChanges.NONE);
    }

    private static RouteTable table(Route route, Instance... instances) {
        RouteTableBuilder builder = new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), List.of(route), "etcd");
        builder.setAll(List.of(instances));
        return builder.build(1).table();
    }

    private static Instance instance(String service, String version, int port) {
        EndpointId id = new EndpointId(service, "127.0.0.1", port);
        return new Instance(id, 1, version, Map.of(), false, "seed", service + port, 0, 0, 1);
    }

    private static TestRequest request(long choice) {
        return new TestRequest("gateway", "/a.B/C", Map.of(), null, choice);
    }

    /** The share of the calls that each destination gets. */
    private static Map<String, Double> shares(RouteTable table) {
        Map<String, Double> shares = new TreeMap<>();
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < CALLS; i++) {
            Destination d = requireNonNull(table.match(request(random.nextLong())));
            String name = d.cluster().name()
                    + (d.subset().isAll() ? "" : " " + d.subset().version());
            shares.merge(name, 1d / CALLS, Double::sum);
        }
        return shares;
    }

    /** Six standard deviations of the binomial distribution at the most. */
    private static Offset<Double> chance(double share) {
        return within(6 * Math.sqrt(share * (1 - share) / CALLS));
    }

    @Test
    void callsAreSharedByWeight() {
        Map<String, Double> shares = shares(table(
                route(target("a", "", 90), target("b", "", 9), target("c", "", 1), target("d", "", 0)),
                instance("a", "", 1),
                instance("b", "", 2),
                instance("c", "", 3),
                instance("d", "", 4)));
        assertThat(shares).containsOnlyKeys("a", "b", "c");
        assertThat(shares.get("a")).isCloseTo(0.9, chance(0.9));
        assertThat(shares.get("b")).isCloseTo(0.09, chance(0.09));
        assertThat(shares.get("c")).isCloseTo(0.01, chance(0.01));
    }

    @Test
    void versionsOfOneServiceAreShared() {
        RouteTable table = table(
                route(target("shop", "1", 3), target("shop", "2", 1)),
                instance("shop", "1", 1),
                instance("shop", "1", 2),
                instance("shop", "2", 3));
        assertThat(shares(table).get("shop 2")).isCloseTo(0.25, chance(0.25));
        for (long choice : new long[] {1, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            Destination d = requireNonNull(table.match(request(choice)));
            assertThat(requireNonNull(d.picker().pick(request(choice)))
                            .instance()
                            .version())
                    .isEqualTo(d.subset().version().toString());
            assertThat(table.match(request(choice))).as("again").isSameAs(d);
        }
    }

    @Test
    void whatIsNotRegisteredGivesItsShareToTheOthers() {
        Route route = route(target("shop", "1", 50), target("shop", "2", 49), target("other", "", 1));
        Map<String, Double> shares = shares(table(route, instance("shop", "1", 1), instance("other", "", 9)));
        assertThat(shares).containsOnlyKeys("shop 1", "other");
        assertThat(shares.get("other")).isCloseTo(1d / 51, chance(1d / 51));
        // Where nothing is registered the caller is to hear what is missing.
        assertThat(shares(table(route))).containsOnlyKeys("shop 1", "shop 2", "other");
    }

    /** The largest weights that can be configured, 20 of them, do not overflow. */
    @Test
    void sumsOfLargeWeightsAreExact() {
        Route.Target[] targets = new Route.Target[20];
        Instance[] instances = new Instance[20];
        for (int i = 0; i < 20; i++) {
            targets[i] = target("s" + i, "", Integer.MAX_VALUE);
            instances[i] = instance("s" + i, "", i + 1);
        }
        assertThat(shares(table(route(targets), instances)).values())
                .hasSize(20)
                .allSatisfy(share -> assertThat(share).isCloseTo(0.05, chance(0.05)));
    }

    @Test
    void aRouteLeadsSomewhere() {
        assertThatThrownBy(() -> route(target("a", "", 0))).hasMessageContaining("expected one with a weight above 0");
        assertThatThrownBy(() -> route()).hasMessageContaining("expected one with a weight above 0");
    }
}
