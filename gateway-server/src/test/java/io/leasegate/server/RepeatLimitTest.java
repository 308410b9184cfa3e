package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RepeatLimitTest {

    private static final long SPAN = TimeUnit.SECONDS.toNanos(10);

    private final RepeatLimit repeats = new RepeatLimit(10, TimeUnit.SECONDS);

    @Test
    void theFirstOfAKindPassesAndTheNextWithTheNumberOfThoseBetween() {
        assertThat(repeats.pass("a", 5)).isZero();
        assertThat(repeats.pass("a", 6)).isEqualTo(RepeatLimit.SILENT);
        assertThat(repeats.pass("a", 4 + SPAN)).isEqualTo(RepeatLimit.SILENT);
        assertThat(repeats.pass("b", 6)).as("another kind").isZero();
        assertThat(repeats.pass("a", 5 + SPAN)).isEqualTo(2);
        assertThat(repeats.pass("a", 6 + SPAN)).isEqualTo(RepeatLimit.SILENT);
        assertThat(repeats.pass("a", 5 + 3 * SPAN)).isEqualTo(1);
    }

    @Test
    void kindsAreBounded() {
        int told = 0;
        for (int i = 0; i < 5_000; i++) {
            told += repeats.pass("kind " + i, 5) == RepeatLimit.SILENT ? 0 : 1;
        }
        assertThat(told).isEqualTo(1_001);
    }
}
