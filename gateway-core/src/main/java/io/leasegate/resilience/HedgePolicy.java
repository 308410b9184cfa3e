package io.leasegate.resilience;

/**
 * How a call is sent to several instances, the first answer of which counts: the hedging policy of gRFC A6. Immutable.
 *
 * @param attempts how often a call is sent at most, the first time included; 1 for no hedging
 * @param delayNanos pause before each further attempt
 */
public record HedgePolicy(int attempts, long delayNanos) {

    /** A call is sent once. */
    public static final HedgePolicy OFF = new HedgePolicy(1, 50_000_000);

    public HedgePolicy {
        if (attempts < 1 || delayNanos < 0) {
            throw new IllegalArgumentException(
                    "attempts: " + attempts + ", delayNanos: " + delayNanos + " (expected 1 or more, and 0 or more)");
        }
    }
}
