package io.leasegate.endpoint;

/**
 * What is left of a lease. Immutable.
 *
 * @param leaseId the lease, 0 when nothing is known
 * @param endsNanos when it ends if it is not renewed, by {@link System#nanoTime()}
 * @param weightShare the part of its weight, above 0 and up to 1, that an instance under it keeps
 */
public record LeaseLife(long leaseId, long endsNanos, double weightShare) {

    /** Nothing is known. */
    public static final LeaseLife UNKNOWN = new LeaseLife(0, 0, 1);
}
