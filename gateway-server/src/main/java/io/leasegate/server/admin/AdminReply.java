package io.leasegate.server.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.stream.ChunkedInput;
import org.jspecify.annotations.Nullable;

/**
 * One answer: the body is either there as a whole or made while it is sent. Whoever takes the reply releases the body or closes the
 * stream.
 *
 * @param allow the methods that the path takes, for a 405; null otherwise
 */
record AdminReply(
        HttpResponseStatus status,
        String contentType,
        ByteBuf body,
        @Nullable ChunkedInput<ByteBuf> stream,
        @Nullable String allow) {

    static final String TEXT = "text/plain; charset=utf-8";

    static AdminReply text(HttpResponseStatus status, String text) {
        return whole(status, TEXT, utf8(text));
    }

    static AdminReply whole(HttpResponseStatus status, String contentType, ByteBuf body) {
        return new AdminReply(status, contentType, body, null, null);
    }

    static AdminReply streamed(String contentType, ChunkedInput<ByteBuf> stream) {
        return new AdminReply(HttpResponseStatus.OK, contentType, Unpooled.EMPTY_BUFFER, stream, null);
    }

    static AdminReply methodNotAllowed(String allow, String text) {
        return new AdminReply(HttpResponseStatus.METHOD_NOT_ALLOWED, TEXT, utf8(text), null, allow);
    }

    private static ByteBuf utf8(String text) {
        ByteBuf body = Unpooled.buffer(ByteBufUtil.utf8MaxBytes(text));
        ByteBufUtil.writeUtf8(body, text);
        return body;
    }
}
