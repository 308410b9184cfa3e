package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.load.Load;
import io.leasegate.loadtest.load.LoadFailure;
import io.leasegate.loadtest.load.Method;
import io.leasegate.loadtest.load.Plan;
import io.leasegate.loadtest.peer.Peer;
import java.util.Map;

/** A fixed number of calls is open at all times: how many end in a second, and what one costs. */
record Throughput(String name, String title, String unit, Plan plan, boolean spread, boolean tls) implements Scenario {

    /** With fewer calls open than this, a warm-up of its own comes first. */
    private static final int BUSY_CALLS = 100;

    @Override
    public Metric compared() {
        return Metric.CPU_PER_UNIT;
    }

    @Override
    public boolean includes(Peer peer, Settings settings) {
        return peer.speaksHttp2() || !(spread || tls);
    }

    @Override
    public Map<String, Figures> measure(Lab lab, Peer peer) throws BenchFailure, InterruptedException {
        try (RunningPeer running = lab.start(peer, spread, tls)) {
            if (plan.connections() * plan.streams() < BUSY_CALLS && plan.method() == Method.UNARY) {
                Measurement.warmUp(lab, running, Plan.closed(plan.method(), 10, 10));
            }
            return Map.of(peer.name(), Figures.of(measure(lab, running)));
        } catch (LoadFailure e) {
            throw new BenchFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private Map<Metric, Double> measure(Lab lab, RunningPeer running)
            throws BenchFailure, LoadFailure, InterruptedException {
        try (Load load = Load.start(lab.loops(), running.target(), plan)) {
            load.awaitComplete(Measurement.CONNECT_LIMIT);
            Measurement measurement = new Measurement(lab.settings(), running, load);
            measurement.warmUp();
            return measurement.measure();
        }
    }
}
