package io.leasegate.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bytes of one connection apart into frames. DATA is reported as it arrives and never put together; of other frames an incomplete one
 * is kept until the rest is there. Used on the connection's event loop.
 */
final class FrameReader {

    static final int HEADER_BYTES = 9;
    static final int MAX_PAYLOAD_BYTES = 16_384;

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 0x1;
    static final int ACK = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int PRIORITY = 0x20;

    /** Where the frames go. */
    interface Sink {
        /** A part of a DATA frame; {@code end} with the last part of the stream's last one. */
        void onData(int streamId, int bytes, boolean end);

        /** Any other frame, with its whole payload. */
        void onFrame(int type, int flags, int streamId, ByteBuf payload, int length);
    }

    private @Nullable ByteBuf rest;
    private int dataStream;
    private int dataLeft;
    private boolean dataEnds;

    /** Reads all of {@code in}, which stays the caller's. */
    void read(ByteBuf in, ByteBufAllocator allocator, Sink sink) {
        while (in.isReadable()) {
            if (dataLeft > 0) {
                int bytes = Math.min(dataLeft, in.readableBytes());
                in.skipBytes(bytes);
                dataLeft -= bytes;
                sink.onData(dataStream, bytes, dataLeft == 0 && dataEnds);
            } else if (rest != null) {
                complete(rest, in, sink);
            } else if (!frame(in, sink)) {
                rest = allocator.buffer(HEADER_BYTES + 256, HEADER_BYTES + MAX_PAYLOAD_BYTES);
                rest.writeBytes(in);
            }
        }
    }

    /** Gives back what is held. */
    void close() {
        if (rest != null) {
            rest.release();
            rest = null;
        }
    }

    private void complete(ByteBuf part, ByteBuf in, Sink sink) {
        int wanted = HEADER_BYTES - part.readableBytes();
        if (wanted <= 0) {
            wanted = part.getByte(part.readerIndex() + 3) == DATA
                    ? 0
                    : HEADER_BYTES + length(part) - part.readableBytes();
        }
        part.writeBytes(in, Math.min(wanted, in.readableBytes()));
        if (part.readableBytes() >= HEADER_BYTES && frame(part, sink)) {
            part.release();
            rest = null;
        }
    }

    private static int length(ByteBuf in) {
        int length = in.getUnsignedMedium(in.readerIndex());
        if (length > MAX_PAYLOAD_BYTES) {
            throw new ProtocolFailure("a frame of " + length + " bytes, over the " + MAX_PAYLOAD_BYTES + " allowed");
        }
        return length;
    }

    /** Reads a frame if it is there as a whole, or the header of a DATA frame. */
    private boolean frame(ByteBuf in, Sink sink) {
        if (in.readableBytes() < HEADER_BYTES) {
            return false;
        }
        int length = length(in);
        int type = in.getByte(in.readerIndex() + 3);
        int flags = in.getByte(in.readerIndex() + 4);
        if (type == DATA) {
            if ((flags & PADDED) != 0) {
                throw new ProtocolFailure("a padded DATA frame, which this load generator does not read");
            }
            dataStream = in.getInt(in.readerIndex() + 5);
            dataLeft = length;
            dataEnds = (flags & END_STREAM) != 0;
            in.skipBytes(HEADER_BYTES);
            if (length == 0) {
                sink.onData(dataStream, 0, dataEnds);
            }
            return true;
        }
        if (in.readableBytes() < HEADER_BYTES + length) {
            return false;
        }
        int streamId = in.getInt(in.readerIndex() + 5);
        in.skipBytes(HEADER_BYTES);
        int end = in.readerIndex() + length;
        sink.onFrame(type, flags, streamId, in, length);
        in.readerIndex(end);
        return true;
    }
}
