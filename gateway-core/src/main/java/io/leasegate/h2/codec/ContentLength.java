package io.leasegate.h2.codec;

/** What a message's content-length leaves to be received (RFC 9113 section 8.1.1). Used on its connection's event loop. */
final class ContentLength {

    private long leftBytes;

    ContentLength(long bytes) {
        leftBytes = bytes;
    }

    /** Counts content; false when it differs from what was announced. */
    boolean count(int dataBytes, boolean endStream) {
        leftBytes -= dataBytes;
        return leftBytes >= 0 && (!endStream || leftBytes == 0);
    }
}
