package io.leasegate.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection, either side: settings, windows, and frames staged into one buffer that leaves with one write per batch of input.
 * Used on the connection's event loop.
 */
public abstract class FrameConnection extends ChannelInboundHandlerAdapter implements FrameReader.Sink {

    /** What each of our streams may receive ahead: enough that the window is never what is measured. */
    static final int STREAM_WINDOW = 16 << 20;

    private static final int CONNECTION_WINDOW = Integer.MAX_VALUE;
    private static final int DEFAULT_WINDOW = 65_535;
    private static final int STAGE_BYTES = 64 << 10;
    /** From here on a payload is handed over as a slice; below it, a copy is cheaper. */
    private static final int SLICE_FROM = 4096;

    private static final int HEADER_TABLE_SIZE = 1;
    private static final int ENABLE_PUSH = 2;
    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int INITIAL_WINDOW_SIZE = 4;

    private final FrameReader reader = new FrameReader();
    private final HpackReader headerReader = new HpackReader();
    private final HpackWriter headerWriter = new HpackWriter();
    private final ArrayDeque<WireStream> blocked = new ArrayDeque<>();
    private final StreamMap streams = new StreamMap();
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf staged;
    private long sendWindow = DEFAULT_WINDOW;
    private int initialSendWindow = DEFAULT_WINDOW;
    private long peerStreamLimit = Integer.MAX_VALUE;
    private long unreturned;
    private boolean isReading;

    /** The peer's first SETTINGS are here. */
    protected abstract void onSettings();

    /** A field of the block that {@link #onHeadersEnd} ends. */
    protected abstract void onField(HeaderField field);

    protected abstract void onHeadersEnd(int streamId, boolean end);

    protected abstract void onBytes(WireStream stream, int bytes, boolean end);

    protected abstract void onReset(WireStream stream, long errorCode);

    /** All that the stream was ordered to send has gone. */
    protected void onSent(WireStream stream) {}

    /** The connection ends, or the peer announced that it will; once or twice. */
    protected abstract void onLost(String reason);

    /** The peer announced that the connection ends; the streams up to {@code lastStreamId} it may still answer. */
    protected void onGoAway(int lastStreamId, String reason) {
        onLost(reason);
    }

    protected final StreamMap streams() {
        return streams;
    }

    protected final int initialSendWindow() {
        return initialSendWindow;
    }

    /** How many streams the peer lets us have open at a time. */
    public final long peerStreamLimit() {
        return peerStreamLimit;
    }

    protected final Channel channel() {
        return context().channel();
    }

    protected final boolean hasBegun() {
        return context != null;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext c = context;
        if (c == null) {
            throw new IllegalStateException("not connected yet");
        }
        return c;
    }

    /** Begins: to be called once the connection (and TLS, if any) is up. */
    protected final void begin(ChannelHandlerContext ctx, boolean client) {
        context = ctx;
        ByteBuf out = out();
        if (client) {
            out.writeCharSequence("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", StandardCharsets.US_ASCII);
        }
        frameHeader(out, client ? 12 : 6, FrameReader.SETTINGS, 0, 0);
        out.writeShort(INITIAL_WINDOW_SIZE).writeInt(STREAM_WINDOW);
        if (client) {
            out.writeShort(ENABLE_PUSH).writeInt(0);
        }
        windowUpdate(0, CONNECTION_WINDOW - DEFAULT_WINDOW);
        flush();
    }

    // --- input

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf in = (ByteBuf) msg;
        isReading = true;
        try {
            reader.read(in, ctx.alloc(), this);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        isReading = false;
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            sendBlocked();
            flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        reader.close();
        if (staged != null) {
            staged.release();
            staged = null;
        }
        onLost("the connection was closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        onLost(cause instanceof ProtocolFailure ? "the peer sent " + cause.getMessage() : String.valueOf(cause));
        ctx.close();
    }

    @Override
    public final void onData(int streamId, int bytes, boolean end) {
        unreturned += bytes;
        if (unreturned > CONNECTION_WINDOW / 4) {
            windowUpdate(0, (int) unreturned);
            unreturned = 0;
        }
        WireStream stream = streams.get(streamId);
        if (stream == null) {
            return; // one that was reset
        }
        int give = end ? 0 : stream.consumed(bytes, STREAM_WINDOW);
        if (give > 0) {
            windowUpdate(streamId, give);
        }
        onBytes(stream, bytes, end);
    }

    @Override
    public final void onFrame(int type, int flags, int streamId, ByteBuf payload, int length) {
        switch (type) {
            case FrameReader.HEADERS -> onHeaders(flags, streamId, payload, length);
            case FrameReader.WINDOW_UPDATE -> onWindowUpdate(streamId, payload.readInt());
            case FrameReader.SETTINGS -> {
                if ((flags & FrameReader.ACK) == 0) {
                    applySettings(payload, length);
                }
            }
            case FrameReader.PING -> {
                if ((flags & FrameReader.ACK) == 0) {
                    frameHeader(out(), 8, FrameReader.PING, FrameReader.ACK, 0);
                    out().writeLong(payload.readLong());
                }
            }
            case FrameReader.RST_STREAM -> {
                WireStream stream = streams.get(streamId);
                if (stream != null) {
                    onReset(stream, payload.readUnsignedInt());
                }
            }
            case FrameReader.GOAWAY -> {
                int last = payload.readInt();
                long code = payload.readUnsignedInt();
                String text = payload.readCharSequence(length - 8, StandardCharsets.ISO_8859_1)
                        .toString();
                onGoAway(last & Integer.MAX_VALUE, "GOAWAY with code " + code + ", last stream " + last + " " + text);
            }
            case FrameReader.CONTINUATION, FrameReader.PUSH_PROMISE ->
                throw new ProtocolFailure("a frame of type " + type + ", which this load generator does not read");
            default -> {} // RFC 9113 section 4.1: unknown types, and PRIORITY, are passed over
        }
    }

    private void onHeaders(int flags, int streamId, ByteBuf payload, int length) {
        if ((flags & FrameReader.END_HEADERS) == 0) {
            throw new ProtocolFailure("headers in several frames, which this load generator does not read");
        }
        int padding = 0;
        int before = payload.readerIndex();
        if ((flags & FrameReader.PADDED) != 0) {
            padding = payload.readUnsignedByte();
        }
        if ((flags & FrameReader.PRIORITY) != 0) {
            payload.skipBytes(5);
        }
        headerReader.read(payload, length - padding - (payload.readerIndex() - before), this::onField);
        onHeadersEnd(streamId, (flags & FrameReader.END_STREAM) != 0);
    }

    private void applySettings(ByteBuf payload, int length) {
        for (int i = 0; i < length; i += 6) {
            int setting = payload.readUnsignedShort();
            long value = payload.readUnsignedInt();
            if (setting == HEADER_TABLE_SIZE) {
                headerWriter.limitTable(value);
            } else if (setting == MAX_CONCURRENT_STREAMS) {
                peerStreamLimit = value;
            } else if (setting == INITIAL_WINDOW_SIZE) {
                int change = (int) value - initialSendWindow;
                initialSendWindow = (int) value;
                for (WireStream stream : streams.all()) {
                    stream.sendWindow += change;
                }
            }
        }
        frameHeader(out(), 0, FrameReader.SETTINGS, FrameReader.ACK, 0);
        sendBlocked();
        onSettings();
    }

    private void onWindowUpdate(int streamId, int increment) {
        if (streamId == 0) {
            sendWindow += increment;
            sendBlocked();
            return;
        }
        WireStream stream = streams.get(streamId);
        if (stream != null) {
            stream.sendWindow += increment;
            if (stream.isQueued) {
                sendBlocked();
            }
        }
    }

    // --- output

    protected final void headers(int streamId, boolean end, HeaderField... fields) {
        ByteBuf out = out();
        int at = out.writerIndex();
        int flags = FrameReader.END_HEADERS | (end ? FrameReader.END_STREAM : 0);
        frameHeader(out, 0, FrameReader.HEADERS, flags, streamId);
        headerWriter.write(out, fields);
        out.setMedium(at, out.writerIndex() - at - FrameReader.HEADER_BYTES);
    }

    protected final void reset(int streamId, int errorCode) {
        frameHeader(out(), 4, FrameReader.RST_STREAM, 0, streamId);
        out().writeInt(errorCode);
    }

    /** Announces the end of the connection, in order: the streams up to {@code lastStreamId} will be answered. */
    protected final void goAway(int lastStreamId) {
        frameHeader(out(), 8, FrameReader.GOAWAY, 0, 0);
        out().writeInt(lastStreamId).writeInt(0);
    }

    /** Sends bytes that are no frames. */
    protected final void raw(byte... bytes) {
        out().writeBytes(bytes);
    }

    /** Sends what the stream was ordered to, as far as the windows and the socket allow; the rest follows by itself. */
    protected final void send(WireStream stream) {
        if (stream.isQueued) {
            return;
        }
        if (!sendAll(stream)) {
            stream.isQueued = true;
            blocked.add(stream);
        }
    }

    /** False if something is left. */
    private boolean sendAll(WireStream stream) {
        ByteBuf message;
        while ((message = stream.message()) != null) {
            int total = message.readableBytes();
            int left = total - stream.sent();
            long allowed = Math.min(Math.min(sendWindow, stream.sendWindow), FrameReader.MAX_PAYLOAD_BYTES);
            int bytes = (int) Math.min(allowed, left);
            if ((bytes <= 0 && left > 0) || !channel().isWritable()) {
                return false;
            }
            boolean endsHere = stream.end() == WireStream.End.FLAG && stream.isLastCopy() && bytes == left;
            ByteBuf out = out();
            frameHeader(out, bytes, FrameReader.DATA, endsHere ? FrameReader.END_STREAM : 0, stream.id());
            payload(out, message, message.readerIndex() + stream.sent(), bytes);
            sendWindow -= bytes;
            stream.advance(bytes, total);
        }
        if (stream.end() == WireStream.End.TRAILERS) {
            headers(stream.id(), true, stream.trailers());
        }
        onSent(stream);
        return true;
    }

    private void payload(ByteBuf out, ByteBuf message, int at, int bytes) {
        if (bytes < SLICE_FROM) {
            out.writeBytes(message, at, bytes);
            if (out.readableBytes() > STAGE_BYTES) {
                writeStaged();
            }
        } else {
            writeStaged();
            context().write(message.retainedSlice(at, bytes));
        }
    }

    private void sendBlocked() {
        // One turn for each that waits now; who is stopped again goes to the end of the line.
        for (int i = blocked.size(); i > 0; i--) {
            WireStream stream = blocked.remove();
            stream.isQueued = false;
            if (streams.get(stream.id()) == stream) {
                send(stream);
            }
        }
    }

    private void windowUpdate(int streamId, int increment) {
        frameHeader(out(), 4, FrameReader.WINDOW_UPDATE, 0, streamId);
        out().writeInt(increment);
    }

    private static void frameHeader(ByteBuf out, int length, int type, int flags, int streamId) {
        out.writeMedium(length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(streamId);
    }

    private ByteBuf out() {
        ByteBuf out = staged;
        if (out == null) {
            out = context().alloc().directBuffer(4096);
            staged = out;
        }
        return out;
    }

    private void writeStaged() {
        ByteBuf out = staged;
        if (out != null) {
            staged = null;
            context().write(out);
        }
    }

    /** Hands everything to the socket, unless input is being read: then it goes at the end of that. */
    protected final void flush() {
        if (!isReading && hasBegun()) {
            writeStaged();
            context().flush();
        }
    }
}
