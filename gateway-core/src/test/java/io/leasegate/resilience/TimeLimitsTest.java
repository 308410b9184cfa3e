package io.leasegate.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimeLimitsTest {

    @Test
    void agesSpreadOverTheWholeOfTheJitterAndNotBeyond() {
        TimeLimits limits = new TimeLimits(0, 0, 1_000_000, 0.2);
        SplittableRandom random = new SplittableRandom(1);
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 10_000; i++) {
            long age = limits.ageNanos(random.nextLong());
            least = Math.min(least, age);
            most = Math.max(most, age);
        }
        assertThat(least).isBetween(800_000L, 801_000L);
        assertThat(most).isBetween(1_199_000L, 1_200_000L);
    }

    @Test
    void wholeJitterLeavesSomethingOfTheAge() {
        assertThat(new TimeLimits(0, 0, 10, 1).ageNanos(0)).isEqualTo(1);
    }

    @Test
    void badLimitsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TimeLimits(-1, 0, 0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TimeLimits(0, 0, 0, 1.5))
                .withMessageContaining("ageJitter");
    }
}
