package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.load.AttackLoad;
import io.leasegate.loadtest.load.Load;
import io.leasegate.loadtest.load.LoadFailure;
import io.leasegate.loadtest.load.Method;
import io.leasegate.loadtest.load.Plan;
import io.leasegate.loadtest.peer.Peer;
import io.leasegate.loadtest.wire.Attack;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Well-behaved clients call at a fixed rate while hostile ones attack the same port: how much longer the answers take. In the quiet case the same
 * bytes go to a listener that is no peer's, so that the load's cores have the same work.
 */
final class UnderAttack implements Scenario {

    private static final int CONNECTIONS = 10;
    private static final double DEFAULT_RATE = 2_000;
    private static final int ATTACKERS_PER_SECOND = 10;
    private static final Duration LEAD_IN = Duration.ofMillis(500);
    private static final Plan BUSY = Plan.closed(Method.UNARY, 10, 10);

    private final Map<String, String> ended = new TreeMap<>();

    @Override
    public String name() {
        return "under-attack";
    }

    @Override
    public String title() {
        return "Unary at a fixed rate, 10 connections, beside " + ATTACKERS_PER_SECOND
                + " attacking connections a second";
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
    public boolean includes(Peer peer, Settings settings) {
        return peer.isProcess() && peer.speaksHttp2();
    }

    @Override
    public String note() {
        return String.format(
                Locale.ROOT,
                "Attackers whose connection the peer ended within 200 ms: %s",
                String.join("; ", ended.values()));
    }

    @Override
    public Map<String, Figures> measure(Lab lab, Peer peer) throws BenchFailure, InterruptedException {
        double rate = lab.settings().callsPerSecond() == 0
                ? DEFAULT_RATE
                : lab.settings().callsPerSecond();
        try (RunningPeer running = lab.start(peer, false, false);
                AttackLoad.Sink sink = new AttackLoad.Sink(lab.loops())) {
            Measurement.warmUp(lab, running, BUSY);
            Map<String, Figures> rows = new LinkedHashMap<>();
            for (Attack attack : Attack.values()) {
                // What is compiled for the attack is no part of it.
                span(lab, running, running.target().port(), attack, rate);
                rows.put(
                        peer.name() + ", " + attack.label() + " elsewhere",
                        span(lab, running, sink.port(), attack, rate));
                rows.put(
                        peer.name() + ", " + attack.label(),
                        span(lab, running, running.target().port(), attack, rate));
            }
            return rows;
        } catch (LoadFailure e) {
            throw new BenchFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private Figures span(Lab lab, RunningPeer running, int attackedPort, Attack attack, double rate)
            throws BenchFailure, LoadFailure, InterruptedException {
        Plan plan = Plan.open(Method.UNARY, CONNECTIONS, rate);
        try (Load load = Load.start(lab.loops(), running.target(), plan);
                AttackLoad attackers = new AttackLoad(lab.loops(), attackedPort, attack, ATTACKERS_PER_SECOND)) {
            load.awaitComplete(Measurement.CONNECT_LIMIT);
            Measurement measurement = new Measurement(lab.settings(), running, load);
            measurement.span(LEAD_IN);
            Figures figures = Figures.of(measurement.measure());
            if (attackedPort == running.target().port()) {
                ended.put(attack.label(), attack.label() + " " + attackers.endedByPeer() + " of " + attackers.begun());
            }
            return figures;
        }
    }
}
