package io.leasegate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The latency that an endpoint is judged by, in virtual time. */
class PeakLatencyTest {

    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    private final EndpointStats stats = new EndpointStats();
    private long now = 5 * SECOND;

    private double millis() {
        return stats.latencyNanos(now) / MILLI;
    }

    private void answers(int count, long latencyMillis) {
        for (int i = 0; i < count; i++) {
            now += MILLI;
            stats.answered(latencyMillis * MILLI, now);
        }
    }

    @Test
    void aSlowAnswerCountsAtOnceAndFastOnesTakeTime() {
        assertThat(millis()).isZero();
        answers(1, 10);
        assertThat(millis()).isEqualTo(10, within(0.01));
        answers(1, 500);
        assertThat(millis()).isEqualTo(500, within(0.1));
        answers(10_000, 10);
        // A lifetime of 10 s has passed.
        assertThat(millis()).isEqualTo(10 + 490 * Math.exp(-1), within(5.0));
        answers(100_000, 10);
        assertThat(millis()).isEqualTo(10, within(0.1));
    }

    @Test
    void silenceMakesItLessAndLess() {
        answers(1, 100);
        now += 10 * SECOND;
        assertThat(millis()).isEqualTo(100 * Math.exp(-1), within(0.1));
        now += 1_000 * SECOND;
        assertThat(millis()).isLessThan(1e-9);
    }

    @Test
    void noAnswerNeverMakesItBetter() {
        stats.unanswered(3 * MILLI, now);
        assertThat(millis()).as("nothing is known of one that never answered").isZero();
        answers(1, 10);
        stats.unanswered(MILLI, now + MILLI);
        assertThat(millis()).isEqualTo(10, within(0.01));
        stats.unanswered(200 * MILLI, now + MILLI);
        assertThat(millis()).isEqualTo(200, within(0.1));
    }

    @Test
    void aStreamThatWaitsForEventsIsNotTakenForHours() {
        answers(1, 3_600_000);
        assertThat(millis()).isEqualTo(10_000, within(1.0));
    }
}
