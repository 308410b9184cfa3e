package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.ProcessTree;
import io.leasegate.loadtest.load.Load;
import io.leasegate.loadtest.load.LoadFailure;
import io.leasegate.loadtest.load.Plan;
import io.leasegate.loadtest.load.Sample;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The warm-up and one span of time under a load. Used by the thread that measures. */
final class Measurement {

    private static final Duration WINDOW = Duration.ofSeconds(1);
    static final Duration CONNECT_LIMIT = Duration.ofSeconds(60);
    private static final Duration END_LIMIT = Duration.ofSeconds(15);
    /** A window has to be better than the best before by this share to count as an improvement. */
    private static final double IMPROVEMENT = 0.03;

    private static final double MIB = 1 << 20;

    private final Settings settings;
    private final RunningPeer peer;
    private final Load load;

    Measurement(Settings settings, RunningPeer peer, Load load) {
        this.settings = settings;
        this.peer = peer;
        this.load = load;
    }

    /**
     * Lets the load run until the peer no longer becomes cheaper: two windows in a row that are no improvement, or the longest time that it gets.
     * The same rule for all; it is there for those with a just-in-time compiler.
     */
    void warmUp() throws BenchFailure, InterruptedException {
        Duration window = settings.duration().compareTo(WINDOW) < 0 ? settings.duration() : WINDOW;
        long deadline = System.nanoTime() + settings.longestWarmUp().toNanos();
        double best = Double.MAX_VALUE;
        int stale = 0;
        while (stale < 2 && System.nanoTime() < deadline) {
            Span span = span(window);
            double cost = peer.hasProcess() ? span.cpuSeconds / Math.max(1, span.sample.units()) : 1;
            stale = cost > best * (1 - IMPROVEMENT) ? stale + 1 : 0;
            best = Math.min(best, cost);
        }
    }

    /** Warms a peer up with a load that keeps it busy whatever it is to do afterwards. */
    static void warmUp(Lab lab, RunningPeer peer, Plan plan) throws BenchFailure, InterruptedException {
        try (Load load = Load.start(lab.loops(), peer.target(), plan)) {
            load.awaitComplete(CONNECT_LIMIT);
            Measurement measurement = new Measurement(lab.settings(), peer, load);
            measurement.warmUp();
            measurement.end();
        } catch (LoadFailure e) {
            throw new BenchFailure("while it warmed up, " + e.getMessage(), e);
        }
    }

    /** A span of time, by the clock of the wall and of the CPU. */
    record Span(Sample sample, double seconds, double cpuSeconds) {}

    Span span(Duration duration) throws BenchFailure, InterruptedException {
        Sample before = load.take();
        double cpu = peer.cpuSeconds();
        long began = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        Sample sample = load.take();
        double seconds = (System.nanoTime() - began) / 1e9;
        double cpuSeconds = peer.cpuSeconds() - cpu;
        peer.checkAlive();
        if (before.failed() > 0) {
            throw new BenchFailure(before.failures());
        }
        if (sample.failed() > 0) {
            throw new BenchFailure(sample.failures());
        }
        return new Span(sample, seconds, cpuSeconds);
    }

    /** Measures, and ends the load. */
    Map<Metric, Double> measure() throws BenchFailure, InterruptedException {
        Span span = span(settings.duration());
        if (span.sample.units() == 0) {
            throw new BenchFailure("no call ended within " + settings.duration().toMillis() + " ms");
        }
        Map<Metric, Double> values = figures(span);
        end();
        return values;
    }

    Map<Metric, Double> figures(Span span) {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.RATE, span.sample.units() / span.seconds);
        if (peer.hasProcess()) {
            values.put(Metric.CPU_PER_UNIT, span.cpuSeconds * 1e6 / span.sample.units());
            values.put(Metric.BUSY, span.cpuSeconds * 100 / span.seconds);
            ProcessTree.Memory memory = peer.memory();
            values.put(Metric.RESIDENT, memory.residentBytes() / MIB);
            values.put(Metric.PROPORTIONAL, memory.proportionalBytes() / MIB);
        }
        Histogram latency = span.sample.latencyNanos();
        values.put(Metric.P50, latency.getValueAtPercentile(50) / 1e3);
        values.put(Metric.P99, latency.getValueAtPercentile(99) / 1e3);
        values.put(Metric.P999, latency.getValueAtPercentile(99.9) / 1e3);
        return values;
    }

    /** Lets the calls in flight end; every one of them has to end well. */
    void end() throws BenchFailure, InterruptedException {
        Sample last = load.stop(END_LIMIT);
        if (last.failed() > 0) {
            throw new BenchFailure("at the end, " + last.failures());
        }
    }
}
