package io.leasegate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What calls say about an endpoint. */
class CallResultsTest {

    private static final long MILLI = 1_000_000L;
    private static final int CALLS = 20_000;
    private static final int ROUNDS = 10;

    private final EndpointStats stats = new EndpointStats();
    private final CallResults results = stats.results();

    @Test
    void failuresInARowAreCountedAndToldEachTime() {
        AtomicInteger told = new AtomicInteger();
        results.alarm(3, told::incrementAndGet);
        for (int i = 1; i <= 7; i++) {
            stats.spokeAgainst("UNAVAILABLE");
            assertThat(told.get()).isEqualTo(i / 3);
        }
        assertThat(results.failedInARow()).isEqualTo(7);
        assertThat(results.lastFailure()).isEqualTo("UNAVAILABLE");
        stats.spokeFor();
        assertThat(results.failedInARow()).isZero();
        stats.spokeAgainst("a reset");
        stats.spokeAgainst("a reset");
        assertThat(told.get()).isEqualTo(2);
        results.silence();
        stats.spokeAgainst("a reset");
        assertThat(told.get()).isEqualTo(2);
        assertThat(results.succeededCalls()).isEqualTo(1);
        assertThat(results.failedCalls()).isEqualTo(10);
    }

    /** A process with many loops' connections to it goes away: all its calls failed, but once in a row. */
    @Test
    void whatIsBrokenOffTogetherIsOneFailureInARow() {
        for (int call = 0; call < 50; call++) {
            stats.brokenOff("a lost connection", (1_000 + call) * MILLI);
            stats.brokenOffOverdue(MILLI, (1_000 + call) * MILLI);
        }
        assertThat(results.failedInARow()).isEqualTo(1);
        assertThat(results.failedCalls()).isEqualTo(100);
        stats.brokenOff("a reset", 1_100 * MILLI);
        assertThat(results.failedInARow()).isEqualTo(2);
        assertThat(results.lastFailure()).isEqualTo("a reset");
    }

    @Test
    void aDeadlineCountsOnlyWhereTheCallerHadSomePatience() {
        stats.overdue(MILLI, 5 * MILLI);
        assertThat(results.failedCalls())
                .as("nothing is known of how long it takes")
                .isEqualTo(1);
        stats.answered(20 * MILLI, 6 * MILLI);
        stats.overdue(MILLI, 7 * MILLI);
        stats.overdue(9 * MILLI, 7 * MILLI);
        assertThat(results.failedCalls()).as("an answer takes 20 ms").isEqualTo(1);
        stats.overdue(11 * MILLI, 7 * MILLI);
        assertThat(results.failedCalls()).isEqualTo(2);
    }

    /** One that hangs makes its latency the deadlines of its callers: they still count. */
    @Test
    void deadlinesOfAnInstanceThatHangsGoOnCounting() {
        stats.answered(5 * MILLI, 0);
        for (int call = 1; call <= 20; call++) {
            long now = call * 10L * MILLI;
            long waited = (100 - call % 5) * MILLI;
            stats.overdue(waited, now);
            stats.unanswered(waited, now);
            assertThat(results.failedInARow()).isEqualTo(call);
        }
    }

    @Test
    void countingAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        AtomicInteger told = new AtomicInteger();
        results.alarm(5, told::incrementAndGet);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < CALLS; i++) {
                stats.spokeFor();
                stats.spokeAgainst("UNAVAILABLE");
                stats.overdue(i, i);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least / CALLS).isZero();
        assertThat(results.failedCalls()).isEqualTo(2L * ROUNDS * CALLS);
        assertThat(told.get()).as("never five in a row").isZero();
    }
}
