package io.leasegate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private final RetryBudget budget = new RetryBudget(5);

    private int drawn(double share, long at, int tries) {
        int n = 0;
        for (int i = 0; i < tries; i++) {
            n += budget.tryDraw(share, at) ? 1 : 0;
        }
        return n;
    }

    private void calls(int n, long at) {
        for (int i = 0; i < n; i++) {
            budget.onCall(at);
        }
    }

    @Test
    void thereIsTheFloorInEachSecondWithoutCalls() {
        for (int s = 0; s < 30; s++) {
            assertThat(drawn(0.2, s * SECOND + 7, 100)).as("second %d", s).isEqualTo(RetryBudget.FLOOR_PER_SECOND);
        }
    }

    @Test
    void shareOfCallsIsForTheLastTenSeconds() {
        calls(1_000, 5);
        assertThat(drawn(0.2, 9 * SECOND, 1_000)).isEqualTo(200);
        // The calls have left the window, the retries have not.
        assertThat(drawn(0.2, 12 * SECOND, 1_000)).isEqualTo(RetryBudget.FLOOR_PER_SECOND);
        calls(3_000, 13 * SECOND);
        assertThat(drawn(0.2, 13 * SECOND, 1_000)).isEqualTo(600 - 200 - RetryBudget.FLOOR_PER_SECOND);
    }

    @Test
    void whatWasRefusedIsNotCounted() {
        calls(100, 5);
        assertThat(drawn(0.2, 5, 1_000)).isEqualTo(20);
        calls(100, 5);
        assertThat(drawn(0.2, 5, 1_000)).isEqualTo(20);
    }

    @Test
    void shareOfNothingIsNoneAtAll() {
        calls(1_000, 5);
        assertThat(drawn(0, 5, 100)).isZero();
    }

    @Test
    void severalThreadsTogetherStayWithinIt() throws InterruptedException {
        calls(10_000, 5);
        AtomicInteger drawn = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(4);
        for (int t = 0; t < 4; t++) {
            new Thread(() -> {
                        drawn.addAndGet(drawn(0.2, 5, 2_000));
                        done.countDown();
                    })
                    .start();
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(drawn.get()).isBetween(1_500, 2_000);
    }

    @Test
    void backoffIsExponentialAndHasFullJitter() {
        RetryPolicy policy = RetryPolicy.OFF.withBackoff(100, 350);
        long most = -1L;
        assertThat(policy.backoffNanos(0, most)).isEqualTo(99);
        assertThat(policy.backoffNanos(1, most)).isEqualTo(199);
        assertThat(policy.backoffNanos(2, most)).isEqualTo(349);
        assertThat(policy.backoffNanos(200, most)).isEqualTo(349);
        assertThat(policy.backoffNanos(1, most >>> 1)).isEqualTo(99);
        assertThat(policy.backoffNanos(1, 0)).isZero();
    }
}
