package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.load.Load;
import io.leasegate.loadtest.load.LoadFailure;
import io.leasegate.loadtest.load.Method;
import io.leasegate.loadtest.load.Plan;
import io.leasegate.loadtest.peer.Peer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * 10,000 instances of 100 services are in the table, and instances of these services join and leave 200 times a second while calls go to another
 * one. In the quiet case the same changes are written to etcd, where Leasegate does not look, so that the load's cores have the same work.
 */
final class Churn implements Scenario {

    private static final int SERVICES = 100;
    private static final int INSTANCES_PER_SERVICE = 100;
    private static final int MEMBERS = 1000;
    private static final double CHANGES_PER_SECOND = 200;
    private static final String PREFIX = "/churn/";
    private static final String UNWATCHED_PREFIX = "unwatched/";
    private static final long CONNECTED_LIMIT_SECONDS = 60;

    private @Nullable InstanceCrowd crowd;
    private final List<ChangeWriter.Member> members = new ArrayList<>();
    private double changesPerSecond;

    @Override
    public String name() {
        return "churn";
    }

    @Override
    public String title() {
        return "Unary, 100 x 10, with 10,000 instances in the table";
    }

    @Override
    public String unit() {
        return "call";
    }

    @Override
    public Metric compared() {
        return Metric.RATE;
    }

    @Override
    public boolean includes(Peer peer, Settings settings) {
        return peer.isLeasegate() && settings.etcd();
    }

    @Override
    public String note() {
        return String.format(Locale.ROOT, "%.0f changes/s were written", changesPerSecond);
    }

    @Override
    public void prepare(Lab lab, List<Peer> peers) throws BenchFailure, InterruptedException {
        InstanceCrowd c = new InstanceCrowd(lab);
        crowd = c;
        for (int service = 0; service < SERVICES; service++) {
            List<String> hosts = new ArrayList<>();
            for (int i = 1; i <= INSTANCES_PER_SERVICE; i++) {
                hosts.add("127.1." + service + "." + i);
            }
            c.register(PREFIX, "churn-" + service, hosts);
        }
        for (int i = 0; i < MEMBERS; i++) {
            String host = "127.2." + i / INSTANCES_PER_SERVICE + "." + (1 + i % INSTANCES_PER_SERVICE);
            members.add(new ChangeWriter.Member("churn-" + i % SERVICES, c.address(host)));
        }
    }

    @Override
    public void finish(Lab lab) throws BenchFailure, InterruptedException {
        InstanceCrowd.etcd(lab).deleteAll(PREFIX);
        InstanceCrowd.etcd(lab).deleteAll(UNWATCHED_PREFIX);
        if (crowd != null) {
            crowd.close();
        }
    }

    @Override
    public Map<String, Figures> measure(Lab lab, Peer peer) throws BenchFailure, InterruptedException {
        long before = crowd().connections();
        try (RunningPeer running = lab.start(peer, false, false);
                Load load = Load.start(lab.loops(), running.target(), Plan.closed(Method.UNARY, 100, 10))) {
            load.awaitComplete(Measurement.CONNECT_LIMIT);
            crowd().awaitConnections(before, CONNECTED_LIMIT_SECONDS);
            Measurement measurement = new Measurement(lab.settings(), running, load);
            measurement.warmUp();
            Map<String, Figures> rows = new LinkedHashMap<>();
            rows.put(peer.name() + ", 200 changes/s", span(lab, measurement, PREFIX));
            rows.put(peer.name() + ", quiet", span(lab, measurement, UNWATCHED_PREFIX));
            measurement.end();
            return rows;
        } catch (LoadFailure e) {
            throw new BenchFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private Figures span(Lab lab, Measurement measurement, String prefix) throws BenchFailure, InterruptedException {
        try (ChangeWriter writer = new ChangeWriter(InstanceCrowd.etcd(lab), prefix, members, CHANGES_PER_SECOND, 0)) {
            measurement.warmUp(); // what is compiled for the changes is no part of them
            long before = writer.written();
            Measurement.Span span = measurement.span(lab.settings().duration());
            changesPerSecond = (writer.written() - before) / span.seconds();
            writer.check();
            return Figures.of(measurement.figures(span));
        }
    }

    private InstanceCrowd crowd() {
        if (crowd == null) {
            throw new IllegalStateException("not prepared");
        }
        return crowd;
    }
}
