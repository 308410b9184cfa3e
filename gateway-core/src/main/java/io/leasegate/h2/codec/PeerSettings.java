package io.leasegate.h2.codec;

import io.leasegate.h2.Http2Error;

/**
 * What the peer said in SETTINGS, and what follows from it (RFC 9113 section 6.5.2). Used on the connection's event loop.
 *
 * <p>A frame may arrive in pieces, with other frames of ours leaving in between: nothing of it is in effect before it is complete and about
 * to be acknowledged (section 6.5.3), since a peer may hold us to the old values until then.
 */
final class PeerSettings {

    private static final long NONE = -1;

    private final RelayConnection connection;
    private int initialWindow = Frames.DEFAULT_WINDOW_BYTES;

    // Of the frame that is being read.
    private long nextSmallestTable = NONE;
    private long nextTable = NONE;
    private long nextMaxStreams = NONE;
    private long nextInitialWindow = NONE;
    private long nextMaxFrame = NONE;

    PeerSettings(RelayConnection connection) {
        this.connection = connection;
    }

    /** What a new stream may send. */
    int initialWindow() {
        return initialWindow;
    }

    /** An entry of a frame. */
    void set(int id, long value) throws ConnectionException {
        switch (id) {
            case Frames.SETTINGS_HEADER_TABLE_SIZE -> {
                nextSmallestTable = nextTable == NONE ? value : Math.min(nextSmallestTable, value);
                nextTable = value;
            }
            case Frames.SETTINGS_ENABLE_PUSH -> enablePush(value);
            case Frames.SETTINGS_MAX_CONCURRENT_STREAMS -> nextMaxStreams = value;
            case Frames.SETTINGS_INITIAL_WINDOW_SIZE -> {
                if (value > Frames.MAX_WINDOW_BYTES) {
                    throw new ConnectionException(
                            Http2Error.FLOW_CONTROL_ERROR, "SETTINGS_INITIAL_WINDOW_SIZE " + value);
                }
                nextInitialWindow = value;
            }
            case Frames.SETTINGS_MAX_FRAME_SIZE -> {
                if (value < Frames.DEFAULT_MAX_FRAME_BYTES || value > Frames.LARGEST_MAX_FRAME_BYTES) {
                    throw ConnectionException.protocol("SETTINGS_MAX_FRAME_SIZE " + value);
                }
                nextMaxFrame = value;
            }
            default -> {
                // MAX_HEADER_LIST_SIZE is advice, which the relayed peer's headers cannot follow; unknown settings are
                // ignored.
            }
        }
    }

    /** The frame is complete. */
    void apply() throws ConnectionException {
        if (nextTable != NONE) {
            // The smallest must be told to the peer's decoder too (RFC 7541 section 4.2).
            connection.output().maxTableBytes((int) Math.min(nextSmallestTable, Integer.MAX_VALUE));
            connection.output().maxTableBytes((int) Math.min(nextTable, Integer.MAX_VALUE));
            nextTable = NONE;
        }
        if (nextMaxStreams != NONE) {
            connection.peerMaxConcurrentStreams(nextMaxStreams);
            nextMaxStreams = NONE;
        }
        if (nextMaxFrame != NONE) {
            connection.output().maxFrameBytes((int) nextMaxFrame);
            nextMaxFrame = NONE;
        }
        if (nextInitialWindow != NONE) {
            initialWindow((int) nextInitialWindow);
            nextInitialWindow = NONE;
        }
    }

    /** A server must not enable what only it could use. */
    private void enablePush(long value) throws ConnectionException {
        if (value > 1 || (value == 1 && !connection.isServer())) {
            throw ConnectionException.protocol("SETTINGS_ENABLE_PUSH " + value);
        }
    }

    /** Also changes the windows of the streams that are open, which may make them negative (section 6.9.2). */
    private void initialWindow(int bytes) throws ConnectionException {
        int delta = bytes - initialWindow;
        initialWindow = bytes;
        if (delta == 0) {
            return;
        }
        for (RelayStream s : connection.streams().all()) {
            if (!s.increaseSendWindow(delta)) {
                throw new ConnectionException(
                        Http2Error.FLOW_CONTROL_ERROR, "SETTINGS_INITIAL_WINDOW_SIZE lifts a window above 2^31-1");
            }
        }
    }
}
