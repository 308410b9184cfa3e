package io.leasegate.h2.codec;

import io.leasegate.h2.Http2Error;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Reads frames (RFC 9113 section 4) out of whatever pieces the socket gives. Used on its connection's event loop.
 *
 * <p>DATA and header sections are passed on as they arrive; of an incomplete frame nothing is kept but its header and a few bytes, so a
 * connection that stops in the middle of a frame holds no buffer.
 *
 * <pre>
 *   PREFACE -&gt; HEAD -+-&gt; DATA_PREFIX ----&gt; DATA ---------+-&gt; SKIP (padding) -&gt; HEAD
 *                    +-&gt; SECTION_PREFIX -&gt; SECTION ------+
 *                    +-&gt; SETTING (6 bytes each) ---------&gt; HEAD
 *                    +-&gt; FIXED, then DEBUG for GOAWAY ---&gt; HEAD
 *                    +-&gt; SKIP (unknown types) -----------&gt; HEAD
 * </pre>
 */
final class FrameParser {

    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final int MAX_DEBUG_BYTES = 256;
    private static final int PRIORITY_BYTES = 5;
    private static final int SETTING_BYTES = 6;
    private static final int NO_DEPENDENCY = -1;

    private enum State {
        PREFACE,
        HEAD,
        DATA_PREFIX,
        DATA,
        SECTION_PREFIX,
        SECTION,
        SETTING,
        FIXED,
        DEBUG,
        SKIP
    }

    private final FrameListener listener;
    private final int maxFrameBytes;
    private State state;

    private final byte[] scratch = new byte[PREFACE.length];
    private int scratchBytes;

    // The frame that is being read.
    private int type;
    private int flags;
    private int streamId;
    private int length;
    private int left; // of the part that the state reads
    private int padding;

    /** The first frame must be SETTINGS (RFC 9113 section 3.4). */
    private boolean first = true;

    /** The stream whose header section is not complete, or 0. */
    private int sectionStream;

    private int lastStreamId;
    private long goAwayError;
    private final StringBuilder debug = new StringBuilder(0);

    FrameParser(FrameListener listener, boolean expectPreface, int maxFrameBytes) {
        this.listener = listener;
        this.maxFrameBytes = maxFrameBytes;
        this.state = expectPreface ? State.PREFACE : State.HEAD;
    }

    /** Whether the peer owes the rest of something other than DATA. */
    boolean isMidway() {
        return sectionStream != 0 || (state != State.DATA && state != State.HEAD) || scratchBytes > 0;
    }

    /** Reads all bytes. */
    void parse(ByteBuf in) throws ConnectionException {
        while (in.isReadable()) {
            switch (state) {
                case PREFACE -> preface(in);
                case HEAD -> head(in);
                case DATA_PREFIX -> dataPrefix(in);
                case DATA -> data(in);
                case SECTION_PREFIX -> sectionPrefix(in);
                case SECTION -> section(in);
                case SETTING -> setting(in);
                case FIXED -> fixed(in);
                case DEBUG -> debug(in);
                case SKIP -> skip(in);
            }
        }
    }

    private void preface(ByteBuf in) throws ConnectionException {
        while (scratchBytes < PREFACE.length && in.isReadable()) {
            if (in.readByte() != PREFACE[scratchBytes]) {
                in.readerIndex(in.readerIndex() - 1);
                int more = Math.min(in.readableBytes(), PREFACE.length);
                listener.onOtherProtocol(new String(PREFACE, 0, scratchBytes, StandardCharsets.US_ASCII)
                        + in.toString(in.readerIndex(), more, StandardCharsets.US_ASCII));
                throw ConnectionException.protocol("the client did not begin with the preface of HTTP/2");
            }
            scratchBytes++;
        }
        if (scratchBytes == PREFACE.length) {
            scratchBytes = 0;
            state = State.HEAD;
            listener.onPreface();
        }
    }

    private void head(ByteBuf in) throws ConnectionException {
        if (scratchBytes == 0 && in.readableBytes() >= Frames.HEADER_BYTES) {
            int i = in.readerIndex();
            // Two reads in place of four: each checks its bounds.
            long start = in.getLong(i);
            length = (int) (start >>> 40);
            type = (int) (start >>> 32) & 0xff;
            flags = (int) (start >>> 24) & 0xff;
            streamId = ((int) start << 8 | in.getUnsignedByte(i + 8)) & Integer.MAX_VALUE;
            in.readerIndex(i + Frames.HEADER_BYTES);
        } else {
            if (!fill(in, Frames.HEADER_BYTES)) {
                return;
            }
            length = scratchInt(0) >>> 8;
            type = scratch[3] & 0xff;
            flags = scratch[4] & 0xff;
            streamId = scratchInt(5) & Integer.MAX_VALUE;
        }
        begin();
    }

    private void begin() throws ConnectionException {
        if (first) {
            if (type != Frames.SETTINGS || (flags & Frames.ACK) != 0) {
                throw ConnectionException.protocol("the first frame is of type " + type + ", not SETTINGS");
            }
            first = false;
        }
        if (length > maxFrameBytes) {
            throw ConnectionException.frameSize(
                    "a frame of " + length + " bytes (SETTINGS_MAX_FRAME_SIZE is " + maxFrameBytes + ")");
        }
        if (sectionStream != 0 && (type != Frames.CONTINUATION || streamId != sectionStream)) {
            throw ConnectionException.protocol("a frame of type " + type + " on stream " + streamId
                    + " inside the header section of stream " + sectionStream);
        }
        switch (type) {
            case Frames.DATA -> beginData();
            case Frames.HEADERS -> beginHeaders();
            case Frames.CONTINUATION -> beginContinuation();
            case Frames.PRIORITY -> beginPriority();
            case Frames.RST_STREAM -> {
                requireStream("RST_STREAM");
                beginFixed(4, "RST_STREAM");
            }
            case Frames.SETTINGS -> beginSettings();
            case Frames.PUSH_PROMISE -> throw ConnectionException.protocol("PUSH_PROMISE, which is switched off");
            case Frames.PING -> {
                requireConnection("PING");
                beginFixed(8, "PING");
            }
            case Frames.GOAWAY -> beginGoAway();
            case Frames.WINDOW_UPDATE -> beginFixed(4, "WINDOW_UPDATE");
            default -> {
                listener.onUnknownFrame(type);
                beginSkip(length);
            }
        }
    }

    private void requireStream(String frame) throws ConnectionException {
        if (streamId == 0) {
            throw ConnectionException.protocol(frame + " on stream 0");
        }
    }

    private void requireConnection(String frame) throws ConnectionException {
        if (streamId != 0) {
            throw ConnectionException.protocol(frame + " on stream " + streamId);
        }
    }

    private void beginFixed(int expected, String frame) throws ConnectionException {
        if (length != expected) {
            throw ConnectionException.frameSize(frame + " of " + length + " bytes (expected " + expected + ")");
        }
        state = State.FIXED;
        left = expected;
    }

    private void beginSkip(int bytes) {
        left = bytes;
        state = bytes == 0 ? State.HEAD : State.SKIP;
    }

    private void skip(ByteBuf in) {
        int n = Math.min(left, in.readableBytes());
        in.skipBytes(n);
        left -= n;
        if (left == 0) {
            state = State.HEAD;
        }
    }

    // DATA

    private void beginData() throws ConnectionException {
        requireStream("DATA");
        padding = 0;
        if ((flags & Frames.PADDED) == 0) {
            startData(length);
        } else if (length == 0) {
            throw ConnectionException.frameSize("padded DATA without a pad length");
        } else {
            state = State.DATA_PREFIX;
        }
    }

    private void dataPrefix(ByteBuf in) throws ConnectionException {
        padding = in.readUnsignedByte();
        if (padding >= length) {
            throw ConnectionException.protocol("DATA of " + length + " bytes with a padding of " + padding);
        }
        startData(length - 1 - padding);
    }

    private void startData(int dataBytes) throws ConnectionException {
        listener.onDataStart(streamId, length, dataBytes, (flags & Frames.END_STREAM) != 0);
        left = dataBytes;
        if (dataBytes == 0) {
            listener.onData(Unpooled.EMPTY_BUFFER, true);
            beginSkip(padding);
        } else {
            state = State.DATA;
        }
    }

    private void data(ByteBuf in) throws ConnectionException {
        int n = Math.min(left, in.readableBytes());
        left -= n;
        int from = in.readerIndex();
        int end = in.writerIndex();
        // The piece is the buffer itself, narrowed for the call: a slice would be an object per piece.
        in.writerIndex(from + n);
        try {
            listener.onData(in, left == 0);
        } finally {
            in.setIndex(from + n, end);
        }
        if (left == 0) {
            beginSkip(padding);
        }
    }

    // HEADERS and CONTINUATION

    private void beginHeaders() throws ConnectionException {
        requireStream("HEADERS");
        padding = 0;
        int prefix = prefixBytes();
        if (length < prefix) {
            throw ConnectionException.frameSize("HEADERS of " + length + " bytes, too short for its flags");
        }
        sectionStream = streamId;
        if (prefix == 0) {
            startSection(length, NO_DEPENDENCY);
        } else {
            state = State.SECTION_PREFIX;
        }
    }

    private int prefixBytes() {
        return ((flags & Frames.PADDED) != 0 ? 1 : 0) + ((flags & Frames.HAS_PRIORITY) != 0 ? PRIORITY_BYTES : 0);
    }

    private void sectionPrefix(ByteBuf in) throws ConnectionException {
        int prefix = prefixBytes();
        if (!fill(in, prefix)) {
            return;
        }
        int at = 0;
        if ((flags & Frames.PADDED) != 0) {
            padding = scratch[at++] & 0xff;
        }
        int dependency = NO_DEPENDENCY;
        if ((flags & Frames.HAS_PRIORITY) != 0) {
            dependency = scratchInt(at) & Integer.MAX_VALUE;
        }
        if (padding > length - prefix) {
            throw ConnectionException.protocol("HEADERS of " + length + " bytes with a padding of " + padding);
        }
        startSection(length - prefix - padding, dependency);
    }

    private void startSection(int fragmentBytes, int dependency) throws ConnectionException {
        listener.onHeadersStart(streamId, (flags & Frames.END_STREAM) != 0, dependency == streamId);
        startFragment(fragmentBytes);
    }

    private void beginContinuation() throws ConnectionException {
        if (sectionStream == 0) {
            throw ConnectionException.protocol("CONTINUATION on stream " + streamId + " without a header section");
        }
        padding = 0;
        listener.onContinuation(length);
        startFragment(length);
    }

    private void startFragment(int bytes) throws ConnectionException {
        left = bytes;
        if (bytes == 0) {
            fragment(Unpooled.EMPTY_BUFFER);
        } else {
            state = State.SECTION;
        }
    }

    private void section(ByteBuf in) throws ConnectionException {
        int n = Math.min(left, in.readableBytes());
        left -= n;
        int from = in.readerIndex();
        int end = in.writerIndex();
        in.writerIndex(from + n);
        try {
            fragment(in);
        } finally {
            in.setIndex(from + n, end);
        }
    }

    private void fragment(ByteBuf piece) throws ConnectionException {
        boolean endOfSection = left == 0 && (flags & Frames.END_HEADERS) != 0;
        if (endOfSection) {
            sectionStream = 0;
        }
        if (left == 0) {
            beginSkip(padding);
        }
        if (piece.isReadable() || endOfSection) {
            listener.onHeaderFragment(piece, endOfSection);
        }
    }

    // SETTINGS

    private void beginSettings() throws ConnectionException {
        requireConnection("SETTINGS");
        if ((flags & Frames.ACK) != 0) {
            if (length != 0) {
                throw ConnectionException.frameSize("an acknowledgement of SETTINGS of " + length + " bytes");
            }
            state = State.HEAD;
            listener.onSettingsAck();
            return;
        }
        if (length % SETTING_BYTES != 0) {
            throw ConnectionException.frameSize("SETTINGS of " + length + " bytes (expected a multiple of 6)");
        }
        left = length;
        if (length == 0) {
            state = State.HEAD;
            listener.onSettingsEnd();
        } else {
            state = State.SETTING;
        }
    }

    private void setting(ByteBuf in) throws ConnectionException {
        if (!fill(in, SETTING_BYTES)) {
            return;
        }
        left -= SETTING_BYTES;
        listener.onSetting((scratch[0] & 0xff) << 8 | (scratch[1] & 0xff), scratchInt(2) & 0xffff_ffffL);
        if (left == 0) {
            state = State.HEAD;
            listener.onSettingsEnd();
        }
    }

    // Frames of a fixed length

    private void beginPriority() throws ConnectionException {
        requireStream("PRIORITY");
        if (length == PRIORITY_BYTES) {
            beginFixed(PRIORITY_BYTES, "PRIORITY");
        } else {
            listener.onPriority(streamId, Http2Error.FRAME_SIZE_ERROR);
            beginSkip(length);
        }
    }

    private void beginGoAway() throws ConnectionException {
        requireConnection("GOAWAY");
        if (length < 8) {
            throw ConnectionException.frameSize("GOAWAY of " + length + " bytes (expected 8 or more)");
        }
        state = State.FIXED;
        left = 8;
    }

    private void fixed(ByteBuf in) throws ConnectionException {
        if (!fill(in, left)) {
            return;
        }
        state = State.HEAD;
        switch (type) {
            case Frames.PRIORITY -> {
                boolean selfDependent = (scratchInt(0) & Integer.MAX_VALUE) == streamId;
                listener.onPriority(streamId, selfDependent ? Http2Error.PROTOCOL_ERROR : Http2Error.NO_ERROR);
            }
            case Frames.RST_STREAM -> listener.onReset(streamId, scratchInt(0) & 0xffff_ffffL);
            case Frames.PING ->
                listener.onPing(
                        ((long) scratchInt(0) << 32) | (scratchInt(4) & 0xffff_ffffL), (flags & Frames.ACK) != 0);
            case Frames.WINDOW_UPDATE -> listener.onWindowUpdate(streamId, scratchInt(0) & Integer.MAX_VALUE);
            case Frames.GOAWAY -> goAwayHead();
            default -> throw new IllegalStateException("a frame of type " + type + " has no fixed length");
        }
    }

    private void goAwayHead() throws ConnectionException {
        lastStreamId = scratchInt(0) & Integer.MAX_VALUE;
        goAwayError = scratchInt(4) & 0xffff_ffffL;
        debug.setLength(0);
        left = length - 8;
        if (left == 0) {
            listener.onGoAway(lastStreamId, goAwayError, "");
        } else {
            state = State.DEBUG;
        }
    }

    private void debug(ByteBuf in) throws ConnectionException {
        int n = Math.min(left, in.readableBytes());
        for (int i = 0; i < n; i++) {
            byte b = in.readByte();
            if (debug.length() < MAX_DEBUG_BYTES) {
                // It goes into logs and status messages.
                debug.append(b >= ' ' && b <= '~' ? (char) b : '?');
            }
        }
        left -= n;
        if (left == 0) {
            state = State.HEAD;
            listener.onGoAway(lastStreamId, goAwayError, debug.toString());
        }
    }

    // Scratch

    /** Collects n bytes; true when they are there, and the scratch is free for the next. */
    private boolean fill(ByteBuf in, int n) {
        int more = Math.min(n - scratchBytes, in.readableBytes());
        in.readBytes(scratch, scratchBytes, more);
        scratchBytes += more;
        if (scratchBytes < n) {
            return false;
        }
        scratchBytes = 0;
        return true;
    }

    private int scratchInt(int at) {
        return scratch[at] << 24
                | (scratch[at + 1] & 0xff) << 16
                | (scratch[at + 2] & 0xff) << 8
                | (scratch[at + 3] & 0xff);
    }
}
