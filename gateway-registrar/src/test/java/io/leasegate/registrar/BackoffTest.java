package io.leasegate.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void growsToTheCapWithJitterInTheUpperHalfAndStartsOverAfterReset() {
        Backoff backoff = new Backoff(100, 500, new SplittableRandom(1));
        for (long bound : new long[] {100, 200, 400, 500, 500, 500}) {
            assertThat(backoff.nextNanos()).isBetween(bound / 2, bound);
        }
        backoff.reset();
        assertThat(backoff.nextNanos()).isBetween(50L, 100L);
    }

    @Test
    void twoServicesDoNotRetryInStep() {
        Backoff one = new Backoff(1_000_000, 1_000_000, new SplittableRandom(1));
        Backoff two = new Backoff(1_000_000, 1_000_000, new SplittableRandom(2));
        assertThat(one.nextNanos()).isNotEqualTo(two.nextNanos());
    }
}
