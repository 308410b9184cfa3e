package io.leasegate.h2.codec;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.hpack.BlockWriter;
import io.leasegate.h2.hpack.HpackEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Composes the frames of one connection. Staging order is wire order. Frames and small payloads are collected in one buffer per
 * batch; large payloads leave as slices of the buffer that they came in, by a gathering write. Used on the connection's event loop.
 */
final class FrameOutput {

    private static final int CHUNK_BYTES = 8 * 1024;

    /** Below this a copy is cheaper than a slice with its reference count and its entry in the gathering write. */
    private static final int SLICE_BYTES = 4 * 1024;

    /** Staged within one turn of the event loop at most, so that one busy stream cannot fill the memory before the next flush. */
    private static final int MAX_STAGED_BYTES = 256 * 1024;

    /** With this much unread no stream is opened: nothing else holds back header sections and the resets behind them. */
    private static final int MAX_BACKLOG_BYTES = 1 << 20;

    /** What a peer may leave unread beyond that. */
    private static final int MAX_UNREAD_BYTES = 4 << 20;

    private final ChannelHandlerContext context;
    private final Channel channel;
    private final HpackEncoder hpack;
    private int maxFrameBytes = Frames.DEFAULT_MAX_FRAME_BYTES;

    private @Nullable ByteBuf chunk;

    /** What of the chunk has been given to the channel. */
    private int givenIndex;

    /** Since the last flush. */
    private int stagedBytes;

    FrameOutput(ChannelHandlerContext context, BlockWriter blockWriter) {
        this.context = context;
        this.hpack = new HpackEncoder(blockWriter);
        this.channel = context.channel();
    }

    /** The peer's SETTINGS_MAX_FRAME_SIZE. */
    void maxFrameBytes(int bytes) {
        maxFrameBytes = bytes;
    }

    /** The peer's SETTINGS_HEADER_TABLE_SIZE. */
    void maxTableBytes(int bytes) {
        hpack.maxTableBytes(bytes);
    }

    /** Whether the socket keeps up, so that more DATA may be staged. */
    boolean hasRoom() {
        return stagedBytes < MAX_STAGED_BYTES && channel.isWritable();
    }

    void data(int streamId, ByteBuf source, int index, int length, boolean endStream) {
        int from = index;
        int left = length;
        do {
            int n = Math.min(left, maxFrameBytes);
            left -= n;
            boolean copied = n < SLICE_BYTES;
            ByteBuf out = room(Frames.HEADER_BYTES + (copied ? n : 0));
            head(out, n, Frames.DATA, endStream && left == 0 ? Frames.END_STREAM : 0, streamId);
            if (copied) {
                out.writeBytes(source, from, n);
            } else {
                give(out);
                context.write(source.retainedSlice(from, n), channel.voidPromise());
            }
            stagedBytes += n;
            from += n;
        } while (left > 0);
    }

    void headers(int streamId, HeaderBlock block, boolean endStream) {
        ByteBuf out = room(Frames.HEADER_BYTES + 512);
        int start = out.writerIndex();
        out.writerIndex(start + Frames.HEADER_BYTES);
        hpack.encode(block, out);
        int length = out.writerIndex() - start - Frames.HEADER_BYTES;
        stagedBytes += length;
        int endFlag = endStream ? Frames.END_STREAM : 0;
        if (length <= maxFrameBytes) {
            setHead(out, start, length, Frames.HEADERS, endFlag | Frames.END_HEADERS, streamId);
        } else {
            setHead(out, start, maxFrameBytes, Frames.HEADERS, endFlag, streamId);
            continueSection(out, start + Frames.HEADER_BYTES + maxFrameBytes, streamId);
        }
    }

    /** Cuts what follows {@code from} into CONTINUATION frames. */
    private void continueSection(ByteBuf out, int from, int streamId) {
        byte[] rest = ByteBufUtil.getBytes(out, from, out.writerIndex() - from);
        out.writerIndex(from);
        for (int at = 0; at < rest.length; at += maxFrameBytes) {
            int n = Math.min(maxFrameBytes, rest.length - at);
            out.ensureWritable(Frames.HEADER_BYTES + n);
            head(out, n, Frames.CONTINUATION, at + n == rest.length ? Frames.END_HEADERS : 0, streamId);
            out.writeBytes(rest, at, n);
        }
    }

    void reset(int streamId, long errorCode) {
        ByteBuf out = room(Frames.HEADER_BYTES + 4);
        head(out, 4, Frames.RST_STREAM, 0, streamId);
        out.writeInt((int) errorCode);
    }

    void windowUpdate(int streamId, int increment) {
        ByteBuf out = room(Frames.HEADER_BYTES + 4);
        head(out, 4, Frames.WINDOW_UPDATE, 0, streamId);
        out.writeInt(increment);
    }

    void ping(long data, boolean ack) {
        ByteBuf out = room(Frames.HEADER_BYTES + 8);
        head(out, 8, Frames.PING, ack ? Frames.ACK : 0, 0);
        out.writeLong(data);
    }

    void settingsAck() {
        head(room(Frames.HEADER_BYTES), 0, Frames.SETTINGS, Frames.ACK, 0);
    }

    /** SETTINGS as pairs of identifier and value. */
    void settings(int... pairs) {
        int length = pairs.length / 2 * 6;
        ByteBuf out = room(Frames.HEADER_BYTES + length);
        head(out, length, Frames.SETTINGS, 0, 0);
        for (int i = 0; i < pairs.length; i += 2) {
            out.writeShort(pairs[i]).writeInt(pairs[i + 1]);
        }
    }

    void goAway(int lastStreamId, long errorCode, String debugData) {
        ByteBuf out = room(Frames.HEADER_BYTES + 8 + ByteBufUtil.utf8MaxBytes(debugData));
        int start = out.writerIndex();
        out.writerIndex(start + Frames.HEADER_BYTES);
        out.writeInt(lastStreamId).writeInt((int) errorCode);
        ByteBufUtil.writeUtf8(out, debugData);
        setHead(out, start, out.writerIndex() - start - Frames.HEADER_BYTES, Frames.GOAWAY, 0, 0);
    }

    /** Bytes that are no frame: the client's preface, or an answer in another protocol. */
    void raw(byte[] bytes) {
        room(bytes.length).writeBytes(bytes);
        stagedBytes += bytes.length;
    }

    /** Whether so much waits for the socket that no new stream should add to it. */
    boolean isBacklogged() {
        return stagedBytes + channel.bytesBeforeWritable() > MAX_BACKLOG_BYTES;
    }

    /**
     * Whether the peer takes nothing while it makes us answer: DATA and header sections wait for room, so only resets and the like can
     * pile up this far.
     */
    boolean isFlooded() {
        // A channel that the flush found broken has no count any more.
        return channel.isOpen() && channel.bytesBeforeWritable() > MAX_UNREAD_BYTES;
    }

    /** Gives everything to the channel and flushes it. */
    void flush() {
        ByteBuf rest = chunk;
        if (rest != null) {
            chunk = null;
            if (givenIndex == 0) {
                context.write(rest, channel.voidPromise());
            } else if (givenIndex < rest.writerIndex()) {
                context.write(rest.readerIndex(givenIndex), channel.voidPromise());
            } else {
                rest.release();
            }
            givenIndex = 0;
        }
        stagedBytes = 0;
        context.flush();
    }

    /** The channel is gone. */
    void release() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
        givenIndex = 0;
        stagedBytes = 0;
    }

    /** A buffer that takes n more bytes in one piece. */
    private ByteBuf room(int bytes) {
        ByteBuf out = chunk;
        if (out != null) {
            if (out.writableBytes() >= bytes) {
                return out;
            }
            chunk = null;
            if (givenIndex < out.writerIndex()) {
                context.write(out.readerIndex(givenIndex), channel.voidPromise());
            } else {
                out.release();
            }
        }
        out = context.alloc().directBuffer(Math.max(bytes, CHUNK_BYTES));
        chunk = out;
        givenIndex = 0;
        return out;
    }

    /** What of the chunk was not given yet goes to the channel, ahead of what follows. */
    private void give(ByteBuf out) {
        int end = out.writerIndex();
        if (givenIndex < end) {
            context.write(out.retainedSlice(givenIndex, end - givenIndex), channel.voidPromise());
            givenIndex = end;
        }
    }

    private static void head(ByteBuf out, int length, int type, int flags, int streamId) {
        out.writeLong(firstEight(length, type, flags, streamId));
        out.writeByte(streamId);
    }

    private static void setHead(ByteBuf out, int at, int length, int type, int flags, int streamId) {
        out.setLong(at, firstEight(length, type, flags, streamId));
        out.setByte(at + 8, streamId);
    }

    /** All of a frame header but its last byte, in two writes in place of three: each checks its bounds. */
    private static long firstEight(int length, int type, int flags, int streamId) {
        return (long) length << 40 | (long) type << 32 | (long) flags << 24 | streamId >>> 8;
    }
}
