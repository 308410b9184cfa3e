package io.leasegate.server.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.stream.ChunkedInput;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the admin listener: takes one request at a time and reads the next only when the answer has left, so that a
 * client that sends many requests and reads no answers costs one answer of memory. Runs on the admin thread.
 *
 * <pre>
 *   WAITING --request complete--> ANSWERING --answer sent--> WAITING
 *      |  deadline: request           |  deadline: response    (keep-alive)
 *      v                              v
 *    close        LINGERING &lt;--answer sent, last one: output is shut, input is thrown away until the client closes
 * </pre>
 *
 * <p>Lingering keeps the last answer alive: closing a socket with unread input makes TCP reset the connection, and the client may
 * lose what it has not read yet (RFC 9112 section 9.6).
 */
final class AdminConnection extends ChannelInboundHandlerAdapter {

    private static final int MAX_BODY_BYTES = 8 * 1024;
    private static final long LINGER_MILLIS = 1_000;

    private enum State {
        WAITING,
        ANSWERING,
        LINGERING
    }

    private final AdminSettings settings;
    private final AdminPages pages;
    private State state = State.WAITING;
    /** Decoded from bytes that came with an earlier request; bounded by what one read takes from the socket. */
    private final Queue<Object> parts = new ArrayDeque<>();

    private boolean takingParts;
    private @Nullable HttpRequest request;
    private long bodyBytes;
    private @Nullable Future<?> deadline;
    private @Nullable Future<AdminReply> awaited;

    AdminConnection(AdminSettings settings, AdminPages pages) {
        this.settings = settings;
        this.pages = pages;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        awaitRequest(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelDeadline();
        discardParts();
        if (awaited != null) {
            awaited.cancel(false);
        }
    }

    private void awaitRequest(ChannelHandlerContext ctx) {
        state = State.WAITING;
        closeAfter(ctx, settings.requestTimeoutMillis());
        takeParts(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state == State.LINGERING) {
            ReferenceCountUtil.release(message);
            return;
        }
        parts.add(message);
        takeParts(ctx);
    }

    /** Takes what was read until a request is complete; asks for more when nothing is left. */
    private void takeParts(ChannelHandlerContext ctx) {
        if (takingParts) {
            return; // An answer left at once: the loop below goes on with the next request.
        }
        takingParts = true;
        while (state == State.WAITING) {
            Object part = parts.poll();
            if (part == null) {
                ctx.read();
                break;
            }
            try {
                onPart(ctx, part);
            } finally {
                ReferenceCountUtil.release(part);
            }
        }
        takingParts = false;
    }

    private void discardParts() {
        parts.forEach(ReferenceCountUtil::release);
        parts.clear();
    }

    private void onPart(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest head) {
            request = head;
            bodyBytes = 0;
            AdminReply refusal = refusal(head);
            if (refusal != null) {
                send(ctx, head, refusal, true);
                return;
            }
            if (HttpUtil.is100ContinueExpected(head)) {
                ctx.writeAndFlush(new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
            }
        }
        HttpRequest current = request;
        if (current == null || !(message instanceof HttpContent content)) {
            return;
        }
        bodyBytes += content.content().readableBytes();
        if (content.decoderResult().isFailure()) {
            send(ctx, current, malformed(content.decoderResult().cause()), true);
        } else if (bodyBytes > MAX_BODY_BYTES) {
            send(ctx, current, bodyTooLong(), true);
        } else if (content instanceof LastHttpContent) {
            boolean last = !HttpUtil.isKeepAlive(current);
            Future<AdminReply> later = pages.answerLater(current, ctx.executor());
            if (later != null) {
                sendLater(ctx, current, later, last);
            } else {
                send(ctx, current, pages.answer(current, ctx.alloc()), last);
            }
        }
    }

    /** The page has a limit of time of its own. */
    private void sendLater(ChannelHandlerContext ctx, HttpRequest to, Future<AdminReply> reply, boolean last) {
        state = State.ANSWERING;
        request = null;
        cancelDeadline();
        awaited = reply;
        reply.addListener(f -> {
            awaited = null;
            if (!reply.isSuccess()) {
                ctx.close();
            } else if (ctx.channel().isActive()) {
                send(ctx, to, reply.getNow(), last);
            } else {
                reply.getNow().body().release();
            }
        });
    }

    /** The answer to a request whose head alone says that it cannot be served, or null. */
    private static @Nullable AdminReply refusal(HttpRequest head) {
        if (head.decoderResult().isFailure()) {
            return malformed(head.decoderResult().cause());
        }
        if (head.protocolVersion().majorVersion() != 1) {
            return AdminReply.text(
                    HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED,
                    "this is the admin listener, which speaks HTTP/1.1; gRPC calls go to an address of"
                            + " leasegate.listeners\n");
        }
        return HttpUtil.getContentLength(head, 0L) > MAX_BODY_BYTES ? bodyTooLong() : null;
    }

    private static AdminReply malformed(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return AdminReply.text(
                    HttpResponseStatus.REQUEST_URI_TOO_LONG,
                    "the request line is too long (expected " + AdminServer.MAX_LINE_BYTES + " bytes at most)\n");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return AdminReply.text(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "the header fields are too long (expected " + AdminServer.MAX_HEADER_BYTES + " bytes at most)\n");
        }
        return AdminReply.text(HttpResponseStatus.BAD_REQUEST, "not an HTTP/1.1 request\n");
    }

    private static AdminReply bodyTooLong() {
        return AdminReply.text(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                "the request body is too long (expected " + MAX_BODY_BYTES + " bytes at most)\n");
    }

    private void send(ChannelHandlerContext ctx, HttpRequest to, AdminReply reply, boolean last) {
        state = State.ANSWERING;
        request = null;
        closeAfter(ctx, settings.responseTimeoutMillis());
        boolean http10 = to.protocolVersion().equals(HttpVersion.HTTP_1_0);
        // HTTP/1.0 knows no chunks: there the end of the connection ends a streamed body.
        boolean lastOnConnection = last || (http10 && reply.stream() != null);
        boolean head = to.method().equals(HttpMethod.HEAD);
        HttpVersion version = http10 ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1;
        ChannelFuture sent = reply.stream() == null
                ? sendWhole(ctx, version, reply, head, lastOnConnection)
                : sendStream(ctx, version, reply, reply.stream(), head, lastOnConnection);
        sent.addListener(f -> {
            if (!f.isSuccess()) {
                ctx.close();
            } else if (lastOnConnection) {
                linger(ctx);
            } else {
                awaitRequest(ctx);
            }
        });
    }

    private static ChannelFuture sendWhole(
            ChannelHandlerContext ctx, HttpVersion version, AdminReply reply, boolean head, boolean last) {
        ByteBuf body = reply.body();
        int length = body.readableBytes();
        if (head) {
            body.release();
            body = Unpooled.EMPTY_BUFFER;
        }
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(version, reply.status(), body);
        setHeaders(response, reply, last);
        HttpUtil.setContentLength(response, length);
        return ctx.writeAndFlush(response);
    }

    private static ChannelFuture sendStream(
            ChannelHandlerContext ctx,
            HttpVersion version,
            AdminReply reply,
            ChunkedInput<ByteBuf> stream,
            boolean head,
            boolean last) {
        HttpResponse response = new DefaultHttpResponse(version, reply.status());
        setHeaders(response, reply, last);
        if (version.equals(HttpVersion.HTTP_1_1)) {
            HttpUtil.setTransferEncodingChunked(response, true);
        }
        ctx.write(response);
        if (head) {
            closeQuietly(stream);
            return ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        return ctx.writeAndFlush(new HttpChunkedInput(stream));
    }

    private static void setHeaders(HttpResponse response, AdminReply reply, boolean last) {
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        headers.set("x-content-type-options", "nosniff");
        if (reply.allow() != null) {
            headers.set(HttpHeaderNames.ALLOW, reply.allow());
        }
        HttpUtil.setKeepAlive(response, !last);
    }

    private void linger(ChannelHandlerContext ctx) {
        state = State.LINGERING;
        discardParts();
        closeAfter(ctx, LINGER_MILLIS);
        ((DuplexChannel) ctx.channel()).shutdownOutput().addListener(f -> {
            if (f.isSuccess()) {
                ctx.channel().config().setAutoRead(true);
            } else {
                ctx.close();
            }
        });
    }

    private void closeAfter(ChannelHandlerContext ctx, long millis) {
        cancelDeadline();
        deadline = ctx.executor().schedule(() -> ctx.close(), millis, TimeUnit.MILLISECONDS);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private static void closeQuietly(ChunkedInput<ByteBuf> stream) {
        try {
            stream.close();
        } catch (Exception e) {
            throw new IllegalStateException("closing an answer that was not sent", e);
        }
    }

    /** A connection that fails is closed; the peer's manners are no news for the log. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
