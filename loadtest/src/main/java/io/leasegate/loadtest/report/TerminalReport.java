package io.leasegate.loadtest.report;

import io.leasegate.loadtest.bench.ScenarioResult;
import java.io.PrintWriter;
import java.util.List;

/** A table per scenario, in columns of text. */
public final class TerminalReport {

    private TerminalReport() {}

    public static void print(PrintWriter out, ScenarioResult result) {
        out.println();
        out.println(
                result.name() + ": " + result.title() + (result.note().isEmpty() ? "" : " (" + result.note() + ")"));
        List<List<String>> rows = Grid.of(result, true).rows();
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String pad = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? row.get(i) + pad : "  " + pad + row.get(i));
            }
            out.println(line.toString().stripTrailing());
        }
        for (ScenarioResult.Row row : result.rows()) {
            for (String failure : row.failures()) {
                out.println("  " + row.name() + ": " + failure.replace("\n", "\n    "));
            }
        }
        out.flush();
    }
}
