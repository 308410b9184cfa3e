package io.leasegate.routing;

/**
 * What happens to calls in flight on an instance that leaves the registry. Immutable.
 *
 * @param cutAfterMillis how long they may go on: 0 for not at all, {@link #NEVER} for as long as they like
 */
public record EvictionPolicy(long cutAfterMillis) {

    /** They are not cut. */
    public static final long NEVER = Long.MAX_VALUE;

    public static final EvictionPolicy FINISH = new EvictionPolicy(NEVER);
    public static final EvictionPolicy CUT_NOW = new EvictionPolicy(0);

    public EvictionPolicy {
        if (cutAfterMillis < 0) {
            throw new IllegalArgumentException("cutAfterMillis: " + cutAfterMillis + " (expected 0 or more)");
        }
    }

    public boolean cuts() {
        return cutAfterMillis != NEVER;
    }
}
