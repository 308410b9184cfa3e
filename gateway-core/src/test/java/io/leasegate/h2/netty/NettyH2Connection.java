package io.leasegate.h2.netty;

import io.leasegate.h2.FlushQueue;
import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.LocalReply;
import io.leasegate.h2.StreamLoss;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection on Netty's {@code Http2ConnectionHandler}: the decoder's frame listener is the way in, the encoder the way out, with no
 * pipeline per stream and no object per frame. Runs on its channel's event loop.
 */
@SuppressWarnings("NullAway.Init") // context is set when the handler is added, before anything else can happen
final class NettyH2Connection extends Http2ConnectionHandler implements H2Connection, FlushQueue.Flushable {

    private static final long DRAIN_PING = 0x6c656173_67617465L;
    private static final long CALLERS_PING = 0x6c656173_70696e67L;
    private static final long DRAIN_PING_LIMIT_MILLIS = 10_000;
    private static final long LINGER_MILLIS = 1_000;
    private static final AsciiString OVERLOAD_CODE = AsciiString.cached("PE");

    private final H2ConnectionListener listener;
    private final FlushQueue flushQueue;
    private final int maxHeaderListBytes;
    private final Http2Connection.PropertyKey streamKey;
    private ChannelHandlerContext context;

    private boolean flushPending;
    private boolean ready;
    private boolean closed;
    private boolean leaving;
    private boolean drainSecondStep;
    private boolean gentle;
    private boolean refused;
    private long goAwayErrorCode = Http2Error.NO_ERROR;
    private String goAwayDebug = "";
    private @Nullable Throwable closeCause;
    private @Nullable Future<?> drainTimer;
    private @Nullable Runnable pingAnswered;
    private long lastReadNanos = System.nanoTime();

    NettyH2Connection(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings initialSettings,
            int maxHeaderListBytes,
            FlushQueue flushQueue,
            H2ConnectionListener listener) {
        super(decoder, encoder, initialSettings, true);
        this.maxHeaderListBytes = maxHeaderListBytes;
        this.flushQueue = flushQueue;
        this.listener = listener;
        this.streamKey = connection().newKey();
        connection().addListener(new ConnectionEvents());
        decoder.frameListener(new Frames());
    }

    Channel channel() {
        return context.channel();
    }

    // H2Connection

    @Override
    public EventLoop eventLoop() {
        return flushQueue.eventLoop();
    }

    @Override
    public SocketAddress remoteAddress() {
        return channel().remoteAddress();
    }

    @Override
    public boolean isUsable() {
        return !closed
                && !leaving
                && !connection().goAwayReceived()
                && !connection().goAwaySent();
    }

    @Override
    public boolean canOpenStream() {
        return ready && isUsable() && connection().local().canOpenStream();
    }

    @Override
    public int activeStreams() {
        return connection().numActiveStreams();
    }

    @Override
    public @Nullable H2Stream openStream(HeaderBlock headers, boolean endStream, H2StreamListener streamListener) {
        if (!canOpenStream()) {
            return null;
        }
        int id = connection().local().incrementAndGetNextStreamId();
        if (id < 0) {
            // The ids of this connection are used up (RFC 9113 section 5.1.1); it finishes what it has.
            leaving = true;
            return null;
        }
        encoder().writeHeaders(context, id, toNetty(headers), 0, endStream, context.newPromise());
        Http2Stream s = connection().stream(id);
        if (s == null) {
            return null;
        }
        // Netty makes its stream object inside the first write, so ours can be hung on it only behind that.
        NettyH2Stream stream = new NettyH2Stream(this, s, streamListener);
        s.setProperty(streamKey, stream);
        if (endStream) {
            stream.endedAtOpen();
        }
        markDirty();
        return stream;
    }

    @Override
    public void ping(Runnable onAck) {
        if (pingAnswered != null) {
            throw new IllegalStateException("a PING is outstanding");
        }
        pingAnswered = onAck;
        encoder().writePing(context, false, CALLERS_PING, context.newPromise());
        markDirty();
    }

    @Override
    public long lastReadNanos() {
        return lastReadNanos;
    }

    @Override
    public void drain(long graceMillis) {
        if (closed || leaving) {
            return;
        }
        leaving = true;
        goAway(context, Integer.MAX_VALUE, Http2Error.NO_ERROR, text("draining"), context.newPromise());
        encoder().writePing(context, false, DRAIN_PING, context.newPromise());
        context.flush();
        long first = Math.min(DRAIN_PING_LIMIT_MILLIS, Math.max(graceMillis / 2, 1));
        drainTimer = eventLoop().schedule(this::drainSecondStep, first, TimeUnit.MILLISECONDS);
        eventLoop().schedule(this::drainGiveUp, graceMillis, TimeUnit.MILLISECONDS);
    }

    private void drainSecondStep() {
        if (closed || drainSecondStep) {
            return;
        }
        drainSecondStep = true;
        if (drainTimer != null) {
            drainTimer.cancel(false);
        }
        int last = connection().remote().lastStreamCreated();
        goAway(context, last, Http2Error.NO_ERROR, text("draining"), context.newPromise());
        context.flush();
        closeWhenDrained();
    }

    private void closeWhenDrained() {
        if (drainSecondStep && !closed && connection().numActiveStreams() == 0) {
            closeGently();
        }
    }

    /**
     * Ends our direction and lets the peer end its own: closing while frames of the peer are unread would make the kernel reset the
     * connection, and the peer could lose the end of its last response (RFC 9112 section 9.6 has the same for HTTP/1.1).
     */
    private void closeGently() {
        if (gentle) {
            return;
        }
        gentle = true;
        // What was written for the last stream leaves first.
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (channel() instanceof DuplexChannel duplex && channel().isActive()) {
                duplex.shutdownOutput();
                eventLoop().schedule(this::drainGiveUp, LINGER_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                context.close();
            }
        });
    }

    private void drainGiveUp() {
        if (!closed) {
            context.close();
        }
    }

    @Override
    public void close(long errorCode, String reason) {
        if (closed) {
            return;
        }
        leaving = true;
        if (closeCause == null) {
            closeCause = new IOException(reason);
        }
        if (!connection().goAwaySent() || errorCode != Http2Error.NO_ERROR) {
            int last = connection().remote().lastStreamCreated();
            goAway(context, last, errorCode, text(reason), context.newPromise());
        }
        context.flush();
        context.close();
    }

    // What the streams send

    void writeHeaders(int id, HeaderBlock headers, boolean endStream, ChannelPromise promise) {
        encoder().writeHeaders(context, id, toNetty(headers), 0, endStream, promise);
        markDirty();
    }

    void writeData(int id, ByteBuf data, boolean endStream, ChannelPromise promise) {
        encoder().writeData(context, id, data, 0, endStream, promise);
        markDirty();
    }

    void writeReset(int id, long errorCode) {
        resetStream(context, id, errorCode, context.newPromise());
        markDirty();
    }

    void credit(Http2Stream stream, int bytes) {
        try {
            if (decoder().flowController().consumeBytes(stream, bytes)) {
                markDirty();
            }
        } catch (Http2Exception e) {
            onError(context, true, e);
        }
    }

    private void markDirty() {
        if (!flushPending) {
            flushPending = true;
            flushQueue.add(this);
        }
    }

    @Override
    public void flushNow() {
        flushPending = false;
        if (!closed) {
            flush(context);
        }
    }

    // Netty's handler

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        lastReadNanos = System.nanoTime();
        super.channelRead(ctx, msg);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        closed = true;
        super.channelInactive(ctx);
        listener.onClosed(this, closeCause);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (closeCause == null) {
            closeCause = cause;
        }
        if (cause instanceof IOException) {
            // A peer that went away: the streams hear of it, and it is no news for the log.
            ctx.close();
        } else {
            super.exceptionCaught(ctx, cause);
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception http2Ex) {
        if (closeCause == null) {
            closeCause = cause;
        }
        leaving = true;
        if (connection().isServer() && http2Ex != null) {
            refuse(ctx, http2Ex);
        } else {
            super.onConnectionError(ctx, outbound, cause, http2Ex);
        }
    }

    /**
     * The peer broke the connection as a whole. It is told so, its streams end, and what it still sends is dropped; an immediate close
     * with bytes unread would make the kernel reset the connection, and the GOAWAY that says why could be lost.
     */
    private void refuse(ChannelHandlerContext ctx, Http2Exception reason) {
        if (refused) {
            return;
        }
        refused = true;
        String message = String.valueOf(reason.getMessage());
        goAway(ctx, connection().remote().lastStreamCreated(), reason.error().code(), text(message), ctx.newPromise());
        try {
            connection().forEachActiveStream(s -> {
                NettyH2Stream own = own(s);
                if (own != null) {
                    own.failed(StreamLoss.PROTOCOL, message);
                }
                return true;
            });
        } catch (Http2Exception e) {
            ctx.close();
            return;
        }
        closeGently();
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (refused) {
            in.skipBytes(in.readableBytes());
        } else {
            super.decode(ctx, in, out);
        }
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception.StreamException http2Ex) {
        Http2Stream stream = connection().stream(http2Ex.streamId());
        if (outbound && (stream == null || stream.state() == Http2Stream.State.CLOSED)) {
            // The peer reset a stream whose frames were still queued. Answering its RST_STREAM with another would break
            // RFC 9113
            // section 5.4.2 and counts as a flood.
            return;
        }
        NettyH2Stream own = own(stream);
        super.onStreamError(ctx, outbound, cause, http2Ex);
        if (own != null) {
            StreamLoss loss = http2Ex instanceof Http2Exception.HeaderListSizeException
                    ? StreamLoss.HEADER_LIST_SIZE
                    : StreamLoss.PROTOCOL;
            own.failed(loss, String.valueOf(http2Ex.getMessage()));
        }
        markDirty();
    }

    @Override
    protected void handleServerHeaderDecodeSizeError(ChannelHandlerContext ctx, Http2Stream stream) {
        HeaderBlock reply = LocalReply.headers(
                new HeaderBlock(1).add(HeaderNames.CONTENT_TYPE, AsciiString.cached("application/grpc")),
                GrpcStatus.RESOURCE_EXHAUSTED,
                "the request's header list exceeds the limit of " + maxHeaderListBytes
                        + " bytes (listeners[].max-header-list)",
                OVERLOAD_CODE);
        encoder().writeHeaders(ctx, stream.id(), toNetty(reply), 0, true, ctx.newPromise());
    }

    private @Nullable NettyH2Stream own(@Nullable Http2Stream stream) {
        return stream == null ? null : stream.getProperty(streamKey);
    }

    private static ByteBuf text(String s) {
        return Unpooled.copiedBuffer(s, StandardCharsets.UTF_8);
    }

    private static Http2Headers toNetty(HeaderBlock block) {
        Http2Headers headers = new DefaultHttp2Headers(false, block.size());
        for (int i = 0; i < block.size(); i++) {
            HeaderField f = block.field(i);
            headers.add(f.name(), f.value());
        }
        return headers;
    }

    private static HeaderBlock fromNetty(Http2Headers headers) {
        HeaderBlock block = new HeaderBlock(headers.size() + 4);
        for (Map.Entry<CharSequence, CharSequence> e : headers) {
            block.add(AsciiString.of(e.getKey()), AsciiString.of(e.getValue()));
        }
        return block;
    }

    /** What the decoder reads. */
    private final class Frames extends Http2FrameAdapter implements Http2FrameListener {

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int streamId,
                Http2Headers headers,
                int streamDependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean endOfStream) {
            onHeadersRead(ctx, streamId, headers, padding, endOfStream);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean endOfStream) {
            Http2Stream s = connection().stream(streamId);
            NettyH2Stream own = own(s);
            if (own != null) {
                own.headersRead(fromNetty(headers), endOfStream);
            } else if (connection().isServer()) {
                accept(s, headers, endOfStream);
            }
        }

        private void accept(Http2Stream s, Http2Headers headers, boolean endOfStream) {
            NettyH2Stream stream = new NettyH2Stream(NettyH2Connection.this, s, Unheard.INSTANCE);
            s.setProperty(streamKey, stream);
            if (endOfStream) {
                stream.remoteEndedAtOpen();
            }
            stream.listener(listener.onStream(stream, fromNetty(headers), endOfStream));
            listener.onBatchRead();
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
            NettyH2Stream own = own(connection().stream(streamId));
            return own == null ? data.readableBytes() + padding : own.dataRead(data, padding, endOfStream);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
            NettyH2Stream own = own(connection().stream(streamId));
            if (own != null) {
                own.resetRead(errorCode);
            }
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
            if (!ready) {
                ready = true;
                listener.onReady(NettyH2Connection.this);
            } else {
                listener.onCapacity(NettyH2Connection.this);
            }
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext ctx, long data) {
            if (data == DRAIN_PING && leaving) {
                drainSecondStep();
            } else if (data == CALLERS_PING && pingAnswered != null) {
                Runnable answered = pingAnswered;
                pingAnswered = null;
                answered.run();
            }
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData) {
            goAwayErrorCode = errorCode;
            goAwayDebug = new String(ByteBufUtil.getBytes(debugData), StandardCharsets.UTF_8);
        }
    }

    /** What becomes of streams. */
    private final class ConnectionEvents extends Http2ConnectionAdapter {

        @Override
        public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
            // The streams above lastStreamId are closed by the codec right behind this; the listener hears of the
            // GOAWAY after them.
            eventLoop().execute(() -> {
                if (!closed) {
                    listener.onGoAway(NettyH2Connection.this, goAwayErrorCode, goAwayDebug);
                    closeIfLeft();
                }
            });
        }

        @Override
        public void onStreamClosed(Http2Stream stream) {
            NettyH2Stream own = own(stream);
            if (own != null) {
                own.closed(lossOf(stream), lossReason());
            }
        }

        @Override
        public void onStreamRemoved(Http2Stream stream) {
            if (closed) {
                return;
            }
            closeWhenDrained();
            closeIfLeft();
            listener.onCapacity(NettyH2Connection.this);
        }

        private StreamLoss lossOf(Http2Stream stream) {
            boolean leftOut = connection().goAwayReceived()
                    && connection().local().isValidStreamId(stream.id())
                    && stream.id() > connection().local().lastStreamKnownByPeer();
            // A GOAWAY with an error says nothing reliable about what was processed (grpc-java takes the same care).
            return leftOut && goAwayErrorCode == Http2Error.NO_ERROR ? StreamLoss.UNPROCESSED : StreamLoss.CONNECTION;
        }

        private String lossReason() {
            if (connection().goAwayReceived()) {
                return "GOAWAY " + Http2Error.name(goAwayErrorCode) + (goAwayDebug.isEmpty() ? "" : " " + goAwayDebug);
            }
            return closeCause == null ? "connection closed" : "connection lost: " + closeCause.getMessage();
        }

        /** The peer said GOAWAY, and its last stream has ended. */
        private void closeIfLeft() {
            if (!connection().isServer()
                    && connection().goAwayReceived()
                    && connection().numActiveStreams() == 0) {
                context.close();
            }
        }
    }

    /** Hears what reaches a stream while its real listener is being made: nothing. */
    private enum Unheard implements H2StreamListener {
        INSTANCE;

        @Override
        public void onHeaders(HeaderBlock headers, boolean endStream) {}

        @Override
        public void onData(ByteBuf data, int creditBytes, boolean endStream) {}

        @Override
        public void onReset(long errorCode) {}

        @Override
        public void onLost(StreamLoss loss, String reason) {}
    }
}
