package io.leasegate.proxy;

import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.StreamLoss;
import io.leasegate.routing.EvictionPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of an {@link Exchange}: hears the instance, and tells the exchange what became of it. Once dropped it only gives bytes
 * back. Used on the call's event loop.
 */
final class UpstreamLeg implements H2StreamListener {

    /** Neighbours in the list of {@link InFlightCalls}. */
    @Nullable
    UpstreamLeg previous;

    @Nullable
    UpstreamLeg next;

    private final Exchange exchange;
    private @Nullable H2Stream stream;
    private long sentNanos;
    private boolean answered;
    private @Nullable AsciiString httpStatus;
    private boolean dropped;

    UpstreamLeg(Exchange exchange) {
        this.exchange = exchange;
    }

    void opened(H2Stream newStream, long nowNanos) {
        stream = newStream;
        sentNanos = nowNanos;
    }

    long sentNanos() {
        return sentNanos;
    }

    /** Whether bytes of the answer came. Headers alone do not count: there are servers that send them before they have done anything. */
    boolean hasAnswered() {
        return answered;
    }

    /** The {@code :status} of the answer as the instance sent it; null while there is none. */
    @Nullable
    AsciiString httpStatus() {
        return httpStatus;
    }

    H2Stream stream() {
        if (stream == null) {
            throw new IllegalStateException("a stream that was not opened");
        }
        return stream;
    }

    /** The caller wants no more of it: the instance need not go on. */
    void cancel() {
        dropped = true;
        stream().reset(Http2Error.CANCEL);
    }

    EvictionPolicy evictionPolicy() {
        return exchange.evictionPolicy();
    }

    /**
     * The instance or its connection is left, and the call has had the time that its policy gives it.
     *
     * @param why it is left
     */
    void cut(String why) {
        if (dropped) {
            return;
        }
        EvictionPolicy policy = evictionPolicy();
        cancel();
        exchange.fail(
                Outcome.EVICTED,
                GrpcStatus.UNAVAILABLE,
                why + ", and the call was cut "
                        + (policy.cutAfterMillis() == 0
                                ? "at once (eviction.in-flight = cut-now)"
                                : "after eviction.cut-after = " + policy.cutAfterMillis() + " ms")
                        + "; the instance may have acted on it, so it is safe to retry only if the method may run twice");
    }

    @Override
    public void onHeaders(HeaderBlock headers, boolean endStream) {
        if (dropped) {
            return;
        }
        if (httpStatus == null && !headers.isInformational()) {
            httpStatus = headers.get(HeaderNames.STATUS);
        }
        exchange.relayHeaders(headers, endStream);
        if (endStream) {
            dropped = true;
            exchange.complete(grpcStatusOf(headers));
        }
    }

    @Override
    public void onData(ByteBuf data, int creditBytes, boolean endStream) {
        if (dropped) {
            stream().credit(creditBytes);
            return;
        }
        if (!answered) {
            answered = true;
            exchange.target().answered(this);
        }
        exchange.relayData(data, creditBytes, endStream, stream());
        if (endStream) {
            dropped = true;
            exchange.complete(-1);
        }
    }

    @Override
    public void onReset(long errorCode) {
        if (dropped) {
            return;
        }
        dropped = true;
        exchange.target().reset(this, errorCode, exchange.isTimed());
        if (errorCode == Http2Error.REFUSED_STREAM && exchange.retry("it refused the stream")) {
            return;
        }
        exchange.fail(
                Outcome.UPSTREAM_RESET,
                GrpcStatus.ofHttp2Error(errorCode),
                "it reset the stream with " + Http2Error.name(errorCode));
    }

    @Override
    public void onLost(StreamLoss loss, String reason) {
        if (dropped) {
            return;
        }
        dropped = true;
        if (loss == StreamLoss.CONNECTION) {
            exchange.target().lost();
        } else if (loss == StreamLoss.PROTOCOL) {
            exchange.target().brokeProtocol();
        }
        switch (loss) {
            case UNPROCESSED -> {
                if (!exchange.retry(reason)) {
                    exchange.fail(
                            Outcome.UPSTREAM_GOAWAY,
                            GrpcStatus.UNAVAILABLE,
                            "it left before it took the call: " + reason);
                }
            }
            case CONNECTION -> exchange.fail(Outcome.UPSTREAM_LOST, GrpcStatus.UNAVAILABLE, "it was lost: " + reason);
            case HEADER_LIST_SIZE ->
                exchange.fail(
                        Outcome.PROTOCOL_ERROR,
                        GrpcStatus.RESOURCE_EXHAUSTED,
                        "it sent a header list above the limit (upstream.max-header-list): " + reason);
            case QUEUE_SHARE ->
                exchange.fail(Outcome.LOCAL_OVERLOAD, GrpcStatus.RESOURCE_EXHAUSTED, "it does not read: " + reason);
            case PROTOCOL ->
                exchange.fail(Outcome.PROTOCOL_ERROR, GrpcStatus.INTERNAL, "it broke the HTTP/2 protocol: " + reason);
        }
    }

    private static int grpcStatusOf(HeaderBlock trailers) {
        AsciiString value = trailers.get(HeaderNames.GRPC_STATUS);
        if (value == null || value.isEmpty() || value.length() > 2) {
            return -1;
        }
        int code = 0;
        for (int i = 0; i < value.length(); i++) {
            int d = value.byteAt(i) - '0';
            if (d < 0 || d > 9) {
                return -1;
            }
            code = code * 10 + d;
        }
        return code;
    }
}
