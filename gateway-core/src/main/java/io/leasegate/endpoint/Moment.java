package io.leasegate.endpoint;

/**
 * A figure and the time that it is of, packed into one long, so that both change together without a lock: 32 bits of a float above 32 bits of
 * time in steps of {@value #STEP_NANOS} ns. Zero is what a figure is before anything is known.
 */
final class Moment {

    /** 2^16 ns: fine enough against the seconds over which figures decay; the time wraps after 78 hours. */
    private static final long STEP_NANOS = 1L << 16;

    /** Loops read the clock before they write, so a stamp may be a little ahead of it; what is farther off has wrapped. */
    private static final int MOST_STEPS_AHEAD = -(1 << 16);

    private Moment() {}

    static long of(float figure, long nowNanos) {
        return ((long) Float.floatToRawIntBits(figure) << 32) | ((int) (nowNanos / STEP_NANOS) & 0xffff_ffffL);
    }

    static float figure(long moment) {
        return Float.intBitsToFloat((int) (moment >>> 32));
    }

    /** Nanoseconds since the moment, 0 or more. */
    static long since(long moment, long nowNanos) {
        int steps = (int) (nowNanos / STEP_NANOS) - (int) moment;
        if (steps >= 0) {
            return steps * STEP_NANOS;
        }
        return steps >= MOST_STEPS_AHEAD ? 0 : Integer.MAX_VALUE * STEP_NANOS;
    }
}
