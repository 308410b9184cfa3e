package io.leasegate.resilience;

/**
 * How long a call may take, beside what its caller allows it. Times are in nanoseconds, {@link #NONE} for no limit. Immutable.
 *
 * @param totalNanos from the arrival of the request's headers to the end of the call
 * @param idleNanos without a frame of the call's own (HEADERS or DATA) in either direction
 * @param ageNanos at which a stream is ended so that it is opened again and balanced anew
 * @param ageJitter by which share that age varies at random, 0 to 1
 */
public record TimeLimits(long totalNanos, long idleNanos, long ageNanos, double ageJitter) {

    /** Stands for no limit. */
    public static final long NONE = 0;

    /** Nothing is cut. */
    public static final TimeLimits UNLIMITED = new TimeLimits(NONE, NONE, NONE, 0);

    public TimeLimits {
        if (totalNanos < 0 || idleNanos < 0 || ageNanos < 0) {
            throw new IllegalArgumentException(
                    "limits: " + totalNanos + ", " + idleNanos + ", " + ageNanos + " (expected 0 or more)");
        }
        if (!(ageJitter >= 0 && ageJitter <= 1)) {
            throw new IllegalArgumentException("ageJitter: " + ageJitter + " (expected 0 to 1)");
        }
    }

    public boolean isUnlimited() {
        return totalNanos == NONE && idleNanos == NONE && ageNanos == NONE;
    }

    /**
     * The age for one stream.
     *
     * @param chance 64 random bits
     */
    public long ageNanos(long chance) {
        double between = (chance >>> 11) * 0x1p-52 - 1;
        return Math.max(1, (long) (ageNanos * (1 + between * ageJitter)));
    }
}
