package io.leasegate.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The manual's list of outcomes is the code's. */
class OutcomesManualTest {

    private static final Path MANUAL = Path.of("..", "docs", "outcomes.md");

    @Test
    void everyOutcomeHasItsRowAndNoRowIsStale() throws Exception {
        List<String> expected = new ArrayList<>();
        for (Outcome o : Outcome.values()) {
            expected.add(String.format(
                    "| `%s` | `%s` | %d %s | %s | %s | %s | %s |",
                    o.code(),
                    o.name(),
                    o.grpcStatus().code(),
                    o.grpcStatus().name(),
                    o.retryable() ? "yes" : "no",
                    o.endedBy().name().toLowerCase(Locale.ROOT),
                    o.phase().name().toLowerCase(Locale.ROOT),
                    o.meaning()));
        }
        List<String> rows = Files.readString(MANUAL)
                .lines()
                .filter(l -> l.startsWith("| `"))
                .map(l -> l.substring(0, l.lastIndexOf('|', l.length() - 2) + 1))
                .toList();
        assertThat(rows).as("rows of %s without the last column", MANUAL).isEqualTo(expected);
        assertThat(Files.readString(MANUAL).lines().filter(l -> l.startsWith("| `")))
                .as("the last column says what to do")
                .allMatch(l ->
                        l.substring(l.lastIndexOf('|', l.length() - 2) + 1).length() > 12);
    }
}
