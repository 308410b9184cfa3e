package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.load.Load;
import io.leasegate.loadtest.load.LoadFailure;
import io.leasegate.loadtest.load.Plan;
import io.leasegate.loadtest.peer.Peer;
import java.time.Duration;
import java.util.Map;

/** A fixed number of calls is open at all times: how many end in a second, and what one costs. */
record Throughput(String name, String title, String unit, Plan plan, boolean spread, boolean tls) implements Scenario {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);

    @Override
    public Metric compared() {
        return Metric.CPU_PER_UNIT;
    }

    @Override
    public boolean includes(Peer peer) {
        return peer.speaksHttp2() || !(spread || tls);
    }

    @Override
    public Map<String, Figures> measure(Lab lab, Peer peer) throws BenchFailure, InterruptedException {
        try (RunningPeer running = lab.start(peer, spread, tls);
                Load load = Load.start(lab.loops(), running.target(), plan)) {
            load.awaitComplete(CONNECT_LIMIT);
            Measurement measurement = new Measurement(lab.settings(), running, load);
            measurement.warmUp();
            return Map.of(peer.name(), Figures.of(measurement.measure()));
        } catch (LoadFailure e) {
            throw new BenchFailure(String.valueOf(e.getMessage()), e);
        }
    }
}
