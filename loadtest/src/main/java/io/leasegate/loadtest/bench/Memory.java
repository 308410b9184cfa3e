package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.ProcessTree;
import io.leasegate.loadtest.load.Load;
import io.leasegate.loadtest.load.LoadFailure;
import io.leasegate.loadtest.load.Method;
import io.leasegate.loadtest.load.Plan;
import io.leasegate.loadtest.load.Sample;
import io.leasegate.loadtest.peer.Peer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Resident memory of what is open and does nothing. The peer is warm before: what it keeps for later and shows as resident is there already, and
 * the difference is divided by the number of streams or connections.
 */
record Memory(String name, String title, String unit, Plan held, boolean tls) implements Scenario {

    private static final Plan BUSY = Plan.closed(Method.UNARY, 10, 10);
    private static final long SETTLE_SECONDS = 2;
    private static final Duration END_LIMIT = Duration.ofSeconds(30);
    private static final double KIB = 1 << 10;
    private static final double MIB = 1 << 20;

    static Memory idleStreams() {
        return new Memory(
                "idle-streams",
                "10,000 idle streams on 100 connections",
                "stream",
                Plan.closed(Method.HOLD, 100, 100),
                false);
    }

    static Memory idleTlsConnections() {
        return new Memory(
                "idle-tls-connections",
                "1,000 idle TLS connections",
                "connection",
                Plan.closed(Method.UNARY, 1000, 1),
                true);
    }

    @Override
    public Metric compared() {
        return Metric.MEMORY_PER_UNIT;
    }

    @Override
    public boolean includes(Peer peer, Settings settings) {
        return peer.isProcess() && peer.speaksHttp2();
    }

    @Override
    public Map<String, Figures> measure(Lab lab, Peer peer) throws BenchFailure, InterruptedException {
        try (RunningPeer running = lab.start(peer, false, tls)) {
            Measurement.warmUp(lab, running, BUSY);
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            ProcessTree.Memory before = running.memory();
            return Map.of(peer.name(), Figures.of(hold(lab, running, before)));
        } catch (LoadFailure e) {
            throw new BenchFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private Map<Metric, Double> hold(Lab lab, RunningPeer running, ProcessTree.Memory before)
            throws BenchFailure, LoadFailure, InterruptedException {
        try (Load load = Load.start(lab.loops(), running.target(), held)) {
            load.awaitComplete(Measurement.CONNECT_LIMIT);
            if (held.method() != Method.HOLD) {
                check(load.stop(END_LIMIT)); // no more calls, but the connections stay
            }
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            running.checkAlive();
            ProcessTree.Memory after = running.memory();
            check(load.stop(END_LIMIT));
            int count = held.connections() * (held.method() == Method.HOLD ? held.streams() : 1);
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.RESIDENT, after.residentBytes() / MIB);
            values.put(Metric.PROPORTIONAL, after.proportionalBytes() / MIB);
            values.put(Metric.MEMORY_PER_UNIT, (after.residentBytes() - before.residentBytes()) / KIB / count);
            return values;
        }
    }

    private static void check(Sample sample) throws BenchFailure {
        if (sample.failed() > 0) {
            throw new BenchFailure(sample.failures());
        }
    }
}
