package io.leasegate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for every policy. */
class LoadBalancerContractTest {

    /** The value that chi-square with 9 degrees of freedom exceeds once in ten thousand times. */
    private static final double CHI_SQUARE_9 = 33.7;

    private final SeededRequest request = new SeededRequest(7);

    @ParameterizedTest
    @EnumSource
    void withoutEndpointsNoneIsFound(BalancePolicy policy) {
        assertThat(Instances.balancer(policy).picker(List.of()).pick(request)).isNull();
        assertThat(Instances.balancer(policy).picker(Instances.weighing(0, 0)).pick(request))
                .isNull();
    }

    @ParameterizedTest
    @EnumSource
    void oneEndpointGetsAllCalls(BalancePolicy policy) {
        Endpoint only = Instances.alike(1).get(0);
        Picker picker = Instances.balancer(policy).picker(List.of(only));
        for (int i = 0; i < 20; i++) {
            assertThat(picker.pick(request)).isSameAs(only);
        }
        request.tried = only;
        assertThat(picker.pick(request)).as("there is no other").isSameAs(only);
    }

    @ParameterizedTest
    @EnumSource
    void whoIsNotCheckedYetGetsCallsWhileNobodyIsHealthy(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(3);
        all.get(0).state(EndpointState.UNHEALTHY, "");
        all.get(1).state(EndpointState.UNCHECKED, "");
        assertThat(Instances.balancer(policy).picker(all).pick(request)).isSameAs(all.get(2));
        all.get(2).state(EndpointState.EJECTED, "");
        assertThat(Instances.balancer(policy).picker(all).pick(request)).isSameAs(all.get(1));
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotTakeCallsByNowGetsNone(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(12);
        Picker picker = Instances.balancer(policy).picker(all);
        EndpointState[] out = {
            EndpointState.UNHEALTHY, EndpointState.UNREACHABLE, EndpointState.EJECTED, EndpointState.DRAINING
        };
        for (int i = 0; i < 11; i++) {
            all.get(i).state(out[i % out.length], "after the picker was made");
        }
        for (int i = 0; i < 200; i++) {
            assertThat(picker.pick(request)).isSameAs(all.get(11));
        }
        all.get(11).state(EndpointState.DRAINING, "the last");
        assertThat(picker.pick(request)).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void aCallIsNotGivenTwiceToTheSame(BalancePolicy policy) {
        List<Endpoint> all = Instances.weighing(1_000_000, 1);
        Picker picker = Instances.balancer(policy).picker(all);
        request.tried = all.get(0);
        for (int i = 0; i < 100; i++) {
            assertThat(picker.pick(request)).isSameAs(all.get(1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void weightZeroGetsNoCalls(BalancePolicy policy) {
        List<Endpoint> all = Instances.weighing(0, 5, 0, 1);
        Picker picker = Instances.balancer(policy).picker(all);
        Set<Endpoint> picked = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            picked.add(picker.pick(request));
        }
        assertThat(picked).containsExactlyInAnyOrder(all.get(1), all.get(3));
    }

    /** A ring's shares are those of its points, which RingSlotsTest holds. */
    @ParameterizedTest
    @EnumSource(names = "RING_HASH", mode = EnumSource.Mode.EXCLUDE)
    void equalEndpointsGetEqualShares(BalancePolicy policy) {
        assertThat(chiSquare(policy, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)).isLessThan(CHI_SQUARE_9);
    }

    @ParameterizedTest
    @EnumSource(names = "RING_HASH", mode = EnumSource.Mode.EXCLUDE)
    void sharesFollowWeights(BalancePolicy policy) {
        assertThat(chiSquare(policy, 1, 2, 3, 4, 5, 10, 20, 40, 1, 14)).isLessThan(CHI_SQUARE_9);
        assertThat(chiSquare(policy, 1, 1, 1, 1, 1, 1, 1, 1, 1, 200)).isLessThan(CHI_SQUARE_9);
        long large = Integer.MAX_VALUE * 1_000L;
        assertThat(chiSquare(policy, large, 2 * large, large, large, large, large, large, large, large, 9 * large))
                .isLessThan(CHI_SQUARE_9);
    }

    /** How far the calls of idle instances are from what their weights say. */
    private double chiSquare(BalancePolicy policy, long... weights) {
        List<Endpoint> all = Instances.weighing(weights);
        Picker picker = Instances.balancer(policy).picker(all);
        int calls = 200_000;
        int[] counts = new int[weights.length];
        for (int i = 0; i < calls; i++) {
            request.loop = i % 2;
            counts[all.indexOf(picker.pick(request))]++;
        }
        double sum = Arrays.stream(weights).mapToDouble(w -> w).sum();
        double chiSquare = 0;
        for (int i = 0; i < weights.length; i++) {
            double expected = calls * (weights[i] / sum);
            chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        return chiSquare;
    }
}
