package io.leasegate.routing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.leasegate.balance.BalancePolicy;
import io.leasegate.balance.BalanceSettings;
import io.leasegate.balance.LoadBalancers;
import io.leasegate.balance.PickExplanation.Candidacy;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import io.leasegate.routing.RoutingExplanation.NameTried;
import io.leasegate.routing.RoutingExplanation.RouteTried;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of a request's way is the way that it takes. */
class RoutingExplanationTest {

    private static final List<String> NAMES = List.of("shop.Cart", "cart", "Cart", "b", "x.y.B");
    private static final List<String> VERSIONS = List.of("", "1", "2");

    private final LoadBalancers balancers = new LoadBalancers(1);

    @AfterEach
    void close() {
        balancers.close();
    }

    private RouteTableBuilder builder(List<Route> routes) {
        return new RouteTableBuilder(
                name -> balancers.of(new BalanceSettings(BalancePolicy.LEAST_REQUEST, null).withPanicThreshold(0.5)),
                routes,
                "etcd");
    }

    private static Instance instance(String service, int port, Traits traits) {
        return new Instance(
                new EndpointId(service, "127.0.0.1", port), traits, "seed", "/" + service + "/" + port, 0, 0, 1);
    }

    private static Traits version(String version) {
        return Traits.builder().version(version).build();
    }

    private static <T> T oneOf(SplittableRandom random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static RouteMatch randomMatch(SplittableRandom random) {
        List<HeaderMatch> headers = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            TextMatch value = switch (random.nextInt(4)) {
                case 0 -> new TextMatch.Exact("v" + random.nextInt(2));
                case 1 -> new TextMatch.Prefix("v");
                case 2 -> new TextMatch.Regex(Pattern.compile("v[01]"));
                default -> new TextMatch.Present(random.nextBoolean());
            };
            headers.add(new HeaderMatch("x-" + random.nextInt(2), value));
        }
        return new RouteMatch(
                random.nextInt(4) == 0 ? "/" + oneOf(random, NAMES) + "/M" : null,
                random.nextInt(3) == 0 ? "/" + oneOf(random, NAMES).charAt(0) : null,
                random.nextInt(4) == 0 ? oneOf(random, NAMES) : null,
                headers,
                random.nextInt(5) == 0 ? new TextMatch.Prefix("spiffe://") : null);
    }

    private static Route randomRoute(SplittableRandom random) {
        List<Route.Target> targets = new ArrayList<>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            targets.add(
                    new Route.Target(oneOf(random, NAMES), oneOf(random, VERSIONS), i == 1 ? 3 : random.nextInt(3)));
        }
        return new Route(randomMatch(random), targets, HeaderChanges.NONE);
    }

    private static TestRequest randomRequest(SplittableRandom random) {
        Map<String, String> headers = switch (random.nextInt(4)) {
            case 0 -> Map.of();
            case 1 -> Map.of("x-0", "v" + random.nextInt(3));
            case 2 -> Map.of("x-1", "w");
            default -> Map.of("x-0", "v1", "x-1", "v0");
        };
        return new TestRequest(
                random.nextInt(3) == 0 ? oneOf(random, NAMES) + ":80" : "gateway",
                random.nextInt(8) == 0 ? "/odd" : "/" + oneOf(random, NAMES) + "/M",
                headers,
                random.nextBoolean() ? "spiffe://lab/web" : null,
                random.nextLong());
    }

    private RouteTable randomTable(SplittableRandom random) {
        List<Route> routes = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            routes.add(randomRoute(random));
        }
        RouteTableBuilder builder = builder(routes);
        List<Instance> instances = new ArrayList<>();
        for (int port = random.nextInt(1, 12); port > 0; port--) {
            Traits traits = Traits.builder()
                    .version(oneOf(random, VERSIONS))
                    .weight(random.nextInt(4))
                    .enabled(random.nextInt(8) > 0)
                    .build();
            instances.add(instance(oneOf(random, NAMES), port, traits));
        }
        builder.setAll(instances);
        for (Cluster c : builder.build(7).table().clusters()) {
            for (Endpoint e : c.endpoints()) {
                e.state(EndpointState.values()[random.nextInt(5)], "as the test wants");
                builder.healthChanged(e);
            }
        }
        return builder.build(7).table();
    }

    @Test
    void theWayThatIsToldIsTheWayThatIsTaken() {
        SplittableRandom random = new SplittableRandom(5);
        int byRoute = 0;
        int byName = 0;
        int picked = 0;
        for (int i = 0; i < 4_000; i++) {
            RouteTable table = randomTable(random);
            TestRequest request = randomRequest(random);
            Destination expected = table.match(request);
            RoutingExplanation told = table.explain(request);
            assertThat(told.chosen()).as("%s", told).isSameAs(expected);
            List<RouteTried> matched =
                    told.routes().stream().filter(RouteTried::matched).toList();
            if (expected == null) {
                assertThat(told.miss()).isEqualTo(table.describeMiss(request));
                assertThat(told.destinations()).isEmpty();
                continue;
            }
            if (expected.route() == Destination.NO_ROUTE) {
                byName++;
                assertThat(matched).isEmpty();
                assertThat(told.names())
                        .anyMatch(n -> n.found().equals(expected.cluster().name()));
            } else {
                byRoute++;
                assertThat(matched).extracting(RouteTried::position).containsExactly(expected.route());
                assertThat(told.names()).isEmpty();
            }
            assertThat(told.routes())
                    .allSatisfy(r -> assertThat(r.whyNot().isEmpty()).isEqualTo(r.matched()));
            assertThat(told.destinations().stream()
                            .mapToDouble(DestinationExplanation::share)
                            .sum())
                    .isBetween(0.999, 1.001);
            List<DestinationExplanation> chosen = told.destinations().stream()
                    .filter(DestinationExplanation::chosen)
                    .toList();
            assertThat(chosen).hasSize(1);
            DestinationExplanation d = chosen.get(0);
            assertThat(d.destination()).isSameAs(expected);
            assertThat(d.candidates())
                    .extracting(Candidacy::endpoint)
                    .containsExactlyElementsOf(expected.cluster().endpoints());
            Endpoint pick = expected.picker().pick(request);
            assertThat(d.in() > 0).isEqualTo(pick != null);
            for (Candidacy c : d.candidates()) {
                assertThat(c.in() || !c.reason().isEmpty()).as("%s", c).isTrue();
                if (c.endpoint() == pick) {
                    picked++;
                    assertThat(c.in()).as("%s was picked", c).isTrue();
                }
            }
        }
        assertThat(byRoute).isGreaterThan(200);
        assertThat(byName).isGreaterThan(200);
        assertThat(picked).isGreaterThan(200);
    }

    private static Route route(RouteMatch match, String service, String version) {
        return new Route(match, service, version);
    }

    @Test
    void eachConditionThatDoesNotHoldHasWords() {
        List<Route> routes = List.of(
                route(new RouteMatch("/a.B/X", null, null, List.of()), "a", ""),
                route(new RouteMatch(null, "/b.", null, List.of()), "a", ""),
                route(new RouteMatch(null, null, "shop.example", List.of()), "a", ""),
                route(
                        new RouteMatch(
                                null,
                                null,
                                null,
                                List.of(
                                        new HeaderMatch("x-env", new TextMatch.Prefix("bl")),
                                        new HeaderMatch("x-user", new TextMatch.Exact("jane")))),
                        "a",
                        ""),
                route(
                        new RouteMatch(
                                null,
                                null,
                                null,
                                List.of(new HeaderMatch("x-env", new TextMatch.Regex(Pattern.compile("r.*"))))),
                        "a",
                        ""),
                route(
                        new RouteMatch(
                                null, null, null, List.of(new HeaderMatch("x-env", new TextMatch.Present(false)))),
                        "a",
                        ""),
                route(new RouteMatch(null, null, null, List.of(), new TextMatch.Exact("spiffe://lab/web")), "a", ""),
                route(new RouteMatch(null, null, null, List.of()), "a", ""),
                route(new RouteMatch(null, "/a.", null, List.of()), "b", ""));
        RouteTable table = builder(routes).build(1).table();
        RoutingExplanation told =
                table.explain(new TestRequest("gateway:80", "/a.B/C", Map.of("x-env", "blue"), null, 1));
        assertThat(told.routes())
                .extracting(RouteTried::whyNot)
                .containsExactly(
                        "the path is '/a.B/C'",
                        "the path '/a.B/C' does not begin with '/b.'",
                        "the authority is 'gateway:80'",
                        "header x-user is absent, wanted: 'jane'",
                        "header x-env is 'blue', wanted: matches 'r.*'",
                        "header x-env is 'blue', wanted: absent",
                        "the identity is absent",
                        "",
                        "not looked at, since leasegate.routes[7] matched before");
        assertThat(told.routes())
                .extracting(RouteTried::match)
                .contains(
                        "path '/a.B/X'",
                        "path-prefix '/b.'",
                        "authority 'shop.example'",
                        "header x-env begins with 'bl', header x-user 'jane'",
                        "header x-env matches 'r.*'",
                        "header x-env absent",
                        "identity 'spiffe://lab/web'",
                        "every call");
        assertThat(told.routes().get(7).matched()).isTrue();
        assertThat(requireNonNull(told.chosen()).route()).isEqualTo(7);
    }

    @Test
    void namesAreTriedInTheirOrder() {
        RouteTableBuilder builder = builder(List.of());
        builder.setAll(List.of(instance("cart", 1, version(""))));
        RouteTable table = builder.build(3).table();
        RoutingExplanation told = table.explain(TestRequest.of("gateway:80", "/shop.Cart/Add"));
        assertThat(told.names())
                .containsExactly(
                        new NameTried("authority", "gateway", "", 0),
                        new NameTried("grpc-service", "shop.Cart", "", 0),
                        new NameTried("last part of grpc-service, in lower case", "cart", "cart", 1));
        assertThat(told.revision()).isEqualTo(3);
        RoutingExplanation miss = table.explain(TestRequest.of("gateway:80", "/shop.Basket/Add"));
        assertThat(miss.chosen()).isNull();
        assertThat(miss.miss()).contains("nothing is registered as 'gateway'", "'shop.Basket'", "'basket'");
    }

    @Test
    void whoThePickerDoesNotKnowIsListedToo() {
        RouteTableBuilder builder = builder(List.of(route(new RouteMatch(null, "/", null, List.of()), "shop", "2")));
        builder.setAll(List.of(
                instance("shop", 1, version("1")),
                instance("shop", 2, version("2")),
                instance("shop", 3, version("")),
                instance("shop", 4, Traits.builder().version("2").enabled(false).build()),
                instance("shop", 5, Traits.builder().version("2").weight(0).build())));
        RouteTable table = builder.build(1).table();
        List<Candidacy> told =
                table.explain(TestRequest.of("", "/a/b")).destinations().get(0).candidates();
        assertThat(told)
                .extracting(Candidacy::reason)
                .containsExactly(
                        "version 2 wanted, it is 1",
                        "not checked yet, and no instance is healthy",
                        "version 2 wanted, it has none",
                        "disabled by its registration",
                        "its weight is 0");
        assertThat(told).extracting(Candidacy::in).containsExactly(false, true, false, false, false);
    }

    @Test
    void allPartsOfASplitAreTold() {
        RouteTableBuilder builder = builder(List.of(new Route(
                new RouteMatch(null, "/", null, List.of()),
                List.of(new Route.Target("a", "", 3), new Route.Target("b", "", 1), new Route.Target("c", "", 0)),
                HeaderChanges.NONE)));
        builder.setAll(List.of(instance("a", 1, version("")), instance("b", 2, version(""))));
        RouteTable table = builder.build(1).table();
        List<DestinationExplanation> told =
                table.explain(TestRequest.of("", "/a/b")).destinations();
        assertThat(told)
                .extracting(d -> d.destination().cluster().name() + " " + d.share())
                .containsExactly("a 0.75", "b 0.25");
        assertThat(told).filteredOn(DestinationExplanation::chosen).hasSize(1);
    }
}
