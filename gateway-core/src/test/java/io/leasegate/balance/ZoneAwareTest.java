package io.leasegate.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How calls are shared among zones. The gateway is in zone a. */
class ZoneAwareTest {

    private static final int CALLS = 40_000;

    private final SeededRequest request = new SeededRequest(8);

    private static Picker picker(BalancePolicy policy, List<Endpoint> endpoints) {
        return Instances.balancer(Instances.settings(policy).withZone("a").withPanicThreshold(0.5))
                .picker(endpoints);
    }

    private Map<String, Double> shares(Picker picker) {
        Map<String, Double> shares = new HashMap<>();
        for (int i = 0; i < CALLS; i++) {
            Endpoint e = picker.pick(request);
            shares.merge(e == null ? "none" : Candidates.zoneOf(e), 1.0 / CALLS, Double::sum);
        }
        return shares;
    }

    @ParameterizedTest(name = "instances in {0}: {1} of the calls stay")
    @CsvSource({
        // enough in our zone
        "a b, 1", "a a b, 1", "a b c, 1", "a a a a b b c, 1",
        // too few: what is left goes to the zones with more than a fair share
        "a b b b, 0.5", "a b b, 0.6666", "a a b b b b b b b b, 0.4", "a b b c c, 0.6",
        // zones do not matter
        "b b c, 0", "a a, 1",
    })
    void ourZoneKeepsWhatItCanCarry(String zones, double stays) {
        List<Endpoint> all = Instances.inZones(zones.split(" "));
        for (BalancePolicy policy : BalancePolicy.values()) {
            if (!policy.hashes()) {
                assertThat(shares(picker(policy, all)).getOrDefault("a", 0.0))
                        .as(policy.toString())
                        .isEqualTo(stays, within(0.01));
            }
        }
    }

    /** The purpose of it: with gateways in all zones each instance has the same number of calls. */
    @ParameterizedTest
    @CsvSource({"a b b b", "a a b b b b c c c", "a b b b b b b c c", "a a a b b c"})
    void allInstancesOfAllZonesHaveTheSameLoad(String zones) {
        List<Endpoint> all = Instances.inZones(zones.split(" "));
        String[] names = Arrays.stream(zones.split(" ")).distinct().toArray(String[]::new);
        Map<Endpoint, Integer> calls = new HashMap<>();
        for (String zone : names) {
            Picker ofGatewayThere = Instances.balancer(
                            Instances.settings(BalancePolicy.ROUND_ROBIN).withZone(zone))
                    .picker(all);
            for (int i = 0; i < CALLS; i++) {
                calls.merge(ofGatewayThere.pick(request), 1, Integer::sum);
            }
        }
        double each = (double) CALLS * names.length / all.size();
        assertThat(calls).hasSize(all.size());
        calls.forEach((e, n) -> assertThat(n / each).isEqualTo(1, within(0.03)));
    }

    /** The same, exactly, whatever the weights: each zone's share of the calls of all gateways is its share of the capacity. */
    @Test
    void calledByWhatTheyCanCarryWhateverTheWeights() {
        SplittableRandom random = new SplittableRandom(5);
        for (int run = 0; run < 500; run++) {
            int zones = random.nextInt(2, 7);
            List<Endpoint> all = new ArrayList<>();
            Map<String, Double> capacity = new HashMap<>();
            double sum = 0;
            for (int i = 0; i < zones * 3; i++) {
                long weight = run % 2 == 0 ? 1 : random.nextLong(1, 1L << random.nextInt(1, 60));
                all.add(Instances.inZone("zone-" + i % zones, i, weight));
                capacity.merge("zone-" + i % zones, (double) weight, Double::sum);
                sum += weight;
            }
            Candidates candidates = Candidates.of(all);
            Map<String, Double> calls = new HashMap<>();
            for (String ours : capacity.keySet()) {
                Map<String, Double> shares = ZoneShares.of(ours, candidates);
                assertThat(shares.values().stream().mapToDouble(x -> x).sum()).isEqualTo(1, within(1e-9));
                shares.forEach((zone, share) -> calls.merge(zone, share / zones, Double::sum));
            }
            for (Map.Entry<String, Double> zone : capacity.entrySet()) {
                assertThat(calls.getOrDefault(zone.getKey(), 0.0)).isEqualTo(zone.getValue() / sum, within(1e-8));
            }
        }
    }

    @Test
    void aZoneWithoutWeightIsNone() {
        List<Endpoint> all =
                List.of(Instances.inZone("a", 0, 0), Instances.inZone("b", 1, 1), Instances.inZone("c", 2, 1));
        assertThat(shares(picker(BalancePolicy.RANDOM, all)).get("b")).isEqualTo(0.5, within(0.02));
    }

    @Test
    void whereNoneCanGetCallsNoneDoes() {
        List<Endpoint> all = Instances.inZones("a", "b");
        all.forEach(e -> e.state(EndpointState.UNREACHABLE, ""));
        assertThat(shares(picker(BalancePolicy.LEAST_REQUEST, all))).containsOnlyKeys("none");
    }

    /** After a failure of our zone its instances are all fresh, and are not to have all of its calls at once. */
    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "RANDOM", "LEAST_REQUEST", "PEAK_EWMA"})
    void aZoneThatComesBackBeginsWithLittle(BalancePolicy policy) {
        long second = 1_000_000_000L;
        List<Endpoint> all = Instances.inZones("a", "a", "b", "b");
        all.subList(0, 2).forEach(e -> {
            e.state(EndpointState.UNREACHABLE, "", 0);
            e.state(EndpointState.HEALTHY, "", 0);
        });
        Picker picker = Instances.balancer(
                        Instances.settings(policy).withZone("a").withSlowStart(10 * second))
                .picker(all);
        for (int seconds : new int[] {0, 5, 10}) {
            request.nowNanos = seconds * second;
            double part = Math.max(0.1, seconds / 10.0);
            assertThat(shares(picker).get("a"))
                    .as("after %s s: its part, and its part of what goes to all", seconds)
                    .isEqualTo(part + (1 - part) * part / (part + 1), within(0.01));
        }
    }

    @Test
    void weightsAreCapacity() {
        List<Endpoint> all = Instances.inZones("a", "b", "b");
        assertThat(shares(picker(BalancePolicy.RANDOM, all)).get("a")).isEqualTo(2.0 / 3, within(0.01));
        Endpoint heavy = all.get(0);
        heavy.update(
                new Instance(heavy.id(), Traits.builder().zone("a").weight(2).build(), "static", "", 0, 0, 0));
        assertThat(shares(picker(BalancePolicy.RANDOM, all)).get("a")).isEqualTo(1, within(1e-9));
    }

    @Test
    void whatIsUnhealthyIsNoCapacity() {
        List<Endpoint> all = Instances.inZones("a", "a", "b", "b");
        all.get(0).state(EndpointState.UNHEALTHY, "");
        assertThat(shares(picker(BalancePolicy.LEAST_REQUEST, all)).get("a")).isEqualTo(2.0 / 3, within(0.01));
        all.get(1).state(EndpointState.UNREACHABLE, "");
        Picker withoutOurs = picker(BalancePolicy.LEAST_REQUEST, all);
        assertThat(shares(withoutOurs)).containsOnlyKeys("b");
        all.get(2).state(EndpointState.UNHEALTHY, "");
        Picker panic = picker(BalancePolicy.LEAST_REQUEST, all);
        assertThat(shares(panic).get("a"))
                .as("all that can be reached, wherever")
                .isEqualTo(1.0 / 3, within(0.01));
    }

    @Test
    void otherZonesHelpOutBeforeTheTableKnows() {
        List<Endpoint> all = Instances.inZones("a", "b");
        Picker picker = picker(BalancePolicy.ROUND_ROBIN, all);
        assertThat(picker.pick(request)).isSameAs(all.get(0));
        request.tried = all.get(0);
        assertThat(picker.pick(request)).as("the call was there").isSameAs(all.get(1));
        request.tried = null;
        all.get(0).state(EndpointState.UNREACHABLE, "after the picker was made");
        assertThat(picker.pick(request)).isSameAs(all.get(1));
        all.get(1).state(EndpointState.DRAINING, "");
        assertThat(picker.pick(request)).isNull();
    }

    /** A key must lead to the same instance from every zone. */
    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void hashedCallsGoWhereTheirKeySays(BalancePolicy policy) {
        List<Endpoint> all = Instances.inZones("a", "a", "b", "b");
        Picker here = picker(policy, all);
        Picker anywhere = Instances.balancer(policy).picker(all);
        for (int user = 0; user < 200; user++) {
            request.header = "user-" + user;
            assertThat(here.pick(request)).isSameAs(anywhere.pick(request));
        }
    }
}
