package io.leasegate.h2.codec;

import org.jspecify.annotations.Nullable;

/**
 * How the streams that closed last were closed, for frames that arrive late (RFC 9113 section 5.1). Bounded; what is not remembered
 * any more counts as closed by us, whose late frames are harmless.
 */
final class ClosedStreams {

    enum How {
        /** Both sides sent END_STREAM: a further frame breaks the protocol of the connection. */
        COMPLETE,
        /** The peer sent RST_STREAM: a further frame breaks the protocol of the stream. */
        RESET_BY_PEER,
        /** We sent RST_STREAM, or left the stream out of a GOAWAY: the peer may not know yet. */
        RESET_BY_US
    }

    private static final int REMEMBERED = 64;
    private static final How[] HOW = How.values();

    /** Made with the first stream that closes: a connection that only waits costs nothing. */
    private int @Nullable [] ids;

    private byte @Nullable [] how;
    private int next;

    void add(int id, How why) {
        if (ids == null || how == null) {
            ids = new int[REMEMBERED];
            how = new byte[REMEMBERED];
        }
        ids[next] = id;
        how[next] = (byte) why.ordinal();
        next = (next + 1) & (REMEMBERED - 1);
    }

    How get(int id) {
        if (ids != null && how != null) {
            for (int i = 0; i < REMEMBERED; i++) {
                if (ids[i] == id) {
                    return HOW[how[i]];
                }
            }
        }
        return How.RESET_BY_US;
    }
}
