package io.leasegate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.Simulation.Figures;
import io.leasegate.balance.Simulation.Machine;
import io.leasegate.endpoint.EndpointState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What policies make of instances that are not alike, in virtual time: the same figures in each run. What is asserted are the differences that
 * policies are chosen for; the figures themselves are printed, and stand in docs/balancing.md.
 */
class SimulationTest {

    private static final int CALLS = 100_000;

    private static final int LOOPS = 4;
    private static final double MEAN_SECONDS = 0.01;
    private static final Machine NORMAL = new Machine(1, 4, 1);

    /** Times as of many independent steps: a few calls take much longer than most. */
    private static DoubleSupplier exponential(SplittableRandom random) {
        return () -> -Math.log(1 - random.nextDouble()) * MEAN_SECONDS;
    }

    /** Nine of ten calls are short; the tenth costs fifty times as much. */
    private static DoubleSupplier twoKinds(SplittableRandom random) {
        return () -> (random.nextInt(10) == 0 ? 50 : 1) * MEAN_SECONDS / 5.9;
    }

    @BeforeAll
    static void head() {
        System.out.printf("%-40s%-30s%9s%9s%9s%n", "instances, load", "policy", "p50 ms", "p99 ms", "failed");
    }

    private record Scenario(
            String name, List<Machine> machines, double load, Function<SplittableRandom, DoubleSupplier> work) {

        private Simulation simulation() {
            return new Simulation(machines, rate(), CALLS, work, 42);
        }

        /** The first twenty seconds. */
        private Simulation beginning() {
            return new Simulation(machines, rate(), (int) (rate() * 20), work, 42).fromTheStart();
        }

        /** Calls a second. */
        private double rate() {
            double capacity = machines.stream()
                    .filter(m -> m.failing() < 1)
                    .mapToDouble(m -> m.cores() / m.slowness())
                    .sum();
            return load * capacity / MEAN_SECONDS;
        }

        Figures ideal() {
            return told("ideal", simulation().ideal());
        }

        Figures with(BalancePolicy policy) {
            return told(name(policy), simulation().run(balancer(policy), LOOPS));
        }

        Figures started(BalancePolicy policy, long slowStartSeconds) {
            LoadBalancer balancer =
                    Instances.balancer(Instances.settings(policy).withSlowStart(slowStartSeconds * 1_000_000_000L));
            return told(
                    name(policy) + ", slow start " + slowStartSeconds + " s",
                    beginning().run(balancer, LOOPS));
        }

        Figures withSixUnhealthy(double panicThreshold) {
            LoadBalancer balancer = Instances.balancer(
                    Instances.settings(BalancePolicy.LEAST_REQUEST).withPanicThreshold(panicThreshold));
            return told(
                    "least-request, panic below " + Math.round(panicThreshold * 100) + "%",
                    simulation()
                            .run(
                                    balancer,
                                    LOOPS,
                                    endpoints -> endpoints
                                            .subList(0, 6)
                                            .forEach(e -> e.state(EndpointState.UNHEALTHY, "too slow to say"))));
        }

        private static String name(BalancePolicy policy) {
            return policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private static LoadBalancer balancer(BalancePolicy policy) {
            return policy == BalancePolicy.ROUND_ROBIN
                    ? new RoundRobinLoadBalancer(new LoopPositions(LOOPS, new Random(42)))
                    : Instances.balancer(policy);
        }

        private Figures told(String policy, Figures f) {
            System.out.printf(
                    Locale.ROOT,
                    "%-40s%-30s%9.1f%9.1f%8.2f%%%n",
                    name + ", " + Math.round(load * 100) + "%",
                    policy,
                    f.p50(),
                    f.p99(),
                    f.failed() * 100);
            return f;
        }
    }

    private static List<Machine> machines(int count, Machine machine, Machine... others) {
        List<Machine> all =
                new ArrayList<>(Stream.generate(() -> machine).limit(count).toList());
        all.addAll(List.of(others));
        return all;
    }

    @Test
    void amongEqualsTwoChoicesAreNearTheIdeal() {
        Scenario s = new Scenario("10 alike", machines(10, NORMAL), 0.8, SimulationTest::exponential);
        Figures ideal = s.ideal();
        Figures roundRobin = s.with(BalancePolicy.ROUND_ROBIN);
        Figures random = s.with(BalancePolicy.RANDOM);
        Figures leastRequest = s.with(BalancePolicy.LEAST_REQUEST);
        Figures peakEwma = s.with(BalancePolicy.PEAK_EWMA);
        assertThat(leastRequest.p99()).isLessThan(ideal.p99() * 1.1).isLessThan(roundRobin.p99());
        assertThat(peakEwma.p99()).isLessThan(ideal.p99() * 1.1).isLessThan(roundRobin.p99());
        assertThat(roundRobin.p99()).isLessThan(random.p99());
    }

    @Test
    void callsOfVeryDifferentCostWaitLessWithTwoChoices() {
        Scenario s = new Scenario("10 alike, calls of two kinds", machines(10, NORMAL), 0.6, SimulationTest::twoKinds);
        Figures ideal = s.ideal();
        Figures roundRobin = s.with(BalancePolicy.ROUND_ROBIN);
        s.with(BalancePolicy.RANDOM);
        Figures leastRequest = s.with(BalancePolicy.LEAST_REQUEST);
        Figures peakEwma = s.with(BalancePolicy.PEAK_EWMA);
        assertThat(peakEwma.p99()).isLessThan(roundRobin.p99() * 0.9).isLessThan(ideal.p99() * 1.3);
        assertThat(leastRequest.p99()).isLessThan(roundRobin.p99() * 0.9).isLessThan(ideal.p99() * 1.3);
    }

    @Test
    void oneSlowInstanceIsNotOverrun() {
        Scenario s = new Scenario(
                "9 and one 2.5 times slower",
                machines(9, NORMAL, new Machine(1, 4, 2.5)),
                0.4,
                SimulationTest::exponential);
        s.ideal();
        Figures roundRobin = s.with(BalancePolicy.ROUND_ROBIN);
        s.with(BalancePolicy.RANDOM);
        Figures leastRequest = s.with(BalancePolicy.LEAST_REQUEST);
        Figures peakEwma = s.with(BalancePolicy.PEAK_EWMA);
        assertThat(leastRequest.p99()).isLessThan(roundRobin.p99() / 1.5);
        assertThat(peakEwma.p99()).isLessThan(leastRequest.p99());
        assertThat(leastRequest.shares().get(9)).isLessThan(roundRobin.shares().get(9) * 0.8);
    }

    /** What calls in flight do not tell before there are many: an instance far away is as good at answering, and late with each answer. */
    @Test
    void oneFarAwayIsAvoidedByPeakEwma() {
        Scenario s = new Scenario(
                "9 and one 5 times slower, 20 cores",
                machines(9, NORMAL, new Machine(1, 20, 5)),
                0.4,
                SimulationTest::exponential);
        s.ideal();
        s.with(BalancePolicy.ROUND_ROBIN);
        Figures leastRequest = s.with(BalancePolicy.LEAST_REQUEST);
        Figures peakEwma = s.with(BalancePolicy.PEAK_EWMA);
        assertThat(peakEwma.p99()).isLessThan(leastRequest.p99() * 0.9);
        assertThat(peakEwma.shares().get(9)).isLessThan(leastRequest.shares().get(9) / 2);
    }

    @Test
    void aPauseStopsFewerCallsWithTwoChoices() {
        Scenario s = new Scenario(
                "9 and one pausing for 0.5 s",
                machines(9, NORMAL, Machine.pausing(15, 15.5)),
                0.6,
                SimulationTest::exponential);
        s.ideal();
        Figures roundRobin = s.with(BalancePolicy.ROUND_ROBIN);
        Figures leastRequest = s.with(BalancePolicy.LEAST_REQUEST);
        Figures peakEwma = s.with(BalancePolicy.PEAK_EWMA);
        assertThat(peakEwma.p99()).isLessThan(roundRobin.p99());
        assertThat(leastRequest.p99()).isLessThan(roundRobin.p99());
    }

    @Test
    void weightsThatSayWhatMachinesCanDoAreHonoured() {
        List<Machine> machines = machines(5, new Machine(4, 4, 1));
        machines.addAll(machines(5, new Machine(1, 4, 4)));
        Scenario s = new Scenario("5 and 5 slower ones, weights 4:1", machines, 0.8, SimulationTest::exponential);
        s.ideal();
        Figures roundRobin = s.with(BalancePolicy.ROUND_ROBIN);
        Figures random = s.with(BalancePolicy.RANDOM);
        Figures leastRequest = s.with(BalancePolicy.LEAST_REQUEST);
        Figures peakEwma = s.with(BalancePolicy.PEAK_EWMA);
        assertThat(leastRequest.p99()).isLessThan(roundRobin.p99());
        assertThat(peakEwma.p99()).isLessThan(roundRobin.p99());
        assertThat(roundRobin.p99()).isLessThan(random.p99());
        for (int i = 0; i < 5; i++) {
            assertThat(leastRequest.shares().get(i)).isBetween(0.14, 0.20);
        }
    }

    @Test
    void fastFailuresAttractNoCalls() {
        Scenario s = new Scenario(
                "9 and one that fails at once",
                machines(9, NORMAL, Machine.broken()),
                0.6,
                SimulationTest::exponential);
        s.ideal();
        Figures roundRobin = s.with(BalancePolicy.ROUND_ROBIN);
        Figures leastRequest = s.with(BalancePolicy.LEAST_REQUEST);
        Figures peakEwma = s.with(BalancePolicy.PEAK_EWMA);
        assertThat(roundRobin.failed()).isBetween(0.09, 0.11);
        assertThat(peakEwma.failed()).isLessThan(0.005);
        Figures byCountAlone = s.told(
                "by count alone",
                s.simulation()
                        .run(
                                endpoints -> new TwoChoicesPicker(
                                        Candidates.of(endpoints),
                                        (a, w, b, v, now) -> b.inFlight() < a.inFlight(),
                                        new TwoChoicesPicker.Description(
                                                BalancePolicy.LEAST_REQUEST,
                                                "fewer calls in flight",
                                                "in flight",
                                                (stats, weight, now) -> stats.inFlight())),
                                LOOPS));
        assertThat(byCountAlone.failed()).as("what would be").isGreaterThan(0.15);
        assertThat(leastRequest.failed()).isLessThan(0.005);
    }

    /** What callers see in the twenty seconds in which one of four instances is new. */
    @Test
    void slowStartSparesCallersAColdInstance() {
        Scenario s = new Scenario(
                "3 and one that was just started",
                machines(3, NORMAL, Machine.fresh(4)),
                0.5,
                SimulationTest::exponential);
        s.told("ideal", s.beginning().ideal());
        Figures roundRobin = s.started(BalancePolicy.ROUND_ROBIN, 10);
        assertThat(roundRobin.p99())
                .isLessThan(s.started(BalancePolicy.ROUND_ROBIN, 0).p99() / 2);
        Figures leastRequest = s.started(BalancePolicy.LEAST_REQUEST, 10);
        assertThat(leastRequest.p99())
                .isLessThan(s.started(BalancePolicy.LEAST_REQUEST, 0).p99());
    }

    /** Six of ten are taken for unhealthy, and are well: the four left cannot do the work of all. */
    @Test
    void panicKeepsTheFewFromBreaking() {
        Scenario s = new Scenario(
                "10 alike, 6 said to be unhealthy", machines(10, NORMAL), 0.6, SimulationTest::exponential);
        Figures without = s.withSixUnhealthy(0);
        Figures with = s.withSixUnhealthy(0.5);
        assertThat(with.p99()).isLessThan(without.p99() / 10);
        with.shares().forEach(share -> assertThat(share).isBetween(0.08, 0.12));
    }

    @Test
    void failuresThatAllHaveMakeNoDifference() {
        Machine failsSometimes = new Machine(1, 4, 1, 0.05, Machine.Pause.NONE, 0);
        Figures sound = new Scenario("10 alike", machines(10, NORMAL), 0.6, SimulationTest::exponential)
                .with(BalancePolicy.LEAST_REQUEST);
        Figures failing = new Scenario(
                        "10 alike, 5% fail at once", machines(10, failsSometimes), 0.6, SimulationTest::exponential)
                .with(BalancePolicy.LEAST_REQUEST);
        assertThat(failing.p99()).isLessThan(sound.p99() * 1.1);
        failing.shares().forEach(share -> assertThat(share).isBetween(0.08, 0.12));
    }
}
