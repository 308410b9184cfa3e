package io.leasegate.balance;

import java.util.stream.IntStream;

/**
 * A smooth weighted order of candidates without a state of its own: the static stride scheduler of gRPC (gRFC A58's weighted round robin).
 * Immutable.
 *
 * <pre>
 *   position  0  1  2   3  4  5   6  7  8      the entries in turn, one generation after the other
 *   entry     a  b  c   a  b  c   a  b  c
 *   taken     x  .  x   x  x  .   x  .  .      an entry with 1/k of the largest weight in each k-th generation
 * </pre>
 *
 * <p>The position alone decides, so that loops need to share nothing; an entry is taken whenever {@code generation * stride + offset} runs over
 * 2^32. What is not taken costs a step; so that these stay few, a candidate with more than {@value #MOST_OF_MEAN} times the mean weight gets
 * several entries, which leaves five steps for a pick on average, whatever the weights.
 */
final class StrideSchedule {

    private static final int MOST_OF_MEAN = 4;
    private static final long ONE = 1L << 32;

    /** 2^32 divided by the golden ratio: multiples of it are spread evenly, so that entries of equal weight do not all come in the same generation. */
    private static final long SPREAD = 0x9e37_79b9L;

    private final int size;
    private final int[] entries;
    private final long[] strides;

    /** @param strides none where all entries have the same, which are the candidates themselves then */
    private StrideSchedule(int size, int[] entries, long[] strides) {
        this.size = size;
        this.entries = entries;
        this.strides = strides;
    }

    static StrideSchedule of(Candidates candidates) {
        if (candidates.haveEqualWeights()) {
            return new StrideSchedule(candidates.size(), new int[0], new long[0]);
        }
        int[] entries = entries(candidates);
        double[] weights = new double[entries.length];
        double largest = 0;
        for (int i = 0; i < entries.length; i++) {
            double weight = candidates.weight(entries[i]);
            weights[i] = weight / parts(weight);
            largest = Math.max(largest, weights[i]);
        }
        long[] strides = new long[entries.length];
        for (int i = 0; i < entries.length; i++) {
            strides[i] = Math.max(1, (long) (weights[i] / largest * ONE));
        }
        return new StrideSchedule(entries.length, entries, strides);
    }

    private static int parts(double weight) {
        return (int) Math.ceil(weight / MOST_OF_MEAN);
    }

    /** The entries of one candidate are as far from each other as can be. */
    private static int[] entries(Candidates candidates) {
        record Entry(int candidate, double place) {}
        int n = candidates.size();
        return IntStream.range(0, n)
                .boxed()
                .flatMap(i -> {
                    int parts = parts(candidates.weight(i));
                    return IntStream.range(0, parts)
                            .mapToObj(part -> new Entry(i, ((double) i / n + (double) part / parts) % 1));
                })
                .sorted((a, b) -> Double.compare(a.place, b.place))
                .mapToInt(Entry::candidate)
                .toArray();
    }

    int size() {
        return size;
    }

    /**
     * The candidate at a position of the endless order.
     *
     * @param position 0 or more
     * @return its index, or -1 when the entry there has no turn
     */
    int at(long position) {
        int entry = (int) (position % size);
        if (strides.length == 0) {
            return entry;
        }
        long generation = position / size;
        long stride = strides[entry];
        long phase = (generation * stride + entry * SPREAD) & (ONE - 1);
        return phase >= ONE - stride ? entries[entry] : -1;
    }
}
