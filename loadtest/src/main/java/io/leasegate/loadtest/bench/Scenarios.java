package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.load.Method;
import io.leasegate.loadtest.load.Plan;
import java.util.ArrayList;
import java.util.List;

/** All scenarios there are. */
public final class Scenarios {

    private Scenarios() {}

    /** Fresh ones, in the order in which they run. */
    public static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        all.add(unary("unary-1x1", "Unary, 1 connection x 1 stream", 1, 1));
        all.add(unary("unary-10x10", "Unary, 10 connections x 10 streams", 10, 10));
        all.add(unary("unary-100x10", "Unary, 100 connections x 10 streams", 100, 10));
        all.add(unary("connections-1000", "Unary, 1,000 connections x 1 stream", 1000, 1));
        all.add(new Throughput(
                "three-instances",
                "Unary, 100 x 10, spread over three instances",
                "call",
                Plan.closed(Method.UNARY, 100, 10),
                true,
                false));
        all.add(new Throughput(
                "tls", "Unary over TLS, 100 x 10", "call", Plan.closed(Method.UNARY, 100, 10), false, true));
        all.add(new Throughput(
                "server-stream",
                "Server stream, 1,000 messages of 1 KiB, 10 x 4",
                "stream of 1,000 messages",
                Plan.closed(Method.SERVER_STREAM, 10, 4),
                false,
                false));
        all.add(new Throughput(
                "ping-pong",
                "Bidirectional ping-pong, 10 x 10 streams",
                "round trip",
                Plan.closed(Method.PING_PONG, 10, 10),
                false,
                false));
        all.add(new Throughput(
                "download", "1 MiB responses, 4 x 4", "call", Plan.closed(Method.DOWNLOAD, 4, 4), false, false));
        all.add(new Throughput(
                "upload", "1 MiB requests, 4 x 4", "call", Plan.closed(Method.UPLOAD, 4, 4), false, false));
        all.add(new Latency());
        all.add(new UnderAttack());
        all.add(Memory.idleStreams());
        all.add(Memory.idleTlsConnections());
        all.add(new Churn());
        all.add(new EvictionTime());
        all.add(new Ready());
        all.add(new ReadyAtScale());
        return all;
    }

    private static Throughput unary(String name, String title, int connections, int streams) {
        return new Throughput(name, title, "call", Plan.closed(Method.UNARY, connections, streams), false, false);
    }

    /**
     * Those with the names, in their order.
     *
     * @throws IllegalArgumentException for a name that is none, saying which there are
     */
    public static List<Scenario> named(List<String> names) {
        List<Scenario> chosen = new ArrayList<>();
        for (String name : names) {
            List<Scenario> all = all();
            chosen.add(all.stream()
                    .filter(scenario -> scenario.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no scenario '" + name
                            + "' (expected some of "
                            + String.join(", ", all.stream().map(Scenario::name).toList()) + ")")));
        }
        return chosen;
    }
}
