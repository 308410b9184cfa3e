package io.leasegate.balance;

import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A position for each event loop, each from a random start so that the loops do not all begin with the same endpoint, and each in
 * cache lines of its own so that loops do not disturb each other. Safe from any thread, also where two have the same number.
 */
final class LoopPositions {

    /** Two lines of 64 bytes: processors fetch them in pairs. */
    private static final int LONGS_APART = 16;

    /** Far from an overflow within the life of a process. */
    private static final int UNUSED_BITS = 16;

    private final AtomicLongArray positions;
    private final int loops;

    LoopPositions(int loops) {
        this(loops, ThreadLocalRandom.current());
    }

    /** @param random where the starts come from */
    LoopPositions(int loops, Random random) {
        this.loops = loops;
        this.positions = new AtomicLongArray((loops + 1) * LONGS_APART);
        for (int i = 0; i < loops; i++) {
            positions.set(index(i), random.nextLong() >>> UNUSED_BITS);
        }
    }

    private int index(int loop) {
        // The first lines hold the length of the array, which every loop reads.
        return (loop % loops + 1) * LONGS_APART;
    }

    long next(int loop) {
        return positions.getAndIncrement(index(loop));
    }
}
