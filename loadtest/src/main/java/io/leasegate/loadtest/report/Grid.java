package io.leasegate.loadtest.report;

import io.leasegate.loadtest.bench.Metric;
import io.leasegate.loadtest.bench.ScenarioResult;
import io.leasegate.loadtest.bench.ScenarioResult.Row;
import io.leasegate.loadtest.bench.Statistics;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The result of a scenario as rows of cells, the heading first. Immutable.
 *
 * @param rows of equal length
 */
record Grid(List<List<String>> rows) {

    private static final String NONE = "-";

    Grid {
        rows = rows.stream().map(List::copyOf).toList();
    }

    /**
     * Made of the medians.
     *
     * @param spread whether the least and the greatest value stand behind the figures that ratios are made of
     */
    static Grid of(ScenarioResult result, boolean spread) {
        Set<Metric> metrics = metrics(result);
        boolean direct = result.row("direct") != null;
        List<List<String>> rows = new ArrayList<>();
        rows.add(heading(result, metrics, direct));
        for (Row row : result.rows()) {
            rows.add(cells(result, row, metrics, direct, spread));
        }
        return new Grid(rows);
    }

    private static Set<Metric> metrics(ScenarioResult result) {
        Set<Metric> metrics = EnumSet.noneOf(Metric.class);
        for (Row row : result.rows()) {
            metrics.addAll(row.statistics().keySet());
        }
        return metrics;
    }

    private static List<String> heading(ScenarioResult result, Set<Metric> metrics, boolean direct) {
        List<String> cells = new ArrayList<>();
        cells.add("peer");
        for (Metric metric : metrics) {
            String unit = metric == Metric.RATE ? "" : " " + metric.unit();
            cells.add((metric == Metric.RATE ? "per second" : metric.title()) + unit);
            if (metric == result.compared()) {
                cells.add("ratio");
            }
            if (metric.isLatency() && direct) {
                cells.add("added");
            }
        }
        return cells;
    }

    private static List<String> cells(
            ScenarioResult result, Row row, Set<Metric> metrics, boolean direct, boolean spread) {
        List<String> cells = new ArrayList<>();
        cells.add(row.name() + (row.failures().isEmpty() ? "" : " FAILED"));
        for (Metric metric : metrics) {
            Statistics statistics = row.statistics().get(metric);
            String cell = statistics == null ? NONE : metric.format(statistics.median());
            if (statistics != null
                    && spread
                    && metric == result.compared()
                    && row.rounds().size() > 1) {
                cell += " (" + metric.format(statistics.min()) + "-" + metric.format(statistics.max()) + ")";
            }
            cells.add(cell);
            if (metric == result.compared()) {
                cells.add(ratio(result.ratioOfFirstTo(row.name())));
            }
            if (metric.isLatency() && direct) {
                double added = result.addedOverDirect(row.name(), metric);
                cells.add(Double.isNaN(added) || row.name().equals("direct") ? NONE : metric.format(added));
            }
        }
        return cells;
    }

    /** What the first row has as a multiple of what this one has: below 1 is less. */
    static String ratio(double ratio) {
        return Double.isNaN(ratio) ? NONE : String.format(java.util.Locale.ROOT, "%.2f", ratio);
    }
}
