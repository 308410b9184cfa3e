package io.leasegate.balance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.PickExplanation.Candidacy;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a picker says of itself is what it does. */
class PickExplanationTest {

    private static final long SECOND = 1_000_000_000L;
    private static final int PICKS = 40_000;

    private final SeededRequest request = new SeededRequest(11);

    private static IdentityHashMap<Endpoint, Integer> picks(Picker picker, PickRequest request) {
        IdentityHashMap<Endpoint, Integer> picks = new IdentityHashMap<>();
        for (int i = 0; i < PICKS; i++) {
            Endpoint e = picker.pick(request);
            if (e != null) {
                picks.merge(e, 1, Integer::sum);
            }
        }
        return picks;
    }

    /** Six standard deviations of the binomial distribution at the most. */
    private static double chance(double share) {
        return 6 * Math.sqrt(share * (1 - share) / PICKS) + 1e-3;
    }

    private static Candidacy of(PickExplanation explanation, Endpoint e) {
        return explanation.candidates().stream()
                .filter(c -> c.endpoint() == e)
                .findFirst()
                .orElseThrow();
    }

    /** Services as different as can be: the shares that are told are those of many picks, and who is told to be out gets none. */
    @ParameterizedTest
    @EnumSource
    void sharesAreThoseOfManyPicks(BalancePolicy policy) {
        for (int seed = 0; seed < 30; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Endpoint> all = randomEndpoints(random);
            BalanceSettings settings = Instances.settings(policy)
                    .withPanicThreshold(random.nextBoolean() ? 0.5 : 0)
                    .withZone(random.nextBoolean() ? "a" : "");
            // Who comes behind one that slow start holds back in a round has its turn, and not all others by weight.
            if (policy != BalancePolicy.ROUND_ROBIN) {
                settings = settings.withSlowStart(random.nextBoolean() ? 20 * SECOND : 0);
            }
            request.header = policy.hashes() && random.nextBoolean() ? "user " + seed : null;
            Picker picker = Instances.balancer(settings).picker(all);
            PickExplanation explanation = picker.explain(request);
            IdentityHashMap<Endpoint, Integer> picks = picks(picker, request);
            String what = "seed " + seed + ": " + explanation;
            if (explanation.candidates().isEmpty()) {
                assertThat(picks).as(what).isEmpty();
                continue;
            }
            double sum = 0;
            for (Candidacy c : explanation.candidates()) {
                sum += c.share();
                double got = picks.getOrDefault(c.endpoint(), 0) / (double) PICKS;
                assertThat(Math.abs(got - c.share()))
                        .as("%s, %s gets %s", what, c, got)
                        .isLessThan(chance(c.share()));
                assertThat(c.in() || got == 0)
                        .as("%s, %s gets %s", what, c, got)
                        .isTrue();
                assertThat(c.in() || !c.reason().isEmpty()).as(what).isTrue();
            }
            assertThat(Math.abs(sum - 1)).as(what).isLessThan(1e-6);
        }
    }

    private static List<Endpoint> randomEndpoints(SplittableRandom random) {
        List<Endpoint> all = new ArrayList<>();
        int n = random.nextInt(1, 9);
        boolean weighed = random.nextBoolean();
        for (int i = 0; i < n; i++) {
            String zone = List.of("a", "b", "c").get(random.nextInt(3));
            Endpoint e = Instances.inZone(zone, i, weighed ? random.nextInt(0, 20) : 1);
            EndpointState state = EndpointState.values()[random.nextInt(6)];
            if (random.nextInt(3) > 0) {
                state = EndpointState.HEALTHY;
            }
            e.state(EndpointState.UNREACHABLE, "cannot connect", 0);
            if (state == EndpointState.EJECTED) {
                e.state(EndpointState.HEALTHY, "", Instances.LONG_AGO);
                e.eject("ejected for 30 s", 0);
            } else {
                e.state(
                        state,
                        "as the test wants",
                        random.nextBoolean() ? Instances.LONG_AGO : -random.nextLong(15 * SECOND));
            }
            for (int call = random.nextInt(5); call > 0; call--) {
                e.stats().begin();
            }
            if (random.nextBoolean()) {
                e.stats().answered(random.nextLong(1, 100_000_000), 0);
            }
            if (random.nextInt(4) == 0) {
                e.stats().failed(0);
                e.stats().failed(0);
            }
            all.add(e);
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void whoCannotTakeCallsByNowIsOutAtOnce(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(3);
        Picker picker = Instances.balancer(policy).picker(all);
        all.get(1).state(EndpointState.NOT_SERVING, "it says so");
        PickExplanation explanation = picker.explain(request);
        assertThat(of(explanation, all.get(1)).in()).isFalse();
        assertThat(of(explanation, all.get(1)).reason()).isEqualTo("NOT_SERVING; it says so");
        assertThat(of(explanation, all.get(1)).share()).isZero();
        assertThat(explanation.policy()).isEqualTo(policy.word());
        assertThat(explanation.rule()).isNotEmpty();
        assertThat(explanation.scoreName()).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void takesNobodysTurn(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(4);
        Picker picker = Instances.balancer(policy).picker(all);
        request.header = "u";
        @SuppressWarnings("NullAway")
        Endpoint first = policy == BalancePolicy.ROUND_ROBIN ? picker.pick(request) : null;
        picker.explain(request);
        if (first != null) {
            int next = (all.indexOf(first) + 1) % 4;
            assertThat(picker.pick(request)).isSameAs(all.get(next));
        }
        all.forEach(e -> assertThat(e.stats().inFlight()).isZero());
    }

    @Test
    void theOwnerOfAHashIsNamed() {
        List<Endpoint> all = Instances.alike(5);
        Picker picker = Instances.balancer(BalancePolicy.MAGLEV).picker(all);
        request.header = "jane";
        PickExplanation explanation = picker.explain(request);
        Endpoint owner = requireNonNull(picker.pick(request));
        assertThat(of(explanation, owner).share()).isEqualTo(1);
        assertThat(explanation.rule())
                .contains("header x-user = 'jane'", " of 65537")
                .doesNotContain("it is out");
        owner.state(EndpointState.UNREACHABLE, "cannot connect: refused");
        PickExplanation without = picker.explain(request);
        assertThat(without.rule()).contains("it is out, so the owner of the next slot");
        assertThat(of(without, owner).reason()).isEqualTo("cannot connect: refused");
        assertThat(of(without, requireNonNull(picker.pick(request))).share()).isEqualTo(1);
        request.header = null;
        assertThat(picker.explain(request).rule()).contains("which the call does not have: one at random");
    }

    @Test
    void loadsAndCostsAreTold() {
        List<Endpoint> all = Instances.weighing(1, 1);
        all.get(0).stats().begin();
        all.get(0).stats().begin();
        PickExplanation least =
                Instances.balancer(BalancePolicy.LEAST_REQUEST).picker(all).explain(request);
        assertThat(of(least, all.get(0)).score()).isEqualTo(3);
        assertThat(of(least, all.get(1)).score()).isEqualTo(1);
        assertThat(of(least, all.get(1)).share()).as("both are always compared").isEqualTo(1);
        all.get(0).stats().answered(2_000_000, 0);
        all.get(1).stats().answered(50_000_000, 0);
        PickExplanation ewma =
                Instances.balancer(BalancePolicy.PEAK_EWMA).picker(all).explain(request);
        assertThat(of(ewma, all.get(0)).score()).isBetween(5.9, 6.1);
        assertThat(of(ewma, all.get(1)).score()).isBetween(49.9, 50.1);
        assertThat(of(ewma, all.get(0)).share()).isEqualTo(1);
    }

    @Test
    void panicSlowStartLeasesAndZonesAreTold() {
        List<Endpoint> all = Instances.alike(4);
        all.get(1).state(EndpointState.UNHEALTHY, "no answer");
        all.get(2).eject("ejected for 30 s", 0);
        all.get(3).state(EndpointState.UNHEALTHY, "no answer");
        PickExplanation panic = Instances.balancer(
                        Instances.settings(BalancePolicy.RANDOM).withPanicThreshold(0.5))
                .picker(all)
                .explain(request);
        assertThat(panic.panic()).isTrue();
        assertThat(of(panic, all.get(1)).reason()).isEqualTo("panic: used although unhealthy; no answer");
        assertThat(of(panic, all.get(2)).reason()).isEqualTo("panic: used although ejected for 30 s");

        List<Endpoint> zones = Instances.inZones("a", "a", "b", "b");
        zones.get(1).state(EndpointState.UNREACHABLE, "", 0);
        zones.get(1).state(EndpointState.HEALTHY, "", 0);
        request.nowNanos = 3 * SECOND;
        PickExplanation stays = Instances.balancer(Instances.settings(BalancePolicy.LEAST_REQUEST)
                        .withZone("a")
                        .withSlowStart(10 * SECOND))
                .picker(zones)
                .explain(request);
        assertThat(of(stays, zones.get(0)).reason()).isEmpty();
        assertThat(of(stays, zones.get(1)).reason()).isEqualTo("slow start: 30.0% of its calls by now");
        assertThat(of(stays, zones.get(1)).weight()).isBetween(0.299, 0.301);
        assertThat(of(stays, zones.get(2)).in()).isFalse();
        assertThat(of(stays, zones.get(2)).reason()).isEqualTo("other zone: calls go to zone a");
    }

    /** Each with each is too much for some thousands; who is in is told all the same. */
    @Test
    void sharesOfVeryManyAreNotKnown() {
        List<Endpoint> all = Instances.alike(300);
        PickExplanation explanation =
                Instances.balancer(BalancePolicy.LEAST_REQUEST).picker(all).explain(request);
        assertThat(explanation.candidates())
                .hasSize(300)
                .allSatisfy(c -> assertThat(c.in()).isTrue())
                .allSatisfy(c -> assertThat(c.share()).isNaN());
    }
}
