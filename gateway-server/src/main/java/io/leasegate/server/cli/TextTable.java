package io.leasegate.server.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.UnaryOperator;

/** Columns of text, as wide as their widest cell. */
final class TextTable {

    private static final int MAX_WIDTH = 100;

    private TextTable() {}

    /** A row and how it is painted as a whole. */
    record Row(List<String> cells, UnaryOperator<String> paint) {
        static Row plain(List<String> cells) {
            return new Row(cells, UnaryOperator.identity());
        }
    }

    /** Prints rows of equal length; the first is the heading. */
    static void print(PrintWriter out, List<Row> rows) {
        List<List<String>> cells = rows.stream()
                .map(row -> row.cells().stream().map(TextTable::printable).toList())
                .toList();
        int columns = cells.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : cells) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.min(Math.max(widths[i], row.get(i).length()), MAX_WIDTH);
            }
        }
        for (int n = 0; n < cells.size(); n++) {
            List<String> row = cells.get(n);
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i));
                if (i < columns - 1) {
                    line.append(" ".repeat(Math.max(widths[i] - row.get(i).length(), 0) + 2));
                }
            }
            out.println(rows.get(n).paint().apply(line.toString()));
        }
    }

    /** Keys and values come from the registry: what they hold must not steer the terminal. */
    static String printable(String text) {
        StringBuilder s = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            boolean unsafe = Character.isISOControl(c)
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR;
            if (unsafe) {
                s.append(String.format("\\u%04x", c));
            } else {
                s.appendCodePoint(c);
            }
        });
        return s.toString();
    }
}
