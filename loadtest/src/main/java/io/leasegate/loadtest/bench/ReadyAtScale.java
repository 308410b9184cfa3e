package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.ProcessTree;
import io.leasegate.loadtest.peer.Peer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From the start of the process to the first call that is answered through it, where 10,000 instances of 1,000 services are registered. No call is routed
 * before the first table is complete. The memory is that after every instance was connected to, to see whether it is well.
 */
final class ReadyAtScale implements Scenario {

    private static final String PREFIX = "/scale/";
    private static final long CONNECTED_LIMIT_SECONDS = 120;
    private static final double MIB = 1 << 20;

    private @Nullable InstanceCrowd crowd;

    @Override
    public String name() {
        return "ready-at-scale";
    }

    @Override
    public String title() {
        return "From the start of the process to the first answered call, 10,000 instances of 1,000 services";
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
        return peer.isLeasegate() && settings.etcd();
    }

    @Override
    public void prepare(Lab lab, List<Peer> peers) throws BenchFailure, InterruptedException {
        crowd = new InstanceCrowd(lab);
        crowd.registerThousandServices(PREFIX, "scale");
    }

    @Override
    public void finish(Lab lab) throws BenchFailure, InterruptedException {
        InstanceCrowd.etcd(lab).deleteAll(PREFIX);
        if (crowd != null) {
            crowd.close();
        }
    }

    @Override
    public Map<String, Figures> measure(Lab lab, Peer peer) throws BenchFailure, InterruptedException {
        InstanceCrowd c = crowd;
        if (c == null) {
            throw new IllegalStateException("not prepared");
        }
        long before = c.connections();
        try (RunningPeer running = lab.start(peer, false, false)) {
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.READY, running.readyMillis());
            values.put(Metric.CPU_IN_ALL, running.cpuSeconds() * 1e3);
            c.awaitConnections(before, CONNECTED_LIMIT_SECONDS);
            ProcessTree.Memory memory = running.memory();
            values.put(Metric.RESIDENT, memory.residentBytes() / MIB);
            values.put(Metric.PROPORTIONAL, memory.proportionalBytes() / MIB);
            return Map.of(peer.name(), Figures.of(values));
        }
    }
}
