package io.leasegate.h2;

/**
 * What HTTP/2 peers are told and held to.
 *
 * @param maxConcurrentStreams streams that a peer may have open on one connection
 * @param initialWindowBytes receive window of each stream: the bound of what is buffered for one direction of one call
 * @param maxHeaderListBytes size of a header list as RFC 9113 section 6.5.2 counts it
 * @param floods what a peer may do at no cost to itself
 * @param timeouts how long a peer may owe something
 */
public record ProtocolSettings(
        int maxConcurrentStreams, int initialWindowBytes, int maxHeaderListBytes, Floods floods, Timeouts timeouts) {

    /**
     * The limits of what costs a peer nothing.
     *
     * @param maxResets resets that a client may send or cause within {@code resetSeconds} before its connection is closed; 0 for no
     *     limit. Instances are not held to it
     * @param resetSeconds length of that span
     * @param maxUselessFrames frames without content (PING, SETTINGS, PRIORITY, empty DATA, …) within {@code uselessSeconds}, beyond those
     *     that frames with content pay for
     * @param uselessSeconds length of that span
     */
    public record Floods(int maxResets, int resetSeconds, int maxUselessFrames, int uselessSeconds) {

        /** A client that cancels a thousand calls a second stays below the limit of resets. */
        public static final Floods DEFAULT = new Floods(20_000, 10, 10_000, 10);

        public Floods withResets(int max, int seconds) {
            return new Floods(max, seconds, maxUselessFrames, uselessSeconds);
        }

        public Floods withUselessFrames(int max, int seconds) {
            return new Floods(maxResets, resetSeconds, max, seconds);
        }
    }

    /**
     * The limits of time.
     *
     * @param headerSeconds for the preface, for acknowledging SETTINGS, and for the rest of a frame or header section; 1 or more
     * @param writeSeconds for taking the next byte while some wait; 0 for no limit
     */
    public record Timeouts(int headerSeconds, int writeSeconds) {

        public static final Timeouts DEFAULT = new Timeouts(10, 60);
    }

    /** What holds where nothing is configured. */
    public static final ProtocolSettings DEFAULT =
            new ProtocolSettings(1_000, 256 * 1024, 64 * 1024, Floods.DEFAULT, Timeouts.DEFAULT);

    /** With the default limits of time and of frames without content. */
    public ProtocolSettings(
            int maxConcurrentStreams, int initialWindowBytes, int maxHeaderListBytes, int maxResets, int resetSeconds) {
        this(
                maxConcurrentStreams,
                initialWindowBytes,
                maxHeaderListBytes,
                Floods.DEFAULT.withResets(maxResets, resetSeconds),
                Timeouts.DEFAULT);
    }

    public ProtocolSettings with(Floods newFloods) {
        return new ProtocolSettings(maxConcurrentStreams, initialWindowBytes, maxHeaderListBytes, newFloods, timeouts);
    }

    public ProtocolSettings with(Timeouts newTimeouts) {
        return new ProtocolSettings(maxConcurrentStreams, initialWindowBytes, maxHeaderListBytes, floods, newTimeouts);
    }
}
