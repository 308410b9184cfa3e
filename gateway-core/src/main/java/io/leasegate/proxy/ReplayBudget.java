package io.leasegate.proxy;

/**
 * How many request bytes one event loop keeps for the case that an instance turns a call away unprocessed. A call whose bytes do not
 * fit is relayed all the same; it only cannot be sent a second time. Used on its loop only.
 */
final class ReplayBudget {

    /**
     * One call keeps this much, more only where its policy says so: what an instance can have been sent before it took a call (its initial window for a stream, 64
     * KiB in most gRPC servers), and what the caller may have sent beyond that (our window).
     */
    static final int MAX_CALL_BYTES = 512 * 1024;

    private static final long MAX_LOOP_BYTES = 32L << 20;

    private long keptBytes;

    /**
     * Whether a call that keeps some bytes already may keep more.
     *
     * @param maxBytes of the call, {@link #MAX_CALL_BYTES} or more
     */
    boolean allows(int keptByCall, int moreBytes, int maxBytes) {
        return keptByCall + moreBytes <= maxBytes && keptBytes + moreBytes <= MAX_LOOP_BYTES;
    }

    void add(int bytes) {
        keptBytes += bytes;
    }

    /** Bytes kept by all calls of the loop. */
    long keptBytes() {
        return keptBytes;
    }
}
