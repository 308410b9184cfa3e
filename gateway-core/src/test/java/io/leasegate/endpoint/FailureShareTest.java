package io.leasegate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The share of calls that fail, in virtual time. */
class FailureShareTest {

    private static final long SECOND = 1_000_000_000L;

    private final EndpointStats stats = new EndpointStats();

    /** Near the overflow of the clock, which may be anywhere. */
    private long now = Long.MAX_VALUE - 3 * SECOND;

    private void calls(int count, boolean failing, long nanosApart) {
        for (int i = 0; i < count; i++) {
            now += nanosApart;
            if (failing) {
                stats.failed(now);
            } else {
                stats.succeeded(now);
            }
        }
    }

    @Test
    void oneFailureIsLittleAndManyAreAll() {
        assertThat(stats.failureShare(now)).isZero();
        calls(1, true, SECOND);
        assertThat(stats.failureShare(now)).isEqualTo(1.0 / 16, within(1e-6));
        calls(10, true, 1_000_000);
        assertThat(stats.failureShare(now)).isEqualTo(0.5, within(0.02));
        calls(1_000, true, 1_000_000);
        assertThat(stats.failureShare(now)).isGreaterThan(0.99);
    }

    @Test
    void successesTakeItAway() {
        calls(100, true, 1_000_000);
        calls(30, false, 1_000_000);
        assertThat(stats.failureShare(now)).isLessThan(0.2);
        calls(100, false, 1_000_000);
        assertThat(stats.failureShare(now)).isZero();
    }

    @Test
    void timeTakesItAwayAndOneCallThenDecides() {
        calls(100, true, 1_000_000);
        assertThat(stats.failureShare(now + 10 * SECOND)).isEqualTo(Math.exp(-1), within(0.01));
        now += 60 * SECOND;
        assertThat(stats.failureShare(now)).isLessThan(0.01);
        calls(1, true, SECOND);
        assertThat(stats.failureShare(now)).as("it is still broken").isGreaterThan(0.99);
        now += 60 * SECOND;
        calls(1, false, SECOND);
        assertThat(stats.failureShare(now)).as("it is well again").isLessThan(0.01);
    }

    @Test
    void aSteadyShareIsFound() {
        double sum = 0;
        for (int i = 0; i < 4_000; i++) {
            calls(1, i % 10 == 0, 1_000_000);
            sum += stats.failureShare(now);
        }
        assertThat(sum / 4_000).isEqualTo(0.1, within(0.01));
    }

    @Test
    void aClockThatRanAroundMeansLongAgo() {
        calls(100, true, 1_000_000);
        // Two thirds of the time after which 32 bits of it are the same again.
        assertThat(stats.failureShare(now + 52L * 3_600 * SECOND)).isZero();
        assertThat(stats.failureShare(now - 1_000_000))
                .as("another loop looked at its clock a little later")
                .isGreaterThan(0.99);
    }
}
