package io.leasegate.routing;

import static java.util.Objects.requireNonNull;

/**
 * What a route does to its calls on purpose, so that users can test how their clients take it. Whether a call is delayed and whether it is
 * aborted is drawn independently; a call that is both is delayed first.
 *
 * @param delayShare the part of the calls that is delayed, 0 to 1
 * @param delayNanos by how much
 * @param abortShare the part of the calls that is aborted, 0 to 1
 * @param abortStatus the number of the gRPC status that an aborted call ends with
 * @param abortMessage what its message says
 */
public record Fault(double delayShare, long delayNanos, double abortShare, int abortStatus, String abortMessage) {

    public Fault {
        requireNonNull(abortMessage, "abortMessage");
    }

    /**
     * Whether a call is among those that are delayed.
     *
     * @param random 64 random bits
     */
    public boolean delays(long random) {
        return delayNanos > 0 && Shares.isWithin(delayShare, random);
    }

    /**
     * Whether a call is among those that are aborted.
     *
     * @param random 64 random bits
     */
    public boolean aborts(long random) {
        return Shares.isWithin(abortShare, random);
    }
}
