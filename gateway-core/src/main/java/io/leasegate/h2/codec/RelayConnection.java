package io.leasegate.h2.codec;

import io.leasegate.h2.FlushQueue;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.QueuedBytes;
import io.leasegate.h2.StreamLoss;
import io.leasegate.h2.hpack.HpackDecoder;
import io.leasegate.h2.hpack.HpackException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 connection, the part that both roles share: it takes frames from its {@link FrameParser}, keeps the streams and the windows
 * of RFC 9113, and writes through its {@link FrameOutput}. Runs on its channel's event loop.
 *
 * <p>The connection's own receive window is refilled on receipt, so that a slow stream cannot stop the others; what is buffered is bounded
 * by the windows of the streams. A reset is staged behind everything staged before it, so it overtakes nothing.
 */
@SuppressWarnings("NullAway.Init") // the output is made when the handler is added, before anything else can happen
abstract class RelayConnection extends ChannelInboundHandlerAdapter
        implements H2Connection, FrameListener, FlushQueue.Flushable {

    private static final Logger LOG = LoggerFactory.getLogger(RelayConnection.class);

    /** What a peer may have on its way to us in all its streams: refilled on receipt, so it only has to cover a round trip. */
    private static final int CONNECTION_WINDOW_BYTES = 16 << 20;

    /** A header section that is refused for its size is still decoded, up to this multiple of the limit, to keep the tables right. */
    private static final int MAX_SECTION_FACTOR = 16;

    private static final int MIN_SECTION_BYTES = 1 << 20;

    private final CodecLoop loop;
    private final Channel channel;
    private final ProtocolSettings settings;
    private final H2ConnectionListener listener;
    private final FrameParser parser;
    private final HpackDecoder decoder;
    private final FloodGuard guard;
    private final StreamTable streams = new StreamTable();
    private final ClosedStreams closedStreams = new ClosedStreams();
    private final ConnectionExit exit;
    private FrameOutput output;
    private SendScheduler scheduler;

    private boolean started;
    private boolean flushPending;
    private long lastReadNanos;
    private @Nullable Runnable onPingAck;

    // The peer's settings.
    private boolean peerSettingsRead;
    private int peerInitialWindow = Frames.DEFAULT_WINDOW_BYTES;

    // Our settings.
    private boolean settingsAcked;
    private int streamReceiveWindow;

    private int connectionReceiveWindow = CONNECTION_WINDOW_BYTES;
    private int connectionCredit;

    // The frame that is being read.
    private @Nullable RelayStream dataStream;
    private boolean dataEndStream;
    private int sectionStreamId;
    private boolean sectionEndStream;
    private boolean sectionSelfDependent;
    private long sectionBytes;
    private HeaderBlock section = new HeaderBlock();
    private final HeaderBlock reusedSection = section;

    // Patience.
    private int completed;
    private int owedMark = -1;
    private int owedSeconds;
    private boolean watched;

    RelayConnection(
            CodecLoop loop,
            Channel channel,
            ProtocolSettings settings,
            H2ConnectionListener listener,
            boolean expectPreface) {
        this.loop = loop;
        this.channel = channel;
        this.settings = settings;
        this.listener = listener;
        this.parser = new FrameParser(this, expectPreface, Frames.DEFAULT_MAX_FRAME_BYTES);
        this.decoder = new HpackDecoder(loop.interner(), Frames.DEFAULT_TABLE_BYTES, settings.maxHeaderListBytes());
        this.guard = new FloodGuard(settings);
        this.exit = new ConnectionExit(this);
        // Until our SETTINGS are acknowledged the peer may count on the default (RFC 9113 section 6.9.2).
        this.streamReceiveWindow = Math.max(settings.initialWindowBytes(), Frames.DEFAULT_WINDOW_BYTES);
    }

    // What the roles differ in

    /** The first bytes on a connection that stands. */
    abstract void begin();

    /** A header section was read for a stream that is not in the table. */
    abstract void sectionWithoutStream(int streamId, HeaderBlock block, boolean endStream) throws ConnectionException;

    /** A header section was read for a stream of the table. */
    abstract void sectionOfStream(RelayStream stream, HeaderBlock block, boolean endStream) throws ConnectionException;

    /** Whether the id belongs to a stream that was never opened (RFC 9113 section 5.1, "idle"). */
    abstract boolean isIdle(int streamId);

    abstract void peerMaxConcurrentStreams(long streams);

    /** The last stream of the peer that was taken, for GOAWAY. */
    abstract int lastPeerStreamId();

    abstract void streamEnded();

    // Parts

    FrameOutput output() {
        return output;
    }

    SendScheduler scheduler() {
        return scheduler;
    }

    StreamTable streams() {
        return streams;
    }

    ClosedStreams closedStreams() {
        return closedStreams;
    }

    FloodGuard guard() {
        return guard;
    }

    ProtocolSettings settings() {
        return settings;
    }

    H2ConnectionListener listener() {
        return listener;
    }

    ConnectionExit exit() {
        return exit;
    }

    Channel channel() {
        return channel;
    }

    ByteBufAllocator alloc() {
        return channel.alloc();
    }

    QueuedBytes queuedBytes() {
        return loop.queuedBytes();
    }

    HpackDecoder decoder() {
        return decoder;
    }

    /** How much credit of a stream is collected before the peer is told. */
    int creditStepBytes() {
        return Math.max(1, settings.initialWindowBytes() / 2);
    }

    boolean isReady() {
        return peerSettingsRead;
    }

    RelayStream newStream(int id, H2StreamListener streamListener) {
        RelayStream s = new RelayStream(this, id, streamListener, peerInitialWindow, streamReceiveWindow);
        streams.put(s);
        return s;
    }

    void streamClosed(RelayStream stream, ClosedStreams.How how) {
        streams.remove(stream.id());
        closedStreams.add(stream.id(), how);
        if (exit.isClosed()) {
            return;
        }
        streamEnded();
        exit.streamEnded();
        if (!exit.isFailed()) {
            listener.onCapacity(this);
        }
    }

    // H2Connection

    @Override
    public EventLoop eventLoop() {
        return loop.flushQueue().eventLoop();
    }

    @Override
    public SocketAddress remoteAddress() {
        return channel.remoteAddress();
    }

    @Override
    public int activeStreams() {
        return streams.size();
    }

    @Override
    public void drain(long graceMillis) {
        exit.drain(graceMillis);
    }

    @Override
    public void close(long errorCode, String reason) {
        exit.close(errorCode, reason);
    }

    @Override
    public void ping(Runnable onAck) {
        onPingAck = onAck;
        output.ping(ConnectionExit.KEEPALIVE_PING, false);
        markDirty();
    }

    @Override
    public long lastReadNanos() {
        return lastReadNanos;
    }

    void markDirty() {
        if (!flushPending) {
            flushPending = true;
            loop.flushQueue().add(this);
        }
    }

    @Override
    public void flushNow() {
        flushPending = false;
        if (exit.isClosed()) {
            output.release();
            return;
        }
        output.flush();
        if (scheduler.hasWork()) {
            // What did not fit into one turn, or what the socket has room for by now.
            scheduler.serve();
        }
    }

    // The channel

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        output = new FrameOutput(ctx);
        scheduler = new SendScheduler(output);
        lastReadNanos = System.nanoTime();
        if (channel.isActive()) {
            start();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        start();
        ctx.fireChannelActive();
    }

    private void start() {
        if (!started) {
            started = true;
            watch();
            begin();
        }
    }

    /** Our SETTINGS, and the connection's window. */
    void sendSettings(int... pairs) {
        output.settings(pairs);
        output.windowUpdate(0, CONNECTION_WINDOW_BYTES - Frames.DEFAULT_WINDOW_BYTES);
        markDirty();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        lastReadNanos = System.nanoTime();
        try {
            if (exit.isFailed()) {
                exit.drop(in.readableBytes());
            } else {
                parser.parse(in);
                // Behind all window updates of the batch: one by one they would make small frames.
                scheduler.serve();
                if (!watched && parser.isMidway()) {
                    watch();
                }
            }
        } catch (ConnectionException e) {
            exit.fail(e);
        } catch (RuntimeException e) {
            LOG.error("a fault of the gateway ended the connection of {}", channel.remoteAddress(), e);
            exit.fail(new ConnectionException(Http2Error.INTERNAL_ERROR, "internal error of the gateway"));
        } finally {
            in.release();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            guard.repliesSent();
            scheduler.serve();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        exit.closed();
        output.release();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        exit.broken(cause);
    }

    // Patience

    private void watch() {
        watched = true;
        owedMark = -1;
        loop.watch(this);
    }

    /** Asked once a second; false when the peer owes nothing, or is given up. */
    boolean stillOwed() {
        if (exit.isFailed() || (peerSettingsRead && settingsAcked && !parser.isMidway())) {
            watched = false;
            return false;
        }
        // One and the same thing must not be owed for longer than the patience, whatever trickles in meanwhile.
        int mark = peerSettingsRead ? settingsAcked ? completed : -2 : -3;
        owedSeconds = mark == owedMark ? owedSeconds + 1 : 0;
        owedMark = mark;
        if (owedSeconds < settings.patienceSeconds()) {
            return true;
        }
        watched = false;
        String what = !peerSettingsRead
                ? "no connection preface and SETTINGS"
                : !settingsAcked ? "SETTINGS were not acknowledged" : "a frame or header section was not completed";
        exit.fail(new ConnectionException(
                !peerSettingsRead || settingsAcked ? Http2Error.PROTOCOL_ERROR : Http2Error.SETTINGS_TIMEOUT,
                what + " within " + settings.patienceSeconds() + " s"));
        return false;
    }

    // FrameListener: DATA

    @Override
    public void onDataStart(int streamId, int frameBytes, int dataBytes, boolean endStream) throws ConnectionException {
        completed++;
        dataStream = null;
        chargeConnection(frameBytes);
        boolean empty = dataBytes == 0 && !endStream;
        if (empty) {
            guard.useless();
        } else {
            guard.useful();
        }
        RelayStream s = streams.get(streamId);
        if (s == null) {
            frameWithoutStream(streamId, "DATA");
        } else if (s.isRemoteEnded()) {
            guard.reset();
            s.fail(Http2Error.STREAM_CLOSED, StreamLoss.PROTOCOL, "DATA behind END_STREAM");
        } else if (!s.charge(frameBytes)) {
            guard.reset();
            s.fail(Http2Error.FLOW_CONTROL_ERROR, StreamLoss.PROTOCOL, "DATA beyond the stream's window");
        } else if (empty) {
            s.credit(frameBytes);
        } else if (!s.is(RelayStream.HEADERS_READ)) {
            s.fail(Http2Error.PROTOCOL_ERROR, StreamLoss.PROTOCOL, "DATA before the response headers");
        } else if (!s.countContent(dataBytes, endStream)) {
            guard.reset();
            s.fail(
                    Http2Error.PROTOCOL_ERROR,
                    StreamLoss.PROTOCOL,
                    "content of another length than content-length says");
        } else {
            dataStream = s;
            dataEndStream = endStream;
            s.credit(frameBytes - dataBytes);
        }
    }

    private void chargeConnection(int bytes) throws ConnectionException {
        connectionReceiveWindow -= bytes;
        if (connectionReceiveWindow < 0) {
            throw new ConnectionException(Http2Error.FLOW_CONTROL_ERROR, "DATA beyond the connection's window");
        }
        connectionCredit += bytes;
        if (connectionCredit >= CONNECTION_WINDOW_BYTES / 2) {
            output.windowUpdate(0, connectionCredit);
            connectionReceiveWindow += connectionCredit;
            connectionCredit = 0;
            markDirty();
        }
    }

    @Override
    public void onData(ByteBuf piece, boolean lastPiece) {
        RelayStream s = dataStream;
        if (s == null || s.isClosed()) {
            return;
        }
        boolean end = lastPiece && dataEndStream;
        if (end || piece.isReadable()) {
            s.dataRead(piece, end);
        }
    }

    /** A frame for a stream that has closed, or was never opened (RFC 9113 section 5.1). */
    void frameWithoutStream(int streamId, String frame) throws ConnectionException {
        if (isIdle(streamId)) {
            throw ConnectionException.protocol(frame + " on stream " + streamId + ", which is idle");
        }
        switch (closedStreams.get(streamId)) {
            case COMPLETE ->
                throw new ConnectionException(
                        Http2Error.STREAM_CLOSED, frame + " on stream " + streamId + ", which was complete");
            case RESET_BY_PEER -> {
                guard.reset();
                output.reset(streamId, Http2Error.STREAM_CLOSED);
                markDirty();
            }
            case RESET_BY_US -> guard.useless(); // It may have been on its way.
        }
    }

    // FrameListener: header sections

    @Override
    public void onHeadersStart(int streamId, boolean endStream, boolean selfDependent) {
        guard.sectionBegins();
        sectionStreamId = streamId;
        sectionEndStream = endStream;
        sectionSelfDependent = selfDependent;
        sectionBytes = 0;
        // A request is kept until its call has ended; all other sections are handed on at once.
        section = streams.get(streamId) == null && isIdle(streamId) ? new HeaderBlock(16) : reusedSection;
        section.clear();
        decoder.begin();
    }

    @Override
    public void onContinuation(int payloadBytes) throws ConnectionException {
        guard.continuation(payloadBytes);
    }

    @Override
    public void onHeaderFragment(ByteBuf fragment, boolean endOfSection) throws ConnectionException {
        sectionBytes += fragment.readableBytes();
        if (sectionBytes > Math.max(MIN_SECTION_BYTES, (long) settings.maxHeaderListBytes() * MAX_SECTION_FACTOR)) {
            throw ConnectionException.calm("a header section of more than " + sectionBytes + " bytes");
        }
        try {
            decoder.decode(fragment, endOfSection, section);
        } catch (HpackException e) {
            throw new ConnectionException(Http2Error.COMPRESSION_ERROR, String.valueOf(e.getMessage()));
        }
        if (endOfSection) {
            completed++;
            guard.useful();
            RelayStream s = streams.get(sectionStreamId);
            if (s == null) {
                sectionWithoutStream(sectionStreamId, section, sectionEndStream);
            } else if (s.isRemoteEnded()) {
                guard.reset();
                s.fail(Http2Error.STREAM_CLOSED, StreamLoss.PROTOCOL, "HEADERS behind END_STREAM");
            } else {
                sectionOfStream(s, section, sectionEndStream);
            }
        }
    }

    boolean isSectionSelfDependent() {
        return sectionSelfDependent;
    }

    @Override
    public void onPriority(int streamId, long errorCode) throws ConnectionException {
        completed++;
        guard.useless();
        if (errorCode == Http2Error.NO_ERROR) {
            return;
        }
        RelayStream s = streams.get(streamId);
        if (s != null) {
            guard.reset();
            s.fail(errorCode, StreamLoss.PROTOCOL, "a malformed PRIORITY");
        } else if (isIdle(streamId)) {
            throw new ConnectionException(errorCode, "a malformed PRIORITY on stream " + streamId + ", which is idle");
        }
    }

    // FrameListener: the rest

    @Override
    public void onReset(int streamId, long errorCode) throws ConnectionException {
        completed++;
        RelayStream s = streams.get(streamId);
        if (s != null) {
            guard.reset();
            s.resetRead(errorCode);
        } else if (isIdle(streamId)) {
            throw ConnectionException.protocol("RST_STREAM on stream " + streamId + ", which is idle");
        } else {
            guard.useless();
        }
    }

    @Override
    public void onWindowUpdate(int streamId, int increment) throws ConnectionException {
        completed++;
        guard.useless();
        if (streamId == 0) {
            if (increment == 0) {
                throw ConnectionException.protocol("WINDOW_UPDATE of 0");
            }
            if (!scheduler.increase(increment)) {
                throw new ConnectionException(Http2Error.FLOW_CONTROL_ERROR, "the connection's window exceeds 2^31-1");
            }
            return;
        }
        RelayStream s = streams.get(streamId);
        if (s == null) {
            if (isIdle(streamId)) {
                throw ConnectionException.protocol("WINDOW_UPDATE on stream " + streamId + ", which is idle");
            }
        } else if (increment == 0) {
            guard.reset();
            s.fail(Http2Error.PROTOCOL_ERROR, StreamLoss.PROTOCOL, "WINDOW_UPDATE of 0");
        } else if (!s.increaseSendWindow(increment)) {
            guard.reset();
            s.fail(Http2Error.FLOW_CONTROL_ERROR, StreamLoss.PROTOCOL, "the stream's window exceeds 2^31-1");
        }
    }

    @Override
    public void onSetting(int id, long value) throws ConnectionException {
        switch (id) {
            case Frames.SETTINGS_HEADER_TABLE_SIZE -> output.maxTableBytes((int) Math.min(value, Integer.MAX_VALUE));
            case Frames.SETTINGS_ENABLE_PUSH -> enablePush(value);
            case Frames.SETTINGS_MAX_CONCURRENT_STREAMS -> peerMaxConcurrentStreams(value);
            case Frames.SETTINGS_INITIAL_WINDOW_SIZE -> peerInitialWindow(value);
            case Frames.SETTINGS_MAX_FRAME_SIZE -> {
                if (value < Frames.DEFAULT_MAX_FRAME_BYTES || value > Frames.LARGEST_MAX_FRAME_BYTES) {
                    throw ConnectionException.protocol("SETTINGS_MAX_FRAME_SIZE " + value);
                }
                output.maxFrameBytes((int) value);
            }
            default -> {
                // MAX_HEADER_LIST_SIZE is advice (section 6.5.2), which the relayed peer's headers cannot follow;
                // unknown settings are ignored (section 6.5.2).
            }
        }
    }

    /** A server must not enable what only it could use (RFC 9113 section 6.5.2). */
    private void enablePush(long value) throws ConnectionException {
        if (value > 1 || (value == 1 && !isServer())) {
            throw ConnectionException.protocol("SETTINGS_ENABLE_PUSH " + value);
        }
    }

    abstract boolean isServer();

    private void peerInitialWindow(long value) throws ConnectionException {
        if (value > Frames.MAX_WINDOW_BYTES) {
            throw new ConnectionException(Http2Error.FLOW_CONTROL_ERROR, "SETTINGS_INITIAL_WINDOW_SIZE " + value);
        }
        int delta = (int) value - peerInitialWindow;
        peerInitialWindow = (int) value;
        if (delta == 0) {
            return;
        }
        for (RelayStream s : streams.all()) {
            if (!s.increaseSendWindow(delta)) {
                throw new ConnectionException(
                        Http2Error.FLOW_CONTROL_ERROR, "SETTINGS_INITIAL_WINDOW_SIZE lifts a window above 2^31-1");
            }
        }
    }

    @Override
    public void onSettingsEnd() throws ConnectionException {
        completed++;
        guard.useless();
        reply();
        output.settingsAck();
        markDirty();
        if (!peerSettingsRead) {
            peerSettingsRead = true;
            listener.onReady(this);
        } else {
            listener.onCapacity(this);
        }
    }

    @Override
    public void onSettingsAck() throws ConnectionException {
        completed++;
        guard.useless();
        if (settingsAcked) {
            return;
        }
        settingsAcked = true;
        int delta = settings.initialWindowBytes() - streamReceiveWindow;
        streamReceiveWindow += delta;
        if (delta != 0) {
            for (RelayStream s : streams.all()) {
                s.changeReceiveWindow(delta);
            }
        }
    }

    @Override
    public void onPing(long data, boolean ack) throws ConnectionException {
        completed++;
        guard.useless();
        if (!ack) {
            reply();
            output.ping(data, true);
            markDirty();
        } else if (data == ConnectionExit.DRAIN_PING) {
            exit.drainPingAcked();
        } else if (data == ConnectionExit.KEEPALIVE_PING && onPingAck != null) {
            Runnable r = onPingAck;
            onPingAck = null;
            r.run();
        }
    }

    /** An answer that the peer can ask for at will is about to be staged. */
    private void reply() throws ConnectionException {
        if (!channel.isWritable()) {
            guard.unsentReply();
        }
    }

    @Override
    public void onUnknownFrame(int type) throws ConnectionException {
        completed++;
        guard.useless();
    }

    /** For the log. */
    @Override
    public String toString() {
        return "HTTP/2 connection of " + channel.remoteAddress() + " with " + streams.size() + " streams";
    }
}
