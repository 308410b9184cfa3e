package io.leasegate.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leasegate.loadtest.bench.Results;
import io.leasegate.loadtest.bench.Settings;
import io.leasegate.loadtest.bench.StatisticsTest;
import io.leasegate.loadtest.host.Machine;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class ReportsTest {

    private static final Results RESULTS = new Results(
            new Machine("A processor", 2, 24, "Linux 6", "Some VM 25", 0.5),
            new Settings(2, Duration.ofSeconds(5), Duration.ofSeconds(15), true, 0),
            Map.of("nghttpx", "1.52.0"),
            List.of(StatisticsTest.sample()));

    @Test
    void jsonHasEveryRoundAndWhatWasMadeOfThem() throws Exception {
        JsonNode root = new ObjectMapper().readTree(JsonReport.of(RESULTS));
        assertThat(root.at("/machine/processor").asText()).isEqualTo("A processor");
        assertThat(root.at("/versions/nghttpx").asText()).isEqualTo("1.52.0");
        JsonNode rows = root.at("/scenarios/0/rows");
        assertThat(rows).hasSize(3);
        JsonNode ours = rows.get(0).at("/figures/cpuMicrosPerCall");
        assertThat(ours.get("median").asDouble()).isEqualTo(4);
        assertThat(ours.get("rounds")).hasSize(2);
        assertThat(rows.get(0).at("/figures/p50Micros/addedOverDirect").asDouble())
                .isEqualTo(30);
        assertThat(rows.get(0).has("ratioOfFirst")).isFalse();
        assertThat(rows.get(1).get("ratioOfFirst").asDouble()).isEqualTo(0.5);
        assertThat(rows.get(1).at("/failures/0").asText()).isEqualTo("it broke");
        assertThat(rows.get(1).at("/figures/cpuMicrosPerCall/rounds/1").isNull())
                .isTrue();
    }

    @Test
    void markdownHasATable() {
        String text = MarkdownReport.of(RESULTS, true);
        assertThat(text)
                .contains("A processor, 2 cores, 24 GiB; Linux 6; Some VM 25. 2 rounds of 5 s each, medians.")
                .contains("Versions: nghttpx 1.52.0.")
                .contains("| leasegate | 100,000 | 4.00 (4.00-4.00) | - | 50.0 | 30.0 |")
                .contains("| nghttpx FAILED | - | 8.00 (8.00-8.00) | 0.50 | 60.0 | 40.0 |")
                .contains("nghttpx: it broke")
                .contains("(unary-1x1.svg)");
    }

    @Test
    void theTerminalTableHasTheNoteAndTheFailures() {
        StringWriter text = new StringWriter();
        TerminalReport.print(new PrintWriter(text), StatisticsTest.sample());
        assertThat(text.toString()
                        .lines()
                        .filter(line -> line.startsWith("leasegate "))
                        .toList())
                .singleElement()
                .asString()
                .contains("100,000", "4.00");
        assertThat(text.toString()).contains("(a note)", "nghttpx: it broke");
    }

    @Test
    void theChartIsWellFormedAndToScale() throws Exception {
        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(
                        SvgChart.of(StatisticsTest.sample()).getBytes(StandardCharsets.UTF_8)));
        var bars = svg.getElementsByTagName("rect");
        assertThat(bars.getLength()).isEqualTo(2);
        double first = Double.parseDouble(
                bars.item(0).getAttributes().getNamedItem("width").getNodeValue());
        double second = Double.parseDouble(
                bars.item(1).getAttributes().getNamedItem("width").getNodeValue());
        assertThat(first * 2).isBetween(second - 0.3, second + 0.3);
    }
}
