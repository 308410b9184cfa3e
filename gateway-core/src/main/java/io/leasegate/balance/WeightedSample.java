package io.leasegate.balance;

import java.util.Arrays;

/**
 * Draws candidates at random in proportion to their weights, each draw in constant time: Walker's alias method, with the tables made as
 * Vose has it (A linear algorithm for generating random numbers with a given distribution, 1991). Immutable.
 *
 * <p>Each of the n columns holds two candidates at most and is as likely as any other: its own below the threshold, its alias above.
 */
final class WeightedSample {

    private static final long ONE = 1L << 32;

    private final int size;
    private final long[] thresholds;
    private final int[] aliases;

    private WeightedSample(int size, long[] thresholds, int[] aliases) {
        this.size = size;
        this.thresholds = thresholds;
        this.aliases = aliases;
    }

    static WeightedSample of(Candidates candidates) {
        int n = candidates.size();
        if (candidates.haveEqualWeights()) {
            return new WeightedSample(n, new long[0], new int[0]);
        }
        double[] left = new double[n];
        int[] aliases = new int[n];
        // Columns that lack something from the front, those with too much from the back.
        int[] worklist = new int[n];
        int small = 0;
        int large = n;
        for (int i = 0; i < n; i++) {
            left[i] = candidates.weight(i);
            if (left[i] < 1) {
                worklist[small++] = i;
            } else {
                worklist[--large] = i;
            }
        }
        long[] thresholds = new long[n];
        Arrays.fill(thresholds, ONE);
        while (small > 0 && large < n) {
            int lacking = worklist[--small];
            int giving = worklist[large];
            thresholds[lacking] = (long) (left[lacking] * ONE);
            aliases[lacking] = giving;
            left[giving] -= 1 - left[lacking];
            if (left[giving] < 1) {
                large++;
                worklist[small++] = giving;
            }
        }
        return new WeightedSample(n, thresholds, aliases);
    }

    /**
     * The index of a candidate.
     *
     * @param random 64 random bits
     */
    int draw(long random) {
        int column = Candidates.below(size, random);
        if (thresholds.length == 0) {
            return column;
        }
        return (random & (ONE - 1)) < thresholds[column] ? column : aliases[column];
    }

    /**
     * The same for a second one: any but the first where weights are equal, and one that may be the first where they are not.
     *
     * @param first the index of the first, of two candidates at least
     */
    int drawBeside(int first, long random) {
        if (thresholds.length > 0) {
            return draw(random);
        }
        int drawn = Candidates.below(size - 1, random);
        return drawn < first ? drawn : drawn + 1;
    }
}
