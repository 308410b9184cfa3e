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
 *                    +-&gt; CONTROL (ControlFrames) ----------&gt; HEAD
 *                    +-&gt; SKIP (unknown types) -----------&gt; HEAD
 * </pre>
 */
final class FrameParser {

    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final int NO_DEPENDENCY = -1;

    private enum State {
        PREFACE,
        HEAD,
        DATA_PREFIX,
        DATA,
        SECTION_PREFIX,
        SECTION,
        CONTROL,
        SKIP
    }

    private final FrameListener listener;
    private final int maxFrameBytes;
    private State state;

    private final FrameScratch scratch = new FrameScratch();
    private final ControlFrames control;
    private int prefaceBytes;

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

    FrameParser(FrameListener listener, boolean expectPreface, int maxFrameBytes) {
        this.listener = listener;
        this.maxFrameBytes = maxFrameBytes;
        this.control = new ControlFrames(listener, scratch);
        this.state = expectPreface ? State.PREFACE : State.HEAD;
    }

    /** Whether the peer owes the rest of something other than DATA. */
    boolean isMidway() {
        return sectionStream != 0 || (state != State.DATA && state != State.HEAD) || scratch.isPartial();
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
                case CONTROL -> state = control.read(in) ? State.HEAD : State.CONTROL;
                case SKIP -> skip(in);
            }
        }
    }

    private void preface(ByteBuf in) throws ConnectionException {
        while (prefaceBytes < PREFACE.length && in.isReadable()) {
            if (in.readByte() != PREFACE[prefaceBytes]) {
                in.readerIndex(in.readerIndex() - 1);
                int more = Math.min(in.readableBytes(), PREFACE.length);
                listener.onOtherProtocol(new String(PREFACE, 0, prefaceBytes, StandardCharsets.US_ASCII)
                        + in.toString(in.readerIndex(), more, StandardCharsets.US_ASCII));
                throw ConnectionException.protocol("the client did not begin with the preface of HTTP/2");
            }
            prefaceBytes++;
        }
        if (prefaceBytes == PREFACE.length) {
            state = State.HEAD;
            listener.onPreface();
        }
    }

    private void head(ByteBuf in) throws ConnectionException {
        if (!scratch.isPartial() && in.readableBytes() >= Frames.HEADER_BYTES) {
            int i = in.readerIndex();
            // Two reads in place of four: each checks its bounds.
            long start = in.getLong(i);
            length = (int) (start >>> 40);
            type = (int) (start >>> 32) & 0xff;
            flags = (int) (start >>> 24) & 0xff;
            streamId = ((int) start << 8 | in.getUnsignedByte(i + 8)) & Integer.MAX_VALUE;
            in.readerIndex(i + Frames.HEADER_BYTES);
        } else {
            if (!scratch.fill(in, Frames.HEADER_BYTES)) {
                return;
            }
            length = scratch.intAt(0) >>> 8;
            type = scratch.unsignedByteAt(3);
            flags = scratch.unsignedByteAt(4);
            streamId = scratch.idAt(5);
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
                beginControl();
            }
            case Frames.SETTINGS -> {
                requireConnection("SETTINGS");
                beginControl();
            }
            case Frames.PUSH_PROMISE -> throw ConnectionException.protocol("PUSH_PROMISE, which is switched off");
            case Frames.PING -> {
                requireConnection("PING");
                beginControl();
            }
            case Frames.GOAWAY -> {
                requireConnection("GOAWAY");
                beginControl();
            }
            case Frames.WINDOW_UPDATE -> beginControl();
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

    private void beginControl() throws ConnectionException {
        state = control.begin(type, flags, streamId, length) ? State.HEAD : State.CONTROL;
    }

    /** A wrong length is an error of the stream alone. */
    private void beginPriority() throws ConnectionException {
        requireStream("PRIORITY");
        if (length == ControlFrames.PRIORITY_BYTES) {
            beginControl();
        } else {
            listener.onPriority(streamId, Http2Error.FRAME_SIZE_ERROR);
            beginSkip(length);
        }
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
        return ((flags & Frames.PADDED) != 0 ? 1 : 0)
                + ((flags & Frames.HAS_PRIORITY) != 0 ? ControlFrames.PRIORITY_BYTES : 0);
    }

    private void sectionPrefix(ByteBuf in) throws ConnectionException {
        int prefix = prefixBytes();
        if (!scratch.fill(in, prefix)) {
            return;
        }
        int at = 0;
        if ((flags & Frames.PADDED) != 0) {
            padding = scratch.unsignedByteAt(at++);
        }
        int dependency = NO_DEPENDENCY;
        if ((flags & Frames.HAS_PRIORITY) != 0) {
            dependency = scratch.idAt(at);
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
}
