package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.Scrape;
import io.leasegate.loadtest.load.Load;
import io.leasegate.loadtest.load.LoadFailure;
import io.leasegate.loadtest.load.Method;
import io.leasegate.loadtest.load.Plan;
import io.leasegate.loadtest.peer.Peer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long an instance still gets calls after etcd's event that took it out: 10,000 instances of 1,000 services are in the table, and instances
 * join and leave 200 times a second, half of them instances of the service that all calls go to. The gateway measures it itself.
 */
final class EvictionTime implements Scenario {

    private static final int MEMBERS = 400;
    private static final int STAYING = 4;
    private static final double CHANGES_PER_SECOND = 200;
    private static final double CALLS_PER_SECOND = 4000;
    private static final String PREFIX = "/evict/";
    private static final long CONNECTED_LIMIT_SECONDS = 120;

    private @Nullable InstanceCrowd crowd;
    private final List<ChangeWriter.Member> members = new ArrayList<>();
    private double changesPerSecond;

    @Override
    public String name() {
        return "eviction";
    }

    @Override
    public String title() {
        return "Last call after an eviction, 4,000 calls/s, 10,000 instances of 1,000 services, 200 changes/s";
    }

    @Override
    public String unit() {
        return "call";
    }

    @Override
    public Metric compared() {
        return Metric.EVICTED_P99;
    }

    @Override
    public boolean includes(Peer peer, Settings settings) {
        return peer.isLeasegate() && settings.etcd();
    }

    @Override
    public String note() {
        return String.format(
                Locale.ROOT,
                "%.0f changes/s were written; the percentiles of evictions are upper ends of the gateway's own buckets",
                changesPerSecond);
    }

    @Override
    public void prepare(Lab lab, List<Peer> peers) throws BenchFailure, InterruptedException {
        InstanceCrowd c = new InstanceCrowd(lab);
        crowd = c;
        c.registerThousandServices(PREFIX, "evict");
        for (int i = 0; i < MEMBERS; i++) {
            String host = "127.4." + i / 200 + "." + (1 + i % 200);
            // The writer has four threads, each takes every fourth member: within each, calls go to every other one.
            String service = i / 4 % 2 == 0 ? Lab.ALONE : "evict-" + i;
            members.add(new ChangeWriter.Member(service, c.address(host)));
        }
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
        long before = crowd().connections();
        try (RunningPeer running = lab.start(peer, false, false)) {
            crowd().awaitConnections(before, CONNECTED_LIMIT_SECONDS);
            Measurement.warmUp(lab, running, Plan.closed(Method.UNARY, 10, 10));
            try (Load load = Load.start(lab.loops(), running.target(), Plan.open(Method.UNARY, 10, CALLS_PER_SECOND));
                    ChangeWriter writer =
                            new ChangeWriter(InstanceCrowd.etcd(lab), PREFIX, members, CHANGES_PER_SECOND, STAYING)) {
                load.awaitComplete(Measurement.CONNECT_LIMIT);
                Measurement measurement = new Measurement(lab.settings(), running, load);
                measurement.warmUp();
                Map<String, Figures> row = Map.of(peer.name(), Figures.of(span(lab, running, measurement, writer)));
                measurement.end();
                return row;
            }
        } catch (LoadFailure e) {
            throw new BenchFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private Map<Metric, Double> span(Lab lab, RunningPeer running, Measurement measurement, ChangeWriter writer)
            throws BenchFailure, InterruptedException {
        String name = "leasegate_eviction_duration_seconds";
        String settled = "leasegate_eviction_settled_seconds";
        String service = "service=\"" + Lab.ALONE + "\"";
        long written = writer.written();
        Scrape begin = Scrape.of(running.adminPort());
        Measurement.Span span = measurement.span(lab.settings().duration());
        Scrape end = Scrape.of(running.adminPort());
        changesPerSecond = (writer.written() - written) / span.seconds();
        writer.check();
        Map<Metric, Double> values = new EnumMap<>(measurement.figures(span));
        values.put(Metric.EVICTIONS, end.growth(begin, name + "_count", service));
        if (values.get(Metric.EVICTIONS) < 1) {
            throw new BenchFailure("no instance of the called service was evicted");
        }
        // Above the last bucket there is only the maximum to tell.
        double most = end.gauge(name + "_max", service);
        values.put(Metric.EVICTED_P50, 1e3 * Math.min(most, end.quantile(begin, name, service, 0.5)));
        values.put(Metric.EVICTED_P99, 1e3 * Math.min(most, end.quantile(begin, name, service, 0.99)));
        values.put(Metric.EVICTED_MAX, 1e3 * most);
        values.put(
                Metric.SETTLED_P99,
                1e3
                        * Math.min(
                                end.gauge("leasegate_eviction_settled_seconds_max", ""),
                                end.quantile(begin, settled, "", 0.99)));
        return values;
    }

    private InstanceCrowd crowd() {
        if (crowd == null) {
            throw new IllegalStateException("not prepared");
        }
        return crowd;
    }
}
