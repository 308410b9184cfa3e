package io.leasegate.benchmarks;

import io.leasegate.balance.BalancePolicy;
import io.leasegate.balance.BalanceSettings;
import io.leasegate.balance.HashKey;
import io.leasegate.balance.LoadBalancer;
import io.leasegate.balance.LoadBalancers;
import io.leasegate.balance.PickRequest;
import io.leasegate.balance.Picker;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the choice of an instance costs an event loop, by policy, and what a new picker costs the control thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PickBenchmark {

    /** How the event loop of an exchange answers. */
    @State(Scope.Thread)
    public static class Call implements PickRequest {

        private static final AsciiString USER = new AsciiString("user-4711");

        private final SplittableRandom random = new SplittableRandom();
        private long now = System.nanoTime();

        @Override
        public CharSequence header(String name) {
            return USER;
        }

        @Override
        public long random() {
            return random.nextLong();
        }

        @Override
        public long nowNanos() {
            return now += 1_000;
        }
    }

    @Param({"ROUND_ROBIN", "RANDOM", "LEAST_REQUEST", "PEAK_EWMA", "RING_HASH", "MAGLEV"})
    BalancePolicy policy = BalancePolicy.ROUND_ROBIN;

    @Param({"10", "1000"})
    int instances;

    /** Equal ones, or from 1 to 10. */
    @Param({"1", "10"})
    int mostWeight;

    /** Longer than the benchmark runs, so that each pick has to look how old the instances are. */
    private static final long SLOW_START_NANOS = 3_600_000_000_000L;

    private final List<Endpoint> endpoints = new ArrayList<>();
    private final LoadBalancers balancers = new LoadBalancers(1);

    @SuppressWarnings("NullAway.Init") // set before all
    private Picker picker;

    @SuppressWarnings("NullAway.Init") // set before all
    private Picker pickerWithAllOn;

    @SuppressWarnings("NullAway.Init") // set before all
    private LoadBalancer balancer;

    @Setup
    public void make() {
        for (int i = 0; i < instances; i++) {
            EndpointId id = new EndpointId("service", "10.0." + i / 250 + "." + i % 250, 8080);
            Traits traits = Traits.builder()
                    .weight(1 + i % mostWeight)
                    .zone(i % 5 == 0 ? "a" : "b")
                    .build();
            Endpoint e = new Endpoint(new Instance(id, traits, "seed", "", 0, 0, 0));
            e.state(EndpointState.HEALTHY, "");
            e.stats().answered(1_000_000 + i, System.nanoTime());
            endpoints.add(e);
        }
        balancer = newBalancer();
        picker = balancer.picker(endpoints);
        pickerWithAllOn = balancers
                .of(settings().withZone("a").withSlowStart(SLOW_START_NANOS).withPanicThreshold(0.5))
                .picker(endpoints);
    }

    private LoadBalancer newBalancer() {
        return balancers.of(settings());
    }

    private BalanceSettings settings() {
        return new BalanceSettings(policy, policy.hashes() ? new HashKey.Header("x-user") : null);
    }

    @Benchmark
    public @Nullable Endpoint pick(Call call) {
        return picker.pick(call);
    }

    /** By a gateway in a zone with a fifth of the instances, more than half of whose calls go elsewhere, all of them within slow start. */
    @Benchmark
    public @Nullable Endpoint pickWithAllOn(Call call) {
        return pickerWithAllOn.pick(call);
    }

    /** As for a state that changed: the same instances as before. */
    @Benchmark
    public Picker newPicker() {
        return balancer.picker(endpoints);
    }

    /** As for the first picker of a service, with all that can be kept from one to the next. */
    @Benchmark
    public Picker firstPicker() {
        return newBalancer().picker(endpoints);
    }
}
