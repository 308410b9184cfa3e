package io.leasegate.loadtest.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.loadtest.bench.Figures;
import io.leasegate.loadtest.bench.Results;
import io.leasegate.loadtest.bench.ScenarioResult;
import io.leasegate.loadtest.bench.ScenarioResult.Row;
import io.leasegate.loadtest.bench.Settings;
import io.leasegate.loadtest.host.Machine;

/** A run as JSON: every value of every round, and what was made of them. */
public final class JsonReport {

    private JsonReport() {}

    public static String of(Results results) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        Machine machine = results.machine();
        root.putObject("machine")
                .put("processor", machine.processor())
                .put("cores", machine.cores())
                .put("memoryGiB", machine.memoryGiB())
                .put("system", machine.system())
                .put("java", machine.java())
                .put("loadAverageBefore", machine.loadAverage());
        Settings settings = results.settings();
        root.putObject("settings")
                .put("rounds", settings.rounds())
                .put("durationMillis", settings.duration().toMillis())
                .put("longestWarmUpMillis", settings.longestWarmUp().toMillis())
                .put("discovery", settings.etcd() ? "etcd" : "static");
        ObjectNode versions = root.putObject("versions");
        results.versions().forEach(versions::put);
        ArrayNode scenarios = root.putArray("scenarios");
        results.scenarios().forEach(scenario -> describe(scenarios.addObject(), scenario));
        return root.toPrettyString();
    }

    private static void describe(ObjectNode node, ScenarioResult scenario) {
        node.put("name", scenario.name())
                .put("title", scenario.title())
                .put("unit", scenario.unit())
                .put("note", scenario.note())
                .put("compared", scenario.compared().key());
        ArrayNode rows = node.putArray("rows");
        for (Row row : scenario.rows()) {
            describe(rows.addObject(), scenario, row);
        }
    }

    private static void describe(ObjectNode node, ScenarioResult scenario, Row row) {
        node.put("peer", row.name());
        ObjectNode figures = node.putObject("figures");
        row.statistics().forEach((metric, statistics) -> {
            ObjectNode figure = figures.putObject(metric.key());
            figure.put("median", statistics.median())
                    .put("min", statistics.min())
                    .put("max", statistics.max());
            ArrayNode rounds = figure.putArray("rounds");
            for (Figures round : row.rounds()) {
                rounds.add(round.values().get(metric));
            }
            if (metric.isLatency()) {
                put(figure, "addedOverDirect", scenario.addedOverDirect(row.name(), metric));
            }
        });
        put(node, "ratioOfFirst", scenario.ratioOfFirstTo(row.name()));
        ArrayNode failures = node.putArray("failures");
        row.failures().forEach(failures::add);
    }

    private static void put(ObjectNode node, String name, double value) {
        if (!Double.isNaN(value)) {
            node.put(name, value);
        }
    }
}
