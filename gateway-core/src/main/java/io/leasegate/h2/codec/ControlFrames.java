package io.leasegate.h2.codec;

import io.leasegate.h2.Http2Error;
import io.netty.buffer.ByteBuf;

/**
 * Reads the payload of the frames that steer a connection (SETTINGS, PRIORITY, RST_STREAM, PING, GOAWAY, WINDOW_UPDATE), whose lengths are
 * checked before a byte of it is read. Used on its connection's event loop.
 *
 * <pre>
 *   begin -+-&gt; SETTING (6 bytes each) ---&gt; complete
 *          +-&gt; FIXED, then DEBUG for GOAWAY -&gt; complete
 * </pre>
 */
final class ControlFrames {

    private static final int MAX_DEBUG_BYTES = 256;
    private static final int SETTING_BYTES = 6;
    private static final int GOAWAY_BYTES = 8;

    static final int PRIORITY_BYTES = 5;

    private enum Part {
        SETTING,
        FIXED,
        DEBUG
    }

    private final FrameListener listener;
    private final FrameScratch scratch;
    private Part part = Part.FIXED;
    private int type;
    private int flags;
    private int streamId;
    private int left; // of the part

    private int lastStreamId;
    private long goAwayError;
    private final StringBuilder debug = new StringBuilder(0);

    /** Debug data of a GOAWAY. */
    private int behindFixed;

    ControlFrames(FrameListener listener, FrameScratch scratch) {
        this.listener = listener;
        this.scratch = scratch;
    }

    /** A frame begins; true when it is complete, since it has no payload. */
    boolean begin(int newType, int newFlags, int newStreamId, int length) throws ConnectionException {
        type = newType;
        flags = newFlags;
        streamId = newStreamId;
        behindFixed = 0;
        switch (newType) {
            case Frames.SETTINGS -> {
                return beginSettings(length);
            }
            case Frames.GOAWAY -> {
                if (length < GOAWAY_BYTES) {
                    throw ConnectionException.frameSize("GOAWAY of " + length + " bytes (expected 8 or more)");
                }
                behindFixed = length - GOAWAY_BYTES;
                fixed(GOAWAY_BYTES);
            }
            case Frames.PRIORITY -> fixed(PRIORITY_BYTES);
            case Frames.PING -> fixed(length, 8, "PING");
            case Frames.RST_STREAM -> fixed(length, 4, "RST_STREAM");
            case Frames.WINDOW_UPDATE -> fixed(length, 4, "WINDOW_UPDATE");
            default -> throw new IllegalStateException("a frame of type " + newType + " steers nothing");
        }
        return false;
    }

    private void fixed(int length, int expected, String frame) throws ConnectionException {
        if (length != expected) {
            throw ConnectionException.frameSize(frame + " of " + length + " bytes (expected " + expected + ")");
        }
        fixed(expected);
    }

    private void fixed(int bytes) {
        part = Part.FIXED;
        left = bytes;
    }

    private boolean beginSettings(int length) throws ConnectionException {
        if ((flags & Frames.ACK) != 0) {
            if (length != 0) {
                throw ConnectionException.frameSize("an acknowledgement of SETTINGS of " + length + " bytes");
            }
            listener.onSettingsAck();
            return true;
        }
        if (length % SETTING_BYTES != 0) {
            throw ConnectionException.frameSize("SETTINGS of " + length + " bytes (expected a multiple of 6)");
        }
        if (length == 0) {
            listener.onSettingsEnd();
            return true;
        }
        part = Part.SETTING;
        left = length;
        return false;
    }

    /** Reads on; true when the frame is complete. */
    boolean read(ByteBuf in) throws ConnectionException {
        return switch (part) {
            case SETTING -> setting(in);
            case FIXED -> fixed(in);
            case DEBUG -> debug(in);
        };
    }

    private boolean setting(ByteBuf in) throws ConnectionException {
        if (!scratch.fill(in, SETTING_BYTES)) {
            return false;
        }
        left -= SETTING_BYTES;
        listener.onSetting(scratch.intAt(0) >>> 16, scratch.unsignedIntAt(2));
        if (left > 0) {
            return false;
        }
        listener.onSettingsEnd();
        return true;
    }

    private boolean fixed(ByteBuf in) throws ConnectionException {
        if (!scratch.fill(in, left)) {
            return false;
        }
        switch (type) {
            case Frames.PRIORITY -> {
                boolean selfDependent = scratch.idAt(0) == streamId;
                listener.onPriority(streamId, selfDependent ? Http2Error.PROTOCOL_ERROR : Http2Error.NO_ERROR);
            }
            case Frames.RST_STREAM -> listener.onReset(streamId, scratch.unsignedIntAt(0));
            case Frames.PING -> {
                long data = (long) scratch.intAt(0) << 32 | scratch.unsignedIntAt(4);
                listener.onPing(data, (flags & Frames.ACK) != 0);
            }
            case Frames.WINDOW_UPDATE -> listener.onWindowUpdate(streamId, scratch.idAt(0));
            default -> {
                return goAway();
            }
        }
        return true;
    }

    private boolean goAway() throws ConnectionException {
        lastStreamId = scratch.idAt(0);
        goAwayError = scratch.unsignedIntAt(4);
        debug.setLength(0);
        if (behindFixed == 0) {
            listener.onGoAway(lastStreamId, goAwayError, "");
            return true;
        }
        part = Part.DEBUG;
        left = behindFixed;
        return false;
    }

    private boolean debug(ByteBuf in) throws ConnectionException {
        int n = Math.min(left, in.readableBytes());
        for (int i = 0; i < n; i++) {
            byte b = in.readByte();
            if (debug.length() < MAX_DEBUG_BYTES) {
                // It goes into logs and status messages.
                debug.append(b >= ' ' && b <= '~' ? (char) b : '?');
            }
        }
        left -= n;
        if (left > 0) {
            return false;
        }
        listener.onGoAway(lastStreamId, goAwayError, debug.toString());
        return true;
    }
}
