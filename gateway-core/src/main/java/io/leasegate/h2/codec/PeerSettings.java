package io.leasegate.h2.codec;

import io.leasegate.h2.Http2Error;

/** What the peer said in SETTINGS, and what follows from it (RFC 9113 section 6.5.2). Used on the connection's event loop. */
final class PeerSettings {

    private final RelayConnection connection;
    private int initialWindow = Frames.DEFAULT_WINDOW_BYTES;

    PeerSettings(RelayConnection connection) {
        this.connection = connection;
    }

    /** What a new stream may send. */
    int initialWindow() {
        return initialWindow;
    }

    void set(int id, long value) throws ConnectionException {
        switch (id) {
            case Frames.SETTINGS_HEADER_TABLE_SIZE ->
                connection.output().maxTableBytes((int) Math.min(value, Integer.MAX_VALUE));
            case Frames.SETTINGS_ENABLE_PUSH -> enablePush(value);
            case Frames.SETTINGS_MAX_CONCURRENT_STREAMS -> connection.peerMaxConcurrentStreams(value);
            case Frames.SETTINGS_INITIAL_WINDOW_SIZE -> initialWindow(value);
            case Frames.SETTINGS_MAX_FRAME_SIZE -> maxFrameSize(value);
            default -> {
                // MAX_HEADER_LIST_SIZE is advice, which the relayed peer's headers cannot follow; unknown settings are
                // ignored.
            }
        }
    }

    /** A server must not enable what only it could use. */
    private void enablePush(long value) throws ConnectionException {
        if (value > 1 || (value == 1 && !connection.isServer())) {
            throw ConnectionException.protocol("SETTINGS_ENABLE_PUSH " + value);
        }
    }

    /** Also changes the windows of the streams that are open, which may make them negative (section 6.9.2). */
    private void initialWindow(long value) throws ConnectionException {
        if (value > Frames.MAX_WINDOW_BYTES) {
            throw new ConnectionException(Http2Error.FLOW_CONTROL_ERROR, "SETTINGS_INITIAL_WINDOW_SIZE " + value);
        }
        int delta = (int) value - initialWindow;
        initialWindow = (int) value;
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

    private void maxFrameSize(long value) throws ConnectionException {
        if (value < Frames.DEFAULT_MAX_FRAME_BYTES || value > Frames.LARGEST_MAX_FRAME_BYTES) {
            throw ConnectionException.protocol("SETTINGS_MAX_FRAME_SIZE " + value);
        }
        connection.output().maxFrameBytes((int) value);
    }
}
