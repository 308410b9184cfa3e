package io.leasegate.h2.codec;

import io.leasegate.h2.Http2Error;
import io.leasegate.h2.StreamLoss;
import io.leasegate.h2.Violation;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How one connection ends. Used on the connection's event loop.
 *
 * <pre>
 *   OPEN -drain-> DRAINING (GOAWAY 2^31-1, PING) -ack or timer-> LAST_CALLS (GOAWAY with the last id) -no stream left-> closing
 *   OPEN, DRAINING, LAST_CALLS -error of the peer-> FAILED (GOAWAY with the error; input is dropped) -> closing
 *   closing: our direction is shut, the peer has some seconds to shut its own -> CLOSED
 * </pre>
 *
 * Closing while frames of the peer are unread would make the kernel reset the connection, and the peer could lose the end of its last
 * response, or the GOAWAY that says what was wrong (RFC 9112 section 9.6 has the same for HTTP/1.1).
 */
final class ConnectionExit {

    static final long DRAIN_PING = 0x6c656173_67617465L;
    static final long KEEPALIVE_PING = 0x6b656570_616c6976L;

    private static final long DRAIN_PING_LIMIT_MILLIS = 10_000;
    /** For a peer that may still have to read the end of its last response. */
    private static final long LINGER_MILLIS = 5_000;

    /** For a client that broke the connection. */
    private static final long FAILED_LINGER_MILLIS = 2_000;

    /** For an instance that did: calls wait for a connection that can be used. */
    private static final long FAILED_INSTANCE_LINGER_MILLIS = 100;

    /** A peer that goes on sending after its error loses the connection, and with it perhaps our last words. */
    private static final int MAX_DROPPED_BYTES = 1 << 20;

    private enum State {
        OPEN,
        DRAINING,
        LAST_CALLS,
        FAILED,
        CLOSED
    }

    private final RelayConnection connection;
    private State state = State.OPEN;
    private boolean shutting;
    private boolean outputShut;
    private int droppedBytes;
    private @Nullable Throwable cause;
    private @Nullable Future<?> drainTimer;

    ConnectionExit(RelayConnection connection) {
        this.connection = connection;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Nothing is read any more. */
    boolean isFailed() {
        return state == State.FAILED || state == State.CLOSED;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Nothing can be written any more. */
    boolean isOutputShut() {
        return outputShut || state == State.CLOSED;
    }

    /** Streams above the last id that was announced are not taken (RFC 9113 section 6.8). */
    boolean takesNoStream() {
        return state.compareTo(State.LAST_CALLS) >= 0;
    }

    /** Why, for those who lost a stream. */
    String reason() {
        Throwable c = cause;
        return c == null ? "connection closed" : String.valueOf(c.getMessage());
    }

    void drain(long graceMillis) {
        if (state != State.OPEN) {
            return;
        }
        state = State.DRAINING;
        connection.output().goAway(Frames.MAX_STREAM_ID, Http2Error.NO_ERROR, "draining");
        connection.output().ping(DRAIN_PING, false);
        connection.markDirty();
        long first = Math.min(DRAIN_PING_LIMIT_MILLIS, Math.max(graceMillis / 2, 1));
        drainTimer = connection.eventLoop().schedule(this::lastCalls, first, TimeUnit.MILLISECONDS);
        giveUpAfter(graceMillis);
    }

    void drainPingAcked() {
        lastCalls();
    }

    private void lastCalls() {
        if (state != State.DRAINING) {
            return;
        }
        state = State.LAST_CALLS;
        if (drainTimer != null) {
            drainTimer.cancel(false);
        }
        connection.output().goAway(connection.lastPeerStreamId(), Http2Error.NO_ERROR, "draining");
        connection.markDirty();
        streamEnded();
    }

    /** A stream has ended: it may have been the last. */
    void streamEnded() {
        if (state == State.LAST_CALLS && connection.activeStreams() == 0) {
            shut();
        }
    }

    /** The peer broke the connection as a whole: it is told so, and its streams end. */
    void fail(ConnectionException e) {
        if (isFailed()) {
            return;
        }
        state = State.FAILED;
        cause = e;
        String message = String.valueOf(e.getMessage());
        if (e.violation() != null) {
            connection.listener().onViolation(connection, e.violation(), e.errorCode(), message);
        }
        connection.output().goAway(connection.lastPeerStreamId(), e.errorCode(), message);
        connection.markDirty();
        // What an instance did with its calls is unknown, as when the connection is lost in another way.
        loseStreams(connection.isServer() ? StreamLoss.PROTOCOL : StreamLoss.CONNECTION, message);
        shut();
        // Also when it does not read what it is told.
        giveUpAfter(connection.isServer() ? FAILED_LINGER_MILLIS : FAILED_INSTANCE_LINGER_MILLIS);
    }

    /** The same for a peer that does not read: what it was sent is dropped, so that the kernel does not go on holding it. */
    void cutOff(ConnectionException e) {
        fail(e);
        Channel channel = connection.channel();
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    /** The client does not speak HTTP/2; it gets an answer in its own protocol, and no frame. */
    void refuseOtherProtocol(byte[] answer) {
        if (isFailed()) {
            return;
        }
        state = State.FAILED;
        String what = "the client speaks HTTP/1.1, not HTTP/2";
        cause = new IOException(what);
        connection.listener().onViolation(connection, Violation.OTHER_PROTOCOL, Http2Error.NO_ERROR, what);
        connection.output().raw(answer);
        shut();
        giveUpAfter(FAILED_LINGER_MILLIS);
    }

    /** Input behind an error. */
    void drop(int bytes) {
        droppedBytes += bytes;
        if (droppedBytes > MAX_DROPPED_BYTES) {
            connection.channel().close();
        }
    }

    /** Closes now; what was staged leaves first. */
    void close(long errorCode, String reason) {
        if (state == State.CLOSED) {
            return;
        }
        boolean told = state == State.LAST_CALLS || state == State.FAILED;
        state = State.FAILED;
        if (cause == null) {
            cause = new IOException(reason);
        }
        if (!told || errorCode != Http2Error.NO_ERROR) {
            connection.output().goAway(connection.lastPeerStreamId(), errorCode, reason);
        }
        connection.output().flush();
        connection.channel().close();
    }

    /** Ends our direction when everything staged has left, and the whole when the peer has ended its own or had its time to do so. */
    void shut() {
        if (shutting) {
            return;
        }
        shutting = true;
        connection.output().flush();
        Channel channel = connection.channel();
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        // With TLS the end is a message of its own: without it the peer would take the response for cut off.
        ChannelFuture written = tls == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
        written.addListener(f -> {
            outputShut = true;
            if (channel instanceof DuplexChannel duplex && duplex.isActive()) {
                duplex.shutdownOutput();
                giveUpAfter(LINGER_MILLIS);
            } else {
                channel.close();
            }
        });
    }

    private void giveUpAfter(long millis) {
        connection.eventLoop().schedule(this::giveUp, millis, TimeUnit.MILLISECONDS);
    }

    private void giveUp() {
        if (state != State.CLOSED) {
            connection.channel().close();
        }
    }

    /** The channel reported an error. */
    void broken(Throwable error) {
        if (cause == null) {
            cause = error;
        }
        connection.channel().close();
    }

    /** The channel is closed. */
    void closed() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        Throwable c = cause;
        loseStreams(StreamLoss.CONNECTION, c == null ? "connection closed" : "connection lost: " + c.getMessage());
        connection.listener().onClosed(connection, c);
    }

    private void loseStreams(StreamLoss loss, String reason) {
        for (RelayStream s : connection.streams().all()) {
            s.lost(loss, reason);
        }
    }
}
