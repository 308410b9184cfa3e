package io.leasegate.h2.codec;

import io.leasegate.h2.FlushQueue;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.Violation;
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
 * One HTTP/2 connection, the part that both roles share: its streams, its life, and the channel that it is a handler of. Frames come in
 * through a {@link FrameParser} and {@link IncomingFrames}, and leave through a {@link FrameOutput} and a {@link SendScheduler}. Runs on its
 * channel's event loop.
 *
 * <p>A reset is staged behind everything staged before it, so it overtakes nothing.
 */
@SuppressWarnings("NullAway.Init") // the output is made when the handler is added, before anything else can happen
abstract class RelayConnection extends ChannelInboundHandlerAdapter implements H2Connection, FlushQueue.Flushable {

    private static final Logger LOG = LoggerFactory.getLogger(RelayConnection.class);

    private final CodecLoop loop;
    private final Channel channel;
    private final ProtocolSettings settings;
    private final H2ConnectionListener listener;
    private final FrameParser parser;
    private final HeaderSection section;
    private final Patience patience;
    private final IncomingFrames incoming;
    private final FloodGuard guard;
    private final QueueAccount queueAccount;
    private final SendPatience sendPatience;
    private final StreamMap streams = new StreamMap();
    private final ClosedStreams closedStreams = new ClosedStreams();
    private final ConnectionExit exit;
    private FrameOutput output;
    private SendScheduler scheduler;

    private boolean started;
    private boolean flushPending;
    private long lastReadNanos;
    private @Nullable Runnable onPingAck;
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
        this.guard = new FloodGuard(settings.floods(), expectPreface);
        this.queueAccount = new QueueAccount(loop.queuedBytes());
        this.sendPatience = new SendPatience(channel, settings.timeouts().writeSeconds());
        this.section = new HeaderSection(loop.interner(), settings.maxHeaderListBytes());
        this.patience = new Patience(settings.timeouts().headerSeconds());
        this.exit = new ConnectionExit(this);
        this.incoming = new IncomingFrames(this, patience, section);
        this.parser = new FrameParser(incoming, expectPreface, Frames.DEFAULT_MAX_FRAME_BYTES);
    }

    // What the roles differ in

    abstract boolean isServer();

    /** The first bytes on a connection that stands. */
    abstract void begin();

    abstract void preface();

    abstract void otherProtocol(String firstBytes);

    abstract void goAway(int lastStreamId, long errorCode, String debugData);

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

    StreamMap streams() {
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

    QueueAccount queueAccount() {
        return queueAccount;
    }

    HeaderSection section() {
        return section;
    }

    /** How much credit of a stream is collected before the peer is told. */
    int creditStepBytes() {
        return Math.max(1, settings.initialWindowBytes() / 2);
    }

    boolean isReady() {
        return patience.isSettingsRead();
    }

    RelayStream newStream(int id, H2StreamListener streamListener) {
        RelayStream s =
                new RelayStream(this, id, streamListener, incoming.peerInitialWindow(), incoming.streamReceiveWindow());
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
                // grpc-java does so with DATA when it cancels: no reason to count a second reset, or to tell anybody.
                guard.useless();
                output.reset(streamId, Http2Error.STREAM_CLOSED);
                markDirty();
            }
            case RESET_BY_US -> guard.useless(); // It may have been on its way.
        }
    }

    /** Whether a frame for a stream that is not in the table carries something: not if the peer itself has reset it. */
    boolean isUsefulWithoutStream(int streamId) {
        return isIdle(streamId) || closedStreams.get(streamId) != ClosedStreams.How.RESET_BY_PEER;
    }

    /** Tells the listener what the peer did. */
    void report(Violation violation, long errorCode, String what, int streamId) {
        listener.onViolation(this, violation, errorCode, "stream " + streamId + ": " + what);
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

    void keepAlivePingAcked() {
        Runnable r = onPingAck;
        onPingAck = null;
        if (r != null) {
            r.run();
        }
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
        if (exit.isOutputShut()) {
            output.release();
            return;
        }
        output.flush();
        if (output.isFlooded()) {
            exit.cutOff(ConnectionException.calm(
                    Violation.UNREAD_ANSWERS, "the peer asks for answers and does not read them"));
            return;
        }
        if (!watched && sendPatience.isWaiting()) {
            watch();
        }
        if (scheduler.hasWork()) {
            // What did not fit into one turn, or what the socket has room for by now.
            scheduler.serve();
        }
    }

    // The channel

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        output = new FrameOutput(ctx, loop.blockWriter());
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
        output.windowUpdate(0, DataReceiver.WINDOW_BYTES - Frames.DEFAULT_WINDOW_BYTES);
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
                listener.onBatchRead();
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
            exit.fail(new ConnectionException(null, Http2Error.INTERNAL_ERROR, "internal error of the gateway"));
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
        patience.begin();
        loop.watch(this);
    }

    /** Asked once a second; false when the peer owes nothing and takes what it is sent, or is given up. */
    boolean stillOwed() {
        ConnectionException stuck = sendPatience.look();
        if (stuck != null) {
            watched = false;
            exit.cutOff(stuck);
            return false;
        }
        boolean owed = !exit.isFailed() && patience.isOwed(parser.isMidway());
        ConnectionException late = owed ? patience.look() : null;
        if (late != null) {
            exit.fail(late);
        }
        watched = (owed && late == null) || sendPatience.isWaiting();
        return watched;
    }

    /** For the log. */
    @Override
    public String toString() {
        return "HTTP/2 connection of " + channel.remoteAddress() + " with " + streams.size() + " streams";
    }
}
