package io.leasegate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The order of weighted round robin. */
class StrideScheduleTest {

    private static StrideSchedule schedule(long... weights) {
        return StrideSchedule.of(Candidates.of(Instances.weighing(weights)));
    }

    private static List<Integer> order(StrideSchedule schedule, int picks) {
        List<Integer> order = new ArrayList<>();
        for (long position = 0; order.size() < picks; position++) {
            int at = schedule.at(position);
            if (at >= 0) {
                order.add(at);
            }
        }
        return order;
    }

    @Test
    void equalWeightsTakeTurns() {
        assertThat(order(schedule(3, 3, 3), 7)).containsExactly(0, 1, 2, 0, 1, 2, 0);
    }

    static Stream<long[]> weights() {
        long[] manySmall = new long[1_000];
        Arrays.fill(manySmall, 1);
        manySmall[400] = 1_000_000;
        long[] falling = new long[100];
        Arrays.setAll(falling, i -> 1L << (i / 4));
        return Stream.of(
                new long[] {5, 1, 1},
                new long[] {1, 3},
                new long[] {1, 2, 3, 4, 5, 6, 7},
                new long[] {100, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
                new long[] {1, Integer.MAX_VALUE},
                manySmall,
                falling);
    }

    /** Wherever one looks, and not only on average: that is what makes it smooth. */
    @ParameterizedTest
    @MethodSource("weights")
    void everyStretchOfTheOrderHasEachInItsProportion(long[] weights) {
        double sum = Arrays.stream(weights).mapToDouble(w -> w).sum();
        int picks = 50_000;
        List<Integer> order = order(schedule(weights), picks);
        for (int i = 0; i < weights.length; i++) {
            double share = weights[i] / sum;
            double expected = 0;
            int count = 0;
            double most = 0;
            for (int next : order) {
                expected += share;
                count += next == i ? 1 : 0;
                most = Math.max(most, Math.abs(count - expected));
            }
            assertThat(most)
                    .as("how far candidate %d is off its share at most", i)
                    .isLessThan(5 + share * 20);
        }
    }

    @ParameterizedTest
    @MethodSource("weights")
    void aPickTakesAFewSteps(long[] weights) {
        StrideSchedule schedule = schedule(weights);
        int positions = 200_000;
        int taken = 0;
        for (long position = 1L << 48; position < (1L << 48) + positions; position++) {
            taken += schedule.at(position) >= 0 ? 1 : 0;
        }
        assertThat((double) positions / taken).as("steps for a pick").isLessThan(5.5);
        assertThat(schedule.size()).isLessThan(2 * weights.length);
    }

    @Test
    void heavyOnesComeInBetween() {
        List<Integer> order = order(schedule(5, 1, 1), 700);
        int longest = 0;
        int run = 0;
        for (int next : order) {
            run = next == 0 ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        assertThat(longest).as("calls in a row to the heavy one").isLessThan(6);
        assertThat(order.stream().filter(i -> i == 0).count()).isBetween(499L, 501L);
    }
}
