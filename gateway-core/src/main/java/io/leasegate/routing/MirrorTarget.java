package io.leasegate.routing;

/**
 * Where copies of a destination's calls go.
 *
 * @param destination what gets them
 * @param share the part of the calls that is copied, 0 to 1
 * @param bufferBytes how much of one call is held for an instance that does not take it, before the copy is given up
 */
public record MirrorTarget(Destination destination, double share, int bufferBytes) {

    /**
     * Whether a call is among those that are copied.
     *
     * @param random 64 random bits
     */
    public boolean takes(long random) {
        return Shares.isWithin(share, random);
    }
}
