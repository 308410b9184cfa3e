package io.leasegate.balance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leasegate.balance.HashLoadBalancer.Member;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Ring and Maglev: how evenly they spread, how little moves, and that nobody waits for their tables. */
class HashSlotsTest {

    private static final int KEYS = 20_000;

    private static final Named<Function<List<Member>, HashSlots>> RING = Named.of("ring", RingSlots::of);
    private static final Named<Function<List<Member>, HashSlots>> MAGLEV = Named.of("maglev", MaglevSlots::of);

    /** How far shares may be off what weights say, and how many keys more than needed may move. */
    static Stream<Arguments> kinds() {
        return Stream.of(Arguments.of(RING, 0.25, 0.0), Arguments.of(MAGLEV, 0.01, 0.05));
    }

    /** The share of all hashes that each member has. */
    private static double[] shares(HashSlots slots, int members) {
        double[] shares = new double[members];
        SplittableRandom random = new SplittableRandom(11);
        int draws = 400_000;
        for (int i = 0; i < draws; i++) {
            shares[slots.owner(slots.slotOf(random.nextLong()))] += 1.0 / draws;
        }
        return shares;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void equalMembersHaveNearlyEqualShares(Function<List<Member>, HashSlots> kind, double off) {
        for (int n : new int[] {1, 2, 7, 100}) {
            double[] shares = shares(kind.apply(Member.all(Instances.alike(n))), n);
            for (double share : shares) {
                // Chance of the draws is another two or three in a hundred where there are a hundred.
                assertThat(share * n)
                        .as("share of one of %d, of what it should be", n)
                        .isEqualTo(1, within(off + 0.06));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void sharesFollowWeights(Function<List<Member>, HashSlots> kind, double off) {
        long[] weights = {1, 2, 3, 4, 10};
        double[] shares = shares(kind.apply(Member.all(Instances.weighing(weights))), weights.length);
        for (int i = 0; i < weights.length; i++) {
            assertThat(shares[i] * 20 / weights[i]).isEqualTo(1, within(off + 0.03));
        }
        double[] extreme = shares(kind.apply(Member.all(Instances.weighing(1, 1_000_000_000))), 2);
        assertThat(extreme[1]).isGreaterThan(0.99);
    }

    /** Who goes takes its keys along, and hardly any other key moves; who comes takes its share and nothing else. */
    @ParameterizedTest
    @MethodSource("kinds")
    void littleMovesWhenOneGoesOrComes(Function<List<Member>, HashSlots> kind, double off, double moreMoves) {
        List<Endpoint> all = Instances.alike(20);
        List<Endpoint> fewer = new ArrayList<>(all);
        Endpoint gone = fewer.remove(7);
        HashSlots before = kind.apply(Member.all(all));
        HashSlots after = kind.apply(Member.all(fewer));
        SplittableRandom random = new SplittableRandom(5);
        int moved = 0;
        int needed = 0;
        for (int i = 0; i < KEYS; i++) {
            long hash = random.nextLong();
            Endpoint a = all.get(before.owner(before.slotOf(hash)));
            Endpoint b = fewer.get(after.owner(after.slotOf(hash)));
            needed += a == gone ? 1 : 0;
            moved += a != b ? 1 : 0;
        }
        assertThat((double) needed / KEYS).isEqualTo(0.05, within(0.015));
        assertThat((double) (moved - needed) / KEYS)
                .as("keys that moved without need")
                .isLessThanOrEqualTo(moreMoves);
    }

    private static String key(int i) {
        return "user-" + i;
    }

    private static Map<String, Endpoint> owners(Picker picker) {
        SeededRequest request = new SeededRequest(1);
        Map<String, Endpoint> owners = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            request.header = key(i);
            owners.put(key(i), picker.pick(request));
        }
        return owners;
    }

    private static long differing(Map<String, Endpoint> a, Map<String, Endpoint> b) {
        return a.keySet().stream().filter(k -> a.get(k) != b.get(k)).count();
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void equalKeysGoToTheSameInstanceInEveryGateway(BalancePolicy policy) {
        Map<String, Endpoint> here = owners(Instances.balancer(policy).picker(Instances.alike(10)));
        Map<String, Endpoint> there = owners(Instances.balancer(policy).picker(Instances.alike(10)));
        here.forEach((key, e) -> assertThat(requireNonNull(there.get(key)).id()).isEqualTo(e.id()));
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void aStateMovesTheKeysOfThatInstanceAndNoOther(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(10);
        LoadBalancer balancer = Instances.balancer(policy);
        Map<String, Endpoint> before = owners(balancer.picker(all));
        Endpoint sick = all.get(4);
        sick.state(EndpointState.UNHEALTHY, "");
        Map<String, Endpoint> meanwhile = owners(balancer.picker(all));
        assertThat(meanwhile.values()).doesNotContain(sick);
        assertThat(differing(before, meanwhile))
                .isEqualTo(before.values().stream().filter(e -> e == sick).count())
                .isPositive();
        sick.state(EndpointState.HEALTHY, "");
        assertThat(differing(before, owners(balancer.picker(all)))).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void withoutTheKeyAnyInstanceWillDo(BalancePolicy policy) {
        List<Endpoint> all = Instances.alike(5);
        Picker picker = Instances.balancer(policy).picker(all);
        SeededRequest request = new SeededRequest(3);
        Map<Endpoint, Integer> counts = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            counts.merge(picker.pick(request), 1, Integer::sum);
        }
        assertThat(counts.keySet()).containsExactlyInAnyOrderElementsOf(all);
    }

    /** The table that a change asks for is made elsewhere; calls go by the one of before, and never to what is gone. */
    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void nobodyWaitsForATable(BalancePolicy policy) {
        ArrayDeque<Runnable> elsewhere = new ArrayDeque<>();
        LoadBalancer balancer =
                new LoadBalancers(1, elsewhere::add).of(new BalanceSettings(policy, new HashKey.Header("x-user")));
        List<Endpoint> all = Instances.alike(10);
        Map<String, Endpoint> first = owners(balancer.picker(all));
        assertThat(elsewhere).as("the first one is made at once").isEmpty();

        Endpoint gone = all.get(0);
        gone.state(EndpointState.DRAINING, "");
        List<Endpoint> fewer = all.subList(1, 10);
        Picker picker = balancer.picker(fewer);
        assertThat(elsewhere).hasSize(1);
        Map<String, Endpoint> meanwhile = owners(picker);
        assertThat(meanwhile.values()).doesNotContain(gone);
        assertThat(differing(first, meanwhile))
                .isEqualTo(first.values().stream().filter(e -> e == gone).count());

        List<Endpoint> other = new ArrayList<>(fewer);
        other.addAll(Instances.weighing(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1).subList(10, 11));
        Picker last = balancer.picker(other);
        assertThat(owners(last).values()).as("it comes with the table").doesNotContain(other.get(9));
        assertThat(elsewhere).hasSize(2);
        elsewhere.remove().run();
        assertThat(owners(picker)).as("one that was overtaken is not made").isEqualTo(meanwhile);
        elsewhere.remove().run();
        assertThat(owners(last).values()).contains(other.get(9));
        balancer.picker(other);
        assertThat(elsewhere).as("nothing to make").isEmpty();
    }

    /** A hundred thousand million billion to one must not mean as many rounds. */
    @Test
    void anyWeightsMakeATable() {
        assertThat(MaglevSlots.of(Member.all(Instances.weighing(1, Long.MAX_VALUE)))
                        .size())
                .isEqualTo(MaglevSlots.SIZE);
        assertThat(RingSlots.of(Member.all(Instances.weighing(1, Long.MAX_VALUE)))
                        .size())
                .isBetween(1024, 1026);
    }
}
