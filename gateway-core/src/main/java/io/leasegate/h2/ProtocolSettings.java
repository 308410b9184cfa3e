package io.leasegate.h2;

/**
 * What HTTP/2 peers are told and held to.
 *
 * @param maxConcurrentStreams streams that a peer may have open on one connection
 * @param initialWindowBytes receive window of each stream: the bound of what is buffered for one direction of one call
 * @param maxHeaderListBytes size of a header list as RFC 9113 section 6.5.2 counts it
 * @param maxResetsPerWindow resets that a client may send or cause within {@code resetWindowSeconds} before its connection is closed; 0
 *     for no limit
 * @param resetWindowSeconds length of that window in seconds
 * @param maxUselessFramesPerWindow frames without content (PING, SETTINGS, PRIORITY, empty DATA, …) within the same time, beyond those
 *     that frames with content pay for
 * @param patienceSeconds how long a peer may take for its preface, for acknowledging SETTINGS, and for the rest of a header section
 */
public record ProtocolSettings(
        int maxConcurrentStreams,
        int initialWindowBytes,
        int maxHeaderListBytes,
        int maxResetsPerWindow,
        int resetWindowSeconds,
        int maxUselessFramesPerWindow,
        int patienceSeconds) {

    private static final int DEFAULT_MAX_USELESS_FRAMES = 10_000;
    private static final int DEFAULT_PATIENCE_SECONDS = 10;

    /**
     * What holds where nothing is configured. A client that cancels a thousand calls a second stays below the limit of resets.
     */
    public static final ProtocolSettings DEFAULT = new ProtocolSettings(10_000, 256 * 1024, 64 * 1024, 20_000, 10);

    public ProtocolSettings(
            int maxConcurrentStreams,
            int initialWindowBytes,
            int maxHeaderListBytes,
            int maxResetsPerWindow,
            int resetWindowSeconds) {
        this(
                maxConcurrentStreams,
                initialWindowBytes,
                maxHeaderListBytes,
                maxResetsPerWindow,
                resetWindowSeconds,
                DEFAULT_MAX_USELESS_FRAMES,
                DEFAULT_PATIENCE_SECONDS);
    }
}
