package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.EtcdServer;
import io.leasegate.loadtest.load.Instance;
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
import java.util.concurrent.TimeUnit;
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

    private @Nullable Instance everywhere;
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
        Instance listener = Instance.onEveryLoopbackAddress(lab.loops());
        everywhere = listener;
        for (int service = 0; service < SERVICES; service++) {
            List<String> addresses = new ArrayList<>();
            for (int i = 1; i <= INSTANCES_PER_SERVICE; i++) {
                addresses.add("127.1." + service + "." + i + ":" + listener.port());
            }
            etcd(lab).registerAll(PREFIX, "churn-" + service, addresses);
        }
        for (int i = 0; i < MEMBERS; i++) {
            String address = "127.2." + i / INSTANCES_PER_SERVICE + "." + (1 + i % INSTANCES_PER_SERVICE);
            members.add(new ChangeWriter.Member("churn-" + i % SERVICES, address + ":" + listener.port()));
        }
    }

    @Override
    public void finish(Lab lab) throws BenchFailure, InterruptedException {
        etcd(lab).deleteAll(PREFIX);
        etcd(lab).deleteAll(UNWATCHED_PREFIX);
        if (everywhere != null) {
            everywhere.close();
        }
    }

    private static EtcdServer etcd(Lab lab) throws BenchFailure {
        EtcdServer etcd = lab.etcd();
        if (etcd == null) {
            throw new BenchFailure("there is no etcd");
        }
        return etcd;
    }

    @Override
    public Map<String, Figures> measure(Lab lab, Peer peer) throws BenchFailure, InterruptedException {
        long before = connections();
        try (RunningPeer running = lab.start(peer, false, false);
                Load load = Load.start(lab.loops(), running.target(), Plan.closed(Method.UNARY, 100, 10))) {
            load.awaitComplete(Measurement.CONNECT_LIMIT);
            awaitConnections(before + SERVICES * INSTANCES_PER_SERVICE);
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
        try (ChangeWriter writer = new ChangeWriter(etcd(lab), prefix, members, CHANGES_PER_SECOND, 0)) {
            measurement.warmUp(); // what is compiled for the changes is no part of them
            long before = writer.written();
            Measurement.Span span = measurement.span(lab.settings().duration());
            changesPerSecond = (writer.written() - before) / span.seconds();
            writer.check();
            return Figures.of(measurement.figures(span));
        }
    }

    private long connections() {
        return everywhere == null ? 0 : everywhere.connections();
    }

    /** The gateway connects to every instance to see whether it is well; that is over before the calls are counted. */
    private void awaitConnections(long wanted) throws BenchFailure, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CONNECTED_LIMIT_SECONDS);
        while (connections() < wanted) {
            if (System.nanoTime() > deadline) {
                throw new BenchFailure("only " + connections() + " connections to instances were made within "
                        + CONNECTED_LIMIT_SECONDS + " s (expected " + wanted + ")");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
