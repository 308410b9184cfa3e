package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.ProcessTree;
import io.leasegate.loadtest.peer.Peer;
import java.util.EnumMap;
import java.util.Map;

/** From the start of the process to the first call that is answered through it. */
final class Ready implements Scenario {

    private static final double MIB = 1 << 20;

    @Override
    public String name() {
        return "ready";
    }

    @Override
    public String title() {
        return "From the start of the process to the first answered call";
    }

    @Override
    public String unit() {
        return "start";
    }

    @Override
    public Metric compared() {
        return Metric.READY;
    }

    @Override
    public boolean includes(Peer peer, Settings settings) {
        return peer.isProcess();
    }

    @Override
    public Map<String, Figures> measure(Lab lab, Peer peer) throws BenchFailure, InterruptedException {
        try (RunningPeer running = lab.start(peer, false, false)) {
            ProcessTree.Memory memory = running.memory();
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.READY, running.readyMillis());
            values.put(Metric.CPU_IN_ALL, running.cpuSeconds() * 1e3);
            values.put(Metric.RESIDENT, memory.residentBytes() / MIB);
            values.put(Metric.PROPORTIONAL, memory.proportionalBytes() / MIB);
            return Map.of(peer.name(), Figures.of(values));
        }
    }
}
