package io.leasegate.proxy;

/**
 * When a connection to an instance is left although nothing is wrong with it.
 *
 * @param idleMillis after this long without a call, 0 for never
 * @param ageMillis at this age, 0 for never
 * @param ageJitter by which share the age varies at random, 0 to 1, so that connections do not all end together
 * @param maxStreams after this many calls; above the ids that a connection has it would have no effect
 */
public record ConnectionLife(long idleMillis, long ageMillis, double ageJitter, int maxStreams) {

    /**
     * A client has 2^30 stream ids (RFC 9113 section 5.1.1). The last million is for the calls that come while the next connection
     * is being opened, and for health checks, which are not counted.
     */
    private static final int MOST_STREAMS = (1 << 30) - (1 << 20);

    /** What holds where nothing is configured. */
    public static final ConnectionLife DEFAULT = new ConnectionLife(300_000, 0, 0.1, MOST_STREAMS);

    public ConnectionLife withIdle(long millis) {
        return new ConnectionLife(millis, ageMillis, ageJitter, maxStreams);
    }

    public ConnectionLife withAge(long millis, double jitter) {
        return new ConnectionLife(idleMillis, millis, jitter, maxStreams);
    }

    public ConnectionLife withMaxStreams(int streams) {
        return new ConnectionLife(idleMillis, ageMillis, ageJitter, streams);
    }
}
