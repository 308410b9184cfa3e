package io.leasegate.loadtest.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a scenario came to. Immutable.
 *
 * @param name of the scenario
 * @param title of the scenario
 * @param unit what was counted
 * @param compared the figure that ratios are made of
 * @param note what the scenario found out for itself
 * @param rows one per peer, or more where the scenario says so
 */
public record ScenarioResult(String name, String title, String unit, Metric compared, String note, List<Row> rows) {

    /**
     * The rounds of one row.
     *
     * @param name the peer's, or one that begins with it
     * @param rounds in order
     */
    public record Row(String name, List<Figures> rounds) {

        public Row {
            rounds = List.copyOf(rounds);
        }

        /** Of the rounds that have the figure. */
        public Map<Metric, Statistics> statistics() {
            Map<Metric, Statistics> all = new EnumMap<>(Metric.class);
            for (Metric metric : Metric.values()) {
                List<Double> values = new ArrayList<>();
                for (Figures round : rounds) {
                    Double value = round.values().get(metric);
                    if (value != null) {
                        values.add(value);
                    }
                }
                if (!values.isEmpty()) {
                    all.put(metric, Statistics.of(values));
                }
            }
            return all;
        }

        /** What went wrong, once each. */
        public List<String> failures() {
            return rounds.stream()
                    .map(Figures::failure)
                    .filter(text -> !text.isEmpty())
                    .distinct()
                    .toList();
        }
    }

    public ScenarioResult {
        rows = List.copyOf(rows);
    }

    public @Nullable Row row(String rowName) {
        return rows.stream().filter(row -> row.name.equals(rowName)).findFirst().orElse(null);
    }

    public boolean hasFailures() {
        return rows.stream().anyMatch(row -> !row.failures().isEmpty());
    }

    /** The median of the row's figure, or NaN. */
    public double median(String rowName, Metric metric) {
        Row row = row(rowName);
        Statistics statistics = row == null ? null : row.statistics().get(metric);
        return statistics == null ? Double.NaN : statistics.median();
    }

    /** How much more of a latency the row has than direct calls, or NaN. */
    public double addedOverDirect(String rowName, Metric latency) {
        return median(rowName, latency) - median("direct", latency);
    }

    /** The first row's compared figure as a multiple of the other's, or NaN. */
    public double ratioOfFirstTo(String rowName) {
        return rows.isEmpty() || rows.get(0).name.equals(rowName)
                ? Double.NaN
                : median(rows.get(0).name, compared) / median(rowName, compared);
    }
}
