package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.load.Load;
import io.leasegate.loadtest.load.LoadFailure;
import io.leasegate.loadtest.load.Method;
import io.leasegate.loadtest.load.Plan;
import io.leasegate.loadtest.peer.Peer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Calls arrive at the same times for every peer, at half the rate that saturates Envoy, whether or not the answers keep up: how long the answers
 * take, counted from when each call was due.
 */
final class Latency implements Scenario {

    private static final int CONNECTIONS = 10;
    private static final double RATE_WITHOUT_ENVOY = 8000;
    private static final Duration LEAD_IN = Duration.ofSeconds(1);
    private static final Plan BUSY = Plan.closed(Method.UNARY, 10, 10);

    private double callsPerSecond;
    private String note = "";

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String title() {
        return "Unary at a fixed rate of arrivals, 10 connections";
    }

    @Override
    public String unit() {
        return "call";
    }

    @Override
    public Metric compared() {
        return Metric.P99;
    }

    @Override
    public void prepare(Lab lab, List<Peer> peers) throws BenchFailure, InterruptedException {
        callsPerSecond = lab.settings().callsPerSecond();
        String why = "as asked for";
        if (callsPerSecond == 0) {
            Peer envoy = peers.stream()
                    .filter(peer -> peer.name().equals("envoy"))
                    .findFirst()
                    .orElse(null);
            callsPerSecond = envoy == null ? RATE_WITHOUT_ENVOY : saturation(lab, envoy) / 2;
            why = envoy == null ? "without Envoy to go by" : "half of what saturates Envoy";
        }
        note = String.format(Locale.ROOT, "%,.0f calls/s, %s", callsPerSecond, why);
    }

    private static double saturation(Lab lab, Peer envoy) throws BenchFailure, InterruptedException {
        try (RunningPeer running = lab.start(envoy, false, false);
                Load load = Load.start(lab.loops(), running.target(), BUSY)) {
            load.awaitComplete(Measurement.CONNECT_LIMIT);
            Measurement measurement = new Measurement(lab.settings(), running, load);
            measurement.warmUp();
            return measurement.measure().getOrDefault(Metric.RATE, RATE_WITHOUT_ENVOY);
        } catch (LoadFailure e) {
            throw new BenchFailure("what saturates Envoy cannot be measured: " + e.getMessage(), e);
        }
    }

    @Override
    public String note() {
        return note;
    }

    @Override
    public Map<String, Figures> measure(Lab lab, Peer peer) throws BenchFailure, InterruptedException {
        try (RunningPeer running = lab.start(peer, false, false)) {
            Measurement.warmUp(lab, running, BUSY);
            Plan plan = Plan.open(Method.UNARY, CONNECTIONS, callsPerSecond);
            try (Load load = Load.start(lab.loops(), running.target(), plan)) {
                load.awaitComplete(Measurement.CONNECT_LIMIT);
                Measurement measurement = new Measurement(lab.settings(), running, load);
                measurement.span(LEAD_IN);
                return Map.of(peer.name(), Figures.of(measurement.measure()));
            }
        } catch (LoadFailure e) {
            throw new BenchFailure(String.valueOf(e.getMessage()), e);
        }
    }
}
