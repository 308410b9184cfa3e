package io.leasegate.loadtest.load;

import io.leasegate.loadtest.wire.InstanceConnection;
import io.leasegate.loadtest.wire.InstanceConnection.When;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The methods that the instance has: what a call of it sends, and what it gets. */
public enum Method {
    /** One small message each way. */
    UNARY(Messages.SMALL, Messages.SMALL, 1, When.AT_END),
    /** One small message, then a thousand of 1 KiB back. */
    SERVER_STREAM(Messages.SMALL, Messages.KIBIBYTE, 1000, When.AT_END),
    /** A small message for each small message. */
    PING_PONG(Messages.SMALL, Messages.SMALL, 1, When.PER_MESSAGE),
    /** One small message, 1 MiB back. */
    DOWNLOAD(Messages.SMALL, Messages.MEBIBYTE, 1, When.AT_END),
    /** 1 MiB, one small message back. */
    UPLOAD(Messages.MEBIBYTE, Messages.SMALL, 1, When.AT_END),
    /** A small message each way, and then the call stays open. */
    HOLD(Messages.SMALL, Messages.SMALL, 1, When.AT_START);

    private static final String SERVICE = "/leasegate.bench.Instance/";

    private final ByteBuf request;
    private final ByteBuf response;
    private final int responses;
    private final String path;
    private final InstanceConnection.Method answer;

    Method(ByteBuf request, ByteBuf response, int responses, When when) {
        this.request = request;
        this.response = response;
        this.responses = responses;
        this.path = SERVICE + name();
        this.answer = new InstanceConnection.Method(response, responses, when);
    }

    public String path() {
        return path;
    }

    ByteBuf request() {
        return request;
    }

    int responseMessageBytes() {
        return response.readableBytes();
    }

    /** Of a whole call of those methods that end by themselves. */
    long responseBytes() {
        return (long) response.readableBytes() * responses;
    }

    public int responses() {
        return responses;
    }

    static InstanceConnection.@Nullable Method answerOf(String path) {
        for (Method method : values()) {
            if (method.path.equals(path)) {
                return method.answer;
            }
        }
        return null;
    }
}
