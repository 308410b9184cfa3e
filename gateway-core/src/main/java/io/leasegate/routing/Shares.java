package io.leasegate.routing;

/** Draws of a share of the calls. */
final class Shares {

    private Shares() {}

    /**
     * True for the given part of all numbers.
     *
     * @param share 0 to 1
     * @param random 64 random bits, of which the upper 53 count
     */
    static boolean isWithin(double share, long random) {
        return (random >>> 11) * 0x1p-53 < share;
    }
}
