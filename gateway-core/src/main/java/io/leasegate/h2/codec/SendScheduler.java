package io.leasegate.h2.codec;

import org.jspecify.annotations.Nullable;

/**
 * Who may send next on one connection: keeps the connection's send window and two lines of streams that could send something. Streams
 * take turns of 16 KiB. Used on the connection's event loop.
 *
 * <p>A stream stands in a line while its queue is not empty and its own window is open: in the line for DATA, which needs the window of
 * the connection too, or in the line for header sections, which need no window. A stream whose window is closed stands in none.
 */
final class SendScheduler {

    private static final int TURN_BYTES = 16 * 1024;

    /** A first-in-first-out line through a link in the streams themselves. */
    private static final class Line {

        private @Nullable RelayStream first;
        private @Nullable RelayStream last;

        void add(RelayStream stream) {
            stream.nextInLine = null;
            if (last == null) {
                first = stream;
            } else {
                last.nextInLine = stream;
            }
            last = stream;
        }

        @Nullable
        RelayStream poll() {
            RelayStream s = first;
            if (s != null) {
                first = s.nextInLine;
                s.nextInLine = null;
                if (first == null) {
                    last = null;
                }
            }
            return s;
        }
    }

    private final FrameOutput output;
    private final Line dataLine = new Line();
    private final Line headerLine = new Line();
    private int windowBytes = Frames.DEFAULT_WINDOW_BYTES;
    private boolean serving;

    SendScheduler(FrameOutput output) {
        this.output = output;
    }

    int windowBytes() {
        return windowBytes;
    }

    void consumed(int bytes) {
        windowBytes -= bytes;
    }

    /** The peer opened the connection's window; false when it would exceed 2^31-1 (RFC 9113 section 6.9.1). */
    boolean increase(int increment) {
        if (windowBytes > Frames.MAX_WINDOW_BYTES - increment) {
            return false;
        }
        windowBytes += increment;
        return true;
    }

    /** Whether a frame with this much DATA may be staged now, ahead of nobody. */
    boolean isOpenFor(int bytes) {
        return bytes <= windowBytes && dataLine.first == null && output.hasRoom();
    }

    boolean hasRoom() {
        return output.hasRoom();
    }

    /** Whether somebody stands in a line and could send. */
    boolean hasWork() {
        return headerLine.first != null || (dataLine.first != null && windowBytes > 0);
    }

    /** Puts the stream into the line that its queue's head asks for, unless it stands in one. */
    void enlist(RelayStream stream) {
        if (!stream.inLine && stream.canStage()) {
            stream.inLine = true;
            (stream.nextIsHeaders() ? headerLine : dataLine).add(stream);
        }
    }

    /** Lets streams send while the socket and the window of the connection allow. */
    void serve() {
        if (serving) {
            return;
        }
        serving = true;
        while (output.hasRoom()) {
            RelayStream s = headerLine.poll();
            if (s == null && windowBytes > 0) {
                s = dataLine.poll();
            }
            if (s == null) {
                break;
            }
            s.inLine = false;
            s.stage(TURN_BYTES);
            enlist(s);
        }
        serving = false;
    }
}
