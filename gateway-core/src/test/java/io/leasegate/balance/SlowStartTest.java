package io.leasegate.balance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How the share of a fresh instance grows, in virtual time. */
class SlowStartTest {

    private static final long SECOND = 1_000_000_000L;
    private static final int CALLS = 60_000;

    /** Near the overflow of the clock, which may be anywhere. */
    private static final long START = Long.MAX_VALUE - 5 * SECOND;

    private final SeededRequest request = new SeededRequest(4);

    private static Picker picker(BalancePolicy policy, List<Endpoint> endpoints) {
        return Instances.balancer(Instances.settings(policy).withSlowStart(10 * SECOND))
                .picker(endpoints);
    }

    private static void becomesHealthy(Endpoint e, long now) {
        e.state(EndpointState.UNREACHABLE, "", now);
        e.state(EndpointState.HEALTHY, "", now);
    }

    /** The share of calls that an endpoint has at a time. */
    private double share(Picker picker, Endpoint endpoint, long nowNanos) {
        request.nowNanos = nowNanos;
        int count = 0;
        for (int i = 0; i < CALLS; i++) {
            count += picker.pick(request) == endpoint ? 1 : 0;
        }
        return (double) count / CALLS;
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "RANDOM", "LEAST_REQUEST", "PEAK_EWMA"})
    void theShareGrowsFromATenthToAll(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(10);
        all.forEach(e -> becomesHealthy(e, START - 60 * SECOND));
        Endpoint fresh = all.get(6);
        becomesHealthy(fresh, START);
        Picker picker = picker(policy, all);
        for (double seconds : new double[] {0, 0.5, 1, 2.5, 5, 7.5, 9.9, 10, 20}) {
            double part = Math.min(1, Math.max(0.1, seconds / 10));
            assertThat(share(picker, fresh, START + (long) (seconds * SECOND)))
                    .as("share after %s s", seconds)
                    .isEqualTo(part / (9 + part), within(0.006));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "RANDOM", "LEAST_REQUEST", "PEAK_EWMA"})
    void whereAllAreFreshNoneIsHeldBack(BalancePolicy policy) {
        List<Endpoint> all = Instances.weighing(1, 1, 2);
        all.forEach(e -> becomesHealthy(e, START));
        Picker picker = picker(policy, all);
        assertThat(share(picker, all.get(2), START + SECOND / 2)).isEqualTo(0.5, within(0.01));
    }

    /** It does not matter how much older another one is than the window. */
    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "RANDOM", "LEAST_REQUEST", "PEAK_EWMA"})
    void twoThatCameOneAfterTheOther(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(2);
        becomesHealthy(all.get(0), START - 5 * SECOND);
        becomesHealthy(all.get(1), START);
        // 2 s against 7 s
        assertThat(share(picker(policy, all), all.get(1), START + 2 * SECOND)).isEqualTo(2.0 / 9, within(0.01));
    }

    /** Else the fresh one, which has fewer of them, would be the less loaded one of nearly all pairs. */
    @ParameterizedTest
    @EnumSource(names = {"LEAST_REQUEST", "PEAK_EWMA"})
    void callsInFlightAreHeldAgainstThePart(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(2);
        becomesHealthy(all.get(0), START - 60 * SECOND);
        becomesHealthy(all.get(1), START);
        Picker picker = picker(policy, all);
        request.nowNanos = START + SECOND;
        for (int i = 0; i < 220; i++) {
            requireNonNull(picker.pick(request)).stats().begin();
        }
        assertThat(all.get(1).stats().inFlight()).as("a tenth of the other's").isBetween(18, 22);
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "RANDOM", "LEAST_REQUEST", "PEAK_EWMA"})
    void inPanicNoneIsHeldBack(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(5);
        becomesHealthy(all.get(0), START - 60 * SECOND);
        becomesHealthy(all.get(1), START);
        all.subList(2, 5).forEach(e -> e.state(EndpointState.UNHEALTHY, "", START));
        Picker picker = Instances.balancer(
                        Instances.settings(policy).withSlowStart(10 * SECOND).withPanicThreshold(0.5))
                .picker(all);
        assertThat(share(picker, all.get(1), START)).isEqualTo(0.2, within(0.01));
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void equalKeysDoNotPart(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(3);
        becomesHealthy(all.get(0), START);
        Picker picker = picker(policy, all);
        request.nowNanos = START;
        for (int user = 0; user < 100; user++) {
            request.header = "user-" + user;
            Endpoint first = picker.pick(request);
            for (int i = 0; i < 10; i++) {
                assertThat(picker.pick(request)).isSameAs(first);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneFreshInstanceAloneGetsAllCalls(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(1);
        becomesHealthy(all.get(0), START);
        assertThat(share(picker(policy, all), all.get(0), START)).isEqualTo(1);
    }
}
