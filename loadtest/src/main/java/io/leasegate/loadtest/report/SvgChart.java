package io.leasegate.loadtest.report;

import io.leasegate.loadtest.bench.Metric;
import io.leasegate.loadtest.bench.ScenarioResult;
import io.leasegate.loadtest.bench.ScenarioResult.Row;
import io.leasegate.loadtest.bench.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The figure that a scenario compares, as horizontal bars: the medians, with a line from the least to the greatest. Readable on light and on dark
 * pages.
 */
public final class SvgChart {

    private static final int WIDTH = 720;
    private static final int LABEL_WIDTH = 170;
    private static final int VALUE_WIDTH = 110;
    private static final int BAR_HEIGHT = 18;
    private static final int ROW_HEIGHT = 28;
    private static final int TOP = 48;
    private static final String OURS = "#1f8a5b";
    private static final String OTHERS = "#7a8699";

    private record Bar(String name, Statistics statistics) {}

    private SvgChart() {}

    public static String of(ScenarioResult result) {
        Metric metric = result.compared();
        List<Bar> bars = new ArrayList<>();
        for (Row row : result.rows()) {
            Statistics statistics = row.statistics().get(metric);
            if (statistics != null) {
                bars.add(new Bar(row.name(), statistics));
            }
        }
        double longest =
                bars.stream().mapToDouble(bar -> bar.statistics.max()).max().orElse(1);
        double scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / Math.max(longest, Double.MIN_NORMAL);
        int height = TOP + bars.size() * ROW_HEIGHT + 8;
        StringBuilder svg = new StringBuilder();
        svg.append(("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                        + "role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"13\">%n")
                .formatted(WIDTH, height, WIDTH, height));
        svg.append("<title>%s: %s</title>%n".formatted(escape(result.title()), escape(metric.title())));
        svg.append("<style>text{fill:#24292f}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>\n");
        svg.append("<text x=\"8\" y=\"20\" font-weight=\"600\">%s</text>%n".formatted(escape(result.title())));
        svg.append("<text x=\"8\" y=\"38\" font-size=\"11\">%s, %s; %s is better</text>%n"
                .formatted(escape(metric.title()), escape(metric.unit()), metric == Metric.RATE ? "more" : "less"));
        for (int i = 0; i < bars.size(); i++) {
            append(svg, bars.get(i), i, scale, metric, result);
        }
        return svg.append("</svg>\n").toString();
    }

    private static void append(
            StringBuilder svg, Bar bar, int place, double scale, Metric metric, ScenarioResult result) {
        int y = TOP + place * ROW_HEIGHT;
        double middle = y + BAR_HEIGHT / 2.0;
        Statistics statistics = bar.statistics;
        String color = bar.name.startsWith(result.rows().get(0).name()) ? OURS : OTHERS;
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                LABEL_WIDTH - 8,
                middle + 4.5,
                escape(bar.name)));
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\"/>%n",
                LABEL_WIDTH,
                y,
                Math.max(1, statistics.median() * scale),
                BAR_HEIGHT,
                color));
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#d29922\" stroke-width=\"2\"/>%n",
                LABEL_WIDTH + statistics.min() * scale,
                LABEL_WIDTH + statistics.max() * scale,
                middle,
                middle));
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n",
                LABEL_WIDTH + statistics.max() * scale + 6,
                middle + 4.5,
                metric.format(statistics.median())));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
