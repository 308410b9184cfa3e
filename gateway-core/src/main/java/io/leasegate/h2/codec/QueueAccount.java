package io.leasegate.h2.codec;

import io.leasegate.h2.QueuedBytes;

/**
 * What all streams of one connection hold because its peer does not take it; part of the sum of its event loop. Used on that loop.
 *
 * <p>A connection may hold as much as all others leave free (the dynamic threshold of Choudhury and Hahne, 1998): one that stalls all its
 * streams gets half of the memory at most, and n of them get 1/(n+1) each, so that there is always room for those that read.
 */
final class QueueAccount {

    /** What each connection may hold in any case. */
    private static final int FREE_BYTES = 1 << 20;

    private final QueuedBytes ofLoop;
    private long bytes;

    QueueAccount(QueuedBytes ofLoop) {
        this.ofLoop = ofLoop;
    }

    /** Adds what was queued, or, negative, what has left. */
    void add(int more) {
        bytes += more;
        ofLoop.add(more);
    }

    boolean isOverShare() {
        return bytes > FREE_BYTES && bytes > ofLoop.leftBytes();
    }

    /** For a log. */
    String describe() {
        return "the connection holds " + bytes + " bytes that its peer does not take, more than all others leave free"
                + " (io.max-queued)";
    }
}
