package io.leasegate.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leasegate.loadtest.bench.ScenarioResult.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

public class StatisticsTest {

    @Test
    void takesTheMiddleValue() {
        assertThat(Statistics.of(List.of(9.0, 1.0, 5.0))).isEqualTo(new Statistics(5, 1, 9));
        assertThat(Statistics.of(List.of(4.0, 1.0, 2.0, 10.0))).isEqualTo(new Statistics(3, 1, 10));
        assertThat(Statistics.of(List.of(7.0))).isEqualTo(new Statistics(7, 7, 7));
        assertThatThrownBy(() -> Statistics.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void comparesTheFirstRowWithEachOther() {
        ScenarioResult result = result();
        assertThat(result.ratioOfFirstTo("nghttpx")).isEqualTo(0.5);
        assertThat(result.ratioOfFirstTo("leasegate")).isNaN();
        assertThat(result.ratioOfFirstTo("direct")).isNaN();
        assertThat(result.addedOverDirect("leasegate", Metric.P50)).isEqualTo(30);
        assertThat(result.addedOverDirect("nghttpx", Metric.P99)).isNaN();
    }

    @Test
    void aFailedRoundIsReportedAndNotCounted() {
        ScenarioResult result = result();
        assertThat(result.hasFailures()).isTrue();
        Row row = result.row("nghttpx");
        assertThat(row).isNotNull();
        assertThat(row.failures()).containsExactly("it broke");
        assertThat(row.statistics().get(Metric.CPU_PER_UNIT)).isEqualTo(new Statistics(8, 8, 8));
    }

    /** Leasegate at 4 µs, nghttpx at 8 with a round that failed, and nothing between. */
    static ScenarioResult result() {
        Figures ours = Figures.of(Map.of(Metric.CPU_PER_UNIT, 4.0, Metric.P50, 50.0, Metric.RATE, 100_000.0));
        Figures theirs = Figures.of(Map.of(Metric.CPU_PER_UNIT, 8.0, Metric.P50, 60.0));
        Figures none = Figures.of(Map.of(Metric.P50, 20.0));
        return new ScenarioResult(
                "unary-1x1",
                "Unary <small> | \"quoted\"",
                "call",
                Metric.CPU_PER_UNIT,
                "a note",
                List.of(
                        new Row("leasegate", List.of(ours, ours)),
                        new Row("nghttpx", List.of(theirs, Figures.failed("it broke"))),
                        new Row("direct", List.of(none, none))));
    }

    /** For the tests of other packages. */
    public static ScenarioResult sample() {
        return result();
    }
}
