package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.peer.Peer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Scenario by scenario, round by round, one peer after the other. Used by one thread. */
public final class Run {

    /** Told what goes on. */
    public interface Observer {
        /** A measurement begins; {@code step} counts from 1. */
        void onStep(int step, int steps, String scenario, int round, String peer);

        /** All rounds of a scenario are done. */
        void onResult(ScenarioResult result);
    }

    private final Lab lab;
    private final List<Scenario> scenarios;
    private final List<Peer> peers;
    private final Observer observer;
    private int step;

    public Run(Lab lab, List<Scenario> scenarios, List<Peer> peers, Observer observer) {
        this.lab = lab;
        this.scenarios = List.copyOf(scenarios);
        this.peers = List.copyOf(peers);
        this.observer = observer;
    }

    /** How many measurements there will be. */
    public int steps() {
        return scenarios.stream().mapToInt(s -> peersOf(s).size()).sum()
                * lab.settings().rounds();
    }

    private List<Peer> peersOf(Scenario scenario) {
        return peers.stream()
                .filter(peer -> scenario.includes(peer, lab.settings()))
                .toList();
    }

    public void run() throws InterruptedException {
        for (Scenario scenario : scenarios) {
            if (!peersOf(scenario).isEmpty()) {
                observer.onResult(run(scenario));
            }
        }
    }

    private ScenarioResult run(Scenario scenario) throws InterruptedException {
        Map<String, List<Figures>> rows = new LinkedHashMap<>();
        List<Peer> taking = peersOf(scenario);
        try {
            scenario.prepare(lab, taking);
            for (int round = 1; round <= lab.settings().rounds(); round++) {
                for (Peer peer : taking) {
                    observer.onStep(++step, steps(), scenario.name(), round, peer.name());
                    measure(scenario, peer)
                            .forEach((row, figures) -> rows.computeIfAbsent(row, r -> new ArrayList<>())
                                    .add(figures));
                }
            }
        } catch (BenchFailure e) {
            rows.computeIfAbsent(taking.get(0).name(), r -> new ArrayList<>())
                    .add(Figures.failed(String.valueOf(e.getMessage())));
        } finally {
            finish(scenario);
        }
        List<ScenarioResult.Row> list = new ArrayList<>();
        rows.forEach((name, rounds) -> list.add(new ScenarioResult.Row(name, rounds)));
        return new ScenarioResult(
                scenario.name(), scenario.title(), scenario.unit(), scenario.compared(), scenario.note(), list);
    }

    private void finish(Scenario scenario) throws InterruptedException {
        try {
            scenario.finish(lab);
        } catch (BenchFailure e) {
            throw new IllegalStateException("what " + scenario.name() + " prepared cannot be undone", e);
        }
    }

    /** A peer that fails does not keep the others from being measured. */
    private Map<String, Figures> measure(Scenario scenario, Peer peer) throws InterruptedException {
        try {
            return scenario.measure(lab, peer);
        } catch (BenchFailure e) {
            return Map.of(peer.name(), Figures.failed(String.valueOf(e.getMessage())));
        }
    }
}
