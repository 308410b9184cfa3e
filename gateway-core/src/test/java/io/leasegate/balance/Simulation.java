package io.leasegate.balance;

import static java.util.Objects.requireNonNull;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls to instances in virtual time: they arrive at random (a Poisson process), an instance works on as many at a time as it has cores and
 * lets the others wait in their order. The same seed gives the same calls, whatever the policy, and the same figures in each run.
 *
 * <p>The ideal that policies are measured by is one queue for all instances: the fastest free core gets the next call. No balancer can do that,
 * since it had to hold calls back.
 */
final class Simulation {

    /** What an instance is like. */
    record Machine(long weight, int cores, double slowness, double failing, Pause pause, double warmingSeconds) {

        /** A time in which it does nothing, in seconds of virtual time. */
        record Pause(double from, double to) {
            static final Pause NONE = new Pause(-1, -1);
        }

        Machine(long weight, int cores, double slowness) {
            this(weight, cores, slowness, 0, Pause.NONE, 0);
        }

        /** All it does is fail, and fast. */
        static Machine broken() {
            return new Machine(1, 4, 1, 1, Pause.NONE, 0);
        }

        /** Has just been started: it needs five times as long for a call, and less the longer it runs. */
        static Machine fresh(double warmingSeconds) {
            return new Machine(1, 4, 1, 0, Pause.NONE, warmingSeconds);
        }

        double slowness(double now) {
            return warmingSeconds == 0 ? slowness : slowness * (1 + 4 * Math.exp(-now / warmingSeconds));
        }

        static Machine pausing(double from, double to) {
            return new Machine(1, 4, 1, 0, new Pause(from, to), 0);
        }
    }

    /**
     * What a run came to.
     *
     * @param p50 of the calls that did not fail, in milliseconds
     * @param p99 of the same
     * @param shares each instance's share of the calls
     * @param failed share of the calls that failed
     */
    record Figures(double p50, double p99, List<Double> shares, double failed) {}

    private static final double FAST_FAILURE_SECONDS = 0.0003;
    private final List<Machine> machines;
    private final double rate;
    private final int calls;
    private final Function<SplittableRandom, DoubleSupplier> work;
    private final long seed;
    private double leftOut = 0.2;

    /**
     * Calls to some machines; what comes before the queues are as long as they will be is not counted.
     *
     * @param rate calls a second
     * @param work makes the source of what a call costs, in seconds of one core of slowness 1
     */
    Simulation(
            List<Machine> machines,
            double rate,
            int calls,
            Function<SplittableRandom, DoubleSupplier> work,
            long seed) {
        this.machines = machines;
        this.rate = rate;
        this.calls = calls;
        this.work = work;
        this.seed = seed;
    }

    /** Counts all calls from the first on. */
    Simulation fromTheStart() {
        leftOut = 0;
        return this;
    }

    private static final class Call {
        final double arrival;
        final double work;
        final double luck;
        double end;
        int machine = -1;
        boolean failed;

        Call(double arrival, double work, double luck) {
            this.arrival = arrival;
            this.work = work;
            this.luck = luck;
        }
    }

    private List<Call> arrivals() {
        SplittableRandom random = new SplittableRandom(seed);
        DoubleSupplier cost = work.apply(random.split());
        List<Call> all = new ArrayList<>(calls);
        double now = 0;
        for (int i = 0; i < calls; i++) {
            now += -Math.log(1 - random.nextDouble()) / rate;
            all.add(new Call(now, cost.getAsDouble(), random.nextDouble()));
        }
        return all;
    }

    Figures run(LoadBalancer balancer, int loops) {
        return run(balancer, loops, endpoints -> {});
    }

    /** @param prepare gives the endpoints their states, which are healthy otherwise */
    Figures run(LoadBalancer balancer, int loops, Consumer<List<Endpoint>> prepare) {
        long[] weights = machines.stream().mapToLong(Machine::weight).toArray();
        List<Endpoint> endpoints = Instances.weighing(weights);
        for (int i = 0; i < weights.length; i++) {
            if (machines.get(i).warmingSeconds() > 0) {
                endpoints.get(i).state(EndpointState.UNCHECKED, "");
                endpoints.get(i).state(EndpointState.HEALTHY, "", 0);
            }
        }
        prepare.accept(endpoints);
        Picker picker = balancer.picker(endpoints);
        SeededRequest request = new SeededRequest(seed);
        Run run = new Run(endpoints);
        List<Call> all = arrivals();
        for (Call c : all) {
            run.until(c.arrival);
            request.nowNanos = nanos(c.arrival);
            request.loop = (int) (c.luck * 1000) % loops;
            run.give(c, endpoints.indexOf(requireNonNull(picker.pick(request))));
        }
        run.until(Double.MAX_VALUE);
        return figures(all);
    }

    /** One queue for all. */
    Figures ideal() {
        Run run = new Run(null);
        List<Call> all = arrivals();
        for (Call c : all) {
            run.until(c.arrival);
            run.giveAnybody(c);
        }
        run.until(Double.MAX_VALUE);
        return figures(all);
    }

    private static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }

    /** The state of the instances at one moment. */
    private final class Run {

        private final @Nullable List<Endpoint> endpoints;
        private final int[] busy = new int[machines.size()];
        private final List<ArrayDeque<Call>> waiting = new ArrayList<>();
        private final ArrayDeque<Call> forAnybody = new ArrayDeque<>();
        private final PriorityQueue<Call> working = new PriorityQueue<>((a, b) -> Double.compare(a.end, b.end));

        Run(@Nullable List<Endpoint> endpoints) {
            this.endpoints = endpoints;
            machines.forEach(m -> waiting.add(new ArrayDeque<>()));
        }

        void give(Call c, int machine) {
            c.machine = machine;
            requireNonNull(endpoints).get(machine).stats().begin();
            if (busy[machine] < machines.get(machine).cores()) {
                work(c, c.arrival);
            } else {
                waiting.get(machine).add(c);
            }
        }

        void giveAnybody(Call c) {
            int best = -1;
            for (int i = 0; i < busy.length; i++) {
                Machine m = machines.get(i);
                boolean pausing =
                        c.arrival >= m.pause().from() && c.arrival < m.pause().to();
                if (busy[i] < m.cores()
                        && m.failing() == 0
                        && !pausing
                        && (best < 0 || m.slowness() < machines.get(best).slowness())) {
                    best = i;
                }
            }
            if (best < 0) {
                forAnybody.add(c);
            } else {
                c.machine = best;
                work(c, c.arrival);
            }
        }

        private void work(Call c, double now) {
            Machine m = machines.get(c.machine);
            busy[c.machine]++;
            c.failed = c.luck < m.failing();
            double seconds = c.failed ? FAST_FAILURE_SECONDS : c.work * m.slowness(now);
            double begin =
                    now >= m.pause().from() && now < m.pause().to() ? m.pause().to() : now;
            c.end = begin + seconds;
            working.add(c);
        }

        void until(double time) {
            while (!working.isEmpty() && working.peek().end <= time) {
                Call c = working.poll();
                busy[c.machine]--;
                if (endpoints != null) {
                    tell(endpoints.get(c.machine), c);
                    Call next = waiting.get(c.machine).poll();
                    if (next != null) {
                        work(next, c.end);
                    }
                } else if (!forAnybody.isEmpty()) {
                    Call next = forAnybody.poll();
                    next.machine = c.machine;
                    work(next, c.end);
                }
            }
        }

        private void tell(Endpoint e, Call c) {
            e.stats().end();
            if (c.failed) {
                e.stats().failed(nanos(c.end));
            } else {
                e.stats().succeeded(nanos(c.end));
                e.stats().answered(nanos(c.end - c.arrival), nanos(c.end));
            }
        }
    }

    private Figures figures(List<Call> all) {
        List<Call> counted = all.subList((int) (all.size() * leftOut), all.size());
        double[] shares = new double[machines.size()];
        counted.forEach(c -> shares[c.machine] += 1.0 / counted.size());
        double[] millis = counted.stream()
                .filter(c -> !c.failed)
                .mapToDouble(c -> (c.end - c.arrival) * 1e3)
                .sorted()
                .toArray();
        double failed = 1 - (double) millis.length / counted.size();
        return new Figures(
                millis[millis.length / 2],
                millis[(int) (millis.length * 0.99)],
                Arrays.stream(shares).boxed().toList(),
                failed);
    }

    @Override
    public String toString() {
        return Arrays.toString(machines.toArray());
    }
}
