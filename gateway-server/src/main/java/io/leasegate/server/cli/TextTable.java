package io.leasegate.server.cli;

import java.io.PrintWriter;
import java.util.List;

/** Columns of text, as wide as their widest cell. */
final class TextTable {

    private static final int MAX_WIDTH = 100;

    private TextTable() {}

    /** Prints rows of equal length; the first is the heading. */
    static void print(PrintWriter out, List<List<String>> rows) {
        List<List<String>> cells = rows.stream()
                .map(row -> row.stream().map(TextTable::printable).toList())
                .toList();
        int columns = cells.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : cells) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.min(Math.max(widths[i], row.get(i).length()), MAX_WIDTH);
            }
        }
        for (List<String> row : cells) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i));
                if (i < columns - 1) {
                    line.append(" ".repeat(Math.max(widths[i] - row.get(i).length(), 0) + 2));
                }
            }
            out.println(line);
        }
    }

    /** Keys and values come from the registry: what they hold must not steer the terminal. */
    private static String printable(String text) {
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
