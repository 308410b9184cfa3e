package io.leasegate.loadtest.report;

import io.leasegate.loadtest.bench.Results;
import io.leasegate.loadtest.bench.ScenarioResult;
import io.leasegate.loadtest.host.Machine;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A run as Markdown: the machine, the versions, a table per scenario. */
public final class MarkdownReport {

    private MarkdownReport() {}

    /**
     * The whole of it.
     *
     * @param charts whether each table is followed by its chart, as the file {@code SCENARIO.svg}
     */
    public static String of(Results results, boolean charts) {
        StringBuilder text = new StringBuilder();
        Machine machine = results.machine();
        text.append(String.format(
                Locale.ROOT,
                "%s, %d cores, %.0f GiB; %s; %s. %d rounds of %s s each, medians.%n%n",
                machine.processor(),
                machine.cores(),
                machine.memoryGiB(),
                machine.system(),
                machine.java(),
                results.settings().rounds(),
                seconds(results.settings().duration().toMillis())));
        text.append(results.versions().entrySet().stream()
                .map(version -> version.getKey() + " " + version.getValue())
                .collect(Collectors.joining(", ", "Versions: ", ".\n")));
        for (ScenarioResult scenario : results.scenarios()) {
            append(text, scenario);
            if (charts) {
                text.append("\n![%s](%s.svg)%n".formatted(scenario.title(), scenario.name()));
            }
        }
        return text.toString();
    }

    private static String seconds(long millis) {
        return millis % 1000 == 0 ? Long.toString(millis / 1000) : Double.toString(millis / 1e3);
    }

    private static void append(StringBuilder text, ScenarioResult scenario) {
        text.append("%n### %s: `%s`%n%n".formatted(scenario.title(), scenario.name()));
        if (!scenario.note().isEmpty()) {
            text.append(scenario.note()).append(".\n\n");
        }
        List<List<String>> rows = Grid.of(scenario, true).rows();
        for (int i = 0; i < rows.size(); i++) {
            text.append(
                    rows.get(i).stream().map(MarkdownReport::escape).collect(Collectors.joining(" | ", "| ", " |\n")));
            if (i == 0) {
                text.append("| --- |")
                        .append(" ---: |".repeat(rows.get(0).size() - 1))
                        .append('\n');
            }
        }
        for (ScenarioResult.Row row : scenario.rows()) {
            for (String failure : row.failures()) {
                text.append("\n%s: %s%n".formatted(row.name(), escape(failure)));
            }
        }
    }

    private static String escape(String text) {
        return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;");
    }
}
