package io.leasegate.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client's connection. Used on its event loop. */
public final class ClientConnection extends FrameConnection {

    private static final HeaderField METHOD = new HeaderField(":method", "POST");
    private static final HeaderField SCHEME_HTTP = new HeaderField(":scheme", "http");
    private static final HeaderField SCHEME_HTTPS = new HeaderField(":scheme", "https");
    private static final HeaderField CONTENT_TYPE = new HeaderField("content-type", "application/grpc");
    private static final HeaderField USER_AGENT = new HeaderField("user-agent", "leasegate-bench/1");
    private static final int CANCEL = 8;
    private static final HeaderField TE = new HeaderField("te", "trailers");

    private final ClientListener listener;
    private final HeaderField[] request;
    private final Set<Integer> cancelled = new HashSet<>();
    private int nextId = 1;
    private boolean isReady;
    private boolean isLost;
    private boolean isClosing;
    private String httpStatus = "";
    private String grpcStatus = "";
    private String grpcMessage = "";
    private String outcome = "";

    /**
     * @param authority goes into {@code :authority}
     * @param path the method that all calls of this connection are for
     */
    public ClientConnection(ClientListener listener, boolean tls, String authority, String path) {
        this.listener = listener;
        this.request = request(tls, authority, path);
    }

    /** The headers of a request; to be made once for all calls of a method. */
    public static HeaderField[] request(boolean tls, String authority, String path) {
        return new HeaderField[] {
            METHOD,
            tls ? SCHEME_HTTPS : SCHEME_HTTP,
            new HeaderField(":path", path),
            new HeaderField(":authority", authority),
            CONTENT_TYPE,
            USER_AGENT,
            TE
        };
    }

    /** Calls that have not ended. */
    public int inFlight() {
        return streams().size();
    }

    public boolean isUsable() {
        return isReady && !isLost;
    }

    /**
     * Makes a call with one message.
     *
     * @param half whether the request ends with the message
     * @param beganNanos when the call was to begin
     */
    public ClientStream call(ByteBuf message, boolean half, long beganNanos) {
        return call(request, message, half, beganNanos);
    }

    /** The same with headers of its own. */
    public ClientStream call(HeaderField[] fields, ByteBuf message, boolean half, long beganNanos) {
        ClientStream call = new ClientStream(this, nextId, initialSendWindow(), beganNanos);
        nextId += 2;
        streams().put(call);
        headers(call.id(), false, fields);
        call.order(message, 1, half ? WireStream.End.FLAG : WireStream.End.NONE);
        send(call);
        return call;
    }

    /** Sends another message of a call that was not ended. */
    public void message(ClientStream call, ByteBuf message) {
        call.order(message, 1, WireStream.End.NONE);
        send(call);
    }

    /** Ends the request side of a call. */
    public void end(ClientStream call) {
        call.order(Unpooled.EMPTY_BUFFER, 1, WireStream.End.FLAG);
        send(call);
    }

    /** Cancels a call; nothing more is reported of it. */
    public void cancel(ClientStream call) {
        if (streams().get(call.id()) == call) {
            streams().remove(call.id());
            cancelled.add(call.id());
            reset(call.id(), CANCEL);
        }
    }

    /** Takes nothing more from the socket until told to go on. */
    public void stall(boolean stalled) {
        channel().config().setAutoRead(!stalled);
    }

    /** Is gone from one moment to the next, as a client that is killed: what it has not sent is lost. Nothing more is reported. */
    public void vanish() {
        isClosing = true;
        isLost = true;
        channel().config().setOption(ChannelOption.SO_LINGER, 0);
        channel().close();
    }

    /** Takes the connection for lost, with the calls that are in flight on it. */
    public void giveUp(String reason) {
        onLost(reason);
    }

    /** To be called after calls that were made outside of a listener's method. */
    public void flushCalls() {
        flush();
    }

    /** Closes the connection; what ends by that is not reported. */
    public void close() {
        isClosing = true;
        channel().close();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (ctx.pipeline().get(SslHandler.class) == null) {
            begin(ctx, true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                beginOverTls(ctx);
            } else {
                onLost("TLS: " + handshake.cause());
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        // With TLS 1.3 a server may send its settings along with the end of the handshake, before that is reported
        // here.
        if (!hasBegun()) {
            beginOverTls(ctx);
        }
        super.channelRead(ctx, msg);
    }

    private void beginOverTls(ChannelHandlerContext ctx) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (tls == null || !"h2".equals(tls.applicationProtocol())) {
            onLost("TLS: the peer did not choose h2 by ALPN");
        } else if (!hasBegun()) {
            begin(ctx, true);
        }
    }

    @Override
    protected void onSettings() {
        if (!isReady) {
            isReady = true;
            listener.onReady(this);
        }
    }

    @Override
    protected void onField(HeaderField field) {
        switch (field.known()) {
            case STATUS -> httpStatus = field.value();
            case GRPC_STATUS -> grpcStatus = field.value();
            case GRPC_MESSAGE -> grpcMessage = field.value();
            case OUTCOME -> outcome = field.value();
            default -> {}
        }
    }

    @Override
    protected void onHeadersEnd(int streamId, boolean end) {
        ClientStream call = (ClientStream) streams().get(streamId);
        if (call != null) {
            if (!httpStatus.isEmpty()) {
                call.httpStatus = httpStatus;
            }
            if (!grpcStatus.isEmpty()) {
                call.grpcStatus = grpcStatus;
                call.grpcMessage = grpcMessage;
            }
            if (!outcome.isEmpty()) {
                call.outcome = outcome;
            }
        } else if (!cancelled.contains(streamId)) {
            listener.onStray(this, streamId);
        }
        httpStatus = "";
        grpcStatus = "";
        grpcMessage = "";
        outcome = "";
        if (call != null) {
            if (end) {
                ended(call);
            } else {
                listener.onResponse(call);
            }
        }
    }

    @Override
    protected void onBytes(WireStream stream, int bytes, boolean end) {
        ClientStream call = (ClientStream) stream;
        call.received(bytes);
        listener.onBytes(call, bytes);
        if (end) {
            ended(call);
        }
    }

    private void ended(ClientStream call) {
        streams().remove(call.id());
        listener.onEnd(call);
    }

    @Override
    protected void onReset(WireStream stream, long errorCode) {
        streams().remove(stream.id());
        listener.onReset((ClientStream) stream, errorCode);
    }

    @Override
    protected void onGoAway(int lastStreamId, String reason) {
        isReady = false;
        listener.onGoAway(this, lastStreamId, reason);
    }

    @Override
    protected void onLost(String reason) {
        if (!isLost && !isClosing) {
            isLost = true;
            listener.onLost(this, reason, streams().size());
            if (hasBegun()) {
                channel().close();
            }
        }
    }

    /** The first connection failure there was, for those who never got a channel. */
    public void failed(@Nullable Throwable cause) {
        onLost("cannot connect: " + cause);
    }
}
