package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.H2Connection;
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
 * One attempt to have an {@link Exchange} answered by one instance: waits for a connection, hears the instance, and tells the call's
 * {@link Attempts} what becomes of it. Once left it only gives bytes back. Used on the call's event loop.
 */
final class Attempt extends CountedAttempt implements H2StreamListener, UpstreamWaiter {

    /** Neighbours in the list of {@link InFlightCalls}. */
    @Nullable
    Attempt previous;

    @Nullable
    Attempt next;

    private final Attempts attempts;
    private final UpstreamPool pool;
    private final @Nullable Turn turn;
    private @Nullable H2Stream stream;
    private @Nullable AsciiString httpStatus;
    private boolean left;

    /** Which of a call's further attempts it is; an attempt that replaces another one because no instance acted on that has the same. */
    static final class Turn {

        final int number;
        final long untilNanos;
        private boolean told;

        /**
         * @param number how many attempts there were before it, but for those that no instance has acted on
         * @param untilNanos when it must have begun to answer, in nanoseconds since the request's headers
         */
        Turn(int number, long untilNanos) {
            this.number = number;
            this.untilNanos = untilNanos;
        }

        /** Whether what became of it was not told yet; it counts as told from now on. */
        boolean isFirstToTell() {
            boolean first = !told;
            told = true;
            return first;
        }
    }

    /** @param turn null for a call that is sent once */
    Attempt(Attempts attempts, Endpoint endpoint, UpstreamPool pool, @Nullable Turn turn) {
        super(endpoint);
        this.attempts = attempts;
        this.pool = pool;
        this.turn = turn;
    }

    @Nullable
    Turn turn() {
        return turn;
    }

    int number() {
        return turn == null ? 0 : turn.number;
    }

    long untilNanos() {
        return turn == null ? FurtherAttempts.NEVER : turn.untilNanos;
    }

    boolean isLeft() {
        return left;
    }

    /** Asks for a connection. */
    void begin() {
        pool.acquire(this);
    }

    boolean isTls() {
        return pool.isTls();
    }

    void sent(H2Stream newStream, long nowNanos) {
        stream = newStream;
        countSent(nowNanos);
        pool.began(this);
    }

    H2Stream stream() {
        if (stream == null) {
            throw new IllegalStateException("a stream that was not opened");
        }
        return stream;
    }

    /** The call does not go on here: it has ended, or goes on elsewhere. */
    void leave() {
        if (!left) {
            left = true;
            if (stream != null) {
                pool.ended(this);
            }
            countOut();
            attempts.left(this, stream);
        }
    }

    /** It has not begun to answer in time. */
    void timeOut(long limitNanos) {
        timeIsOver();
        cancel();
        failed(
                Outcome.UPSTREAM_TIMEOUT,
                GrpcStatus.DEADLINE_EXCEEDED,
                "retry.per-try-timeout = " + limitNanos / 1_000_000 + " ms passed");
    }

    /** The caller wants no more of it: the instance need not go on, and nobody waits for a connection. */
    void cancel() {
        if (left) {
            return;
        }
        leave();
        if (stream == null) {
            pool.cancel(this);
        } else {
            stream.reset(Http2Error.CANCEL);
        }
    }

    EvictionPolicy evictionPolicy() {
        return attempts.evictionPolicy();
    }

    /**
     * The instance or its connection is left, and the call has had the time that its policy gives it.
     *
     * @param why it is left
     */
    void cut(String why) {
        if (left) {
            return;
        }
        EvictionPolicy policy = evictionPolicy();
        cancel();
        attempts.failed(
                this,
                Outcome.EVICTED,
                GrpcStatus.UNAVAILABLE,
                why + ", and the call was cut "
                        + (policy.cutAfterMillis() == 0
                                ? "at once (eviction.in-flight = cut-now)"
                                : "after eviction.cut-after = " + policy.cutAfterMillis() + " ms")
                        + "; the instance may have acted on it, so it is safe to retry only if the method may run twice");
    }

    // UpstreamWaiter

    @Override
    public void onConnection(H2Connection h2) {
        if (!left && !attempts.call().isEnded()) {
            attempts.send(this, h2);
        }
    }

    @Override
    public void onRefused(Outcome outcome, String reason) {
        if (!left) {
            attempts.refused(this, outcome, reason);
        }
    }

    @Override
    public boolean hasNowhereElse() {
        return !attempts.maySendElsewhere(this);
    }

    // What the instance says

    @Override
    public void onHeaders(HeaderBlock headers, boolean endStream) {
        if (left) {
            return;
        }
        boolean informational = headers.isInformational();
        if (attempts.isOpen()) {
            if (informational && !endStream) {
                // Another one may answer in the end.
                return;
            }
            if (endStream) {
                settle(headers, grpcStatusOf(headers));
                return;
            }
            attempts.committed(this);
        }
        if (httpStatus == null && !informational) {
            httpStatus = headers.get(HeaderNames.STATUS);
        }
        attempts.call().relayHeaders(headers, endStream);
        if (endStream) {
            complete(grpcStatusOf(headers));
        }
    }

    /** The answer is nothing but a status, so the call may go on without it. */
    private void settle(HeaderBlock headers, int grpcStatus) {
        AsciiString http = headers.get(HeaderNames.STATUS);
        endRequest();
        completed(true, grpcStatus, http, System.nanoTime());
        if (attempts.call().isEnded()) {
            return;
        }
        GrpcStatus status = GrpcStatus.ofAnswer(grpcStatus, http);
        if (!attempts.goesOnWithout(this, status, headers.get(HeaderNames.GRPC_RETRY_PUSHBACK_MS))) {
            attempts.call().relayHeaders(headers, true);
            attempts.call().complete(grpcStatus);
        }
    }

    @Override
    public void onData(ByteBuf data, int creditBytes, boolean endStream) {
        if (left) {
            stream().credit(creditBytes);
            return;
        }
        answered();
        attempts.call().relayData(data, creditBytes, endStream, stream());
        if (endStream) {
            complete(-1);
        }
    }

    /** The instance has answered to the end. */
    private void complete(int grpcStatus) {
        endRequest();
        long endNanos = attempts.call().complete(grpcStatus);
        completed(attempts.call().isGrpc(), grpcStatus, httpStatus, endNanos);
    }

    private void endRequest() {
        if (!attempts.call().isRequestEnded()) {
            // The instance does not want the rest of the request.
            cancel();
        }
        leave();
    }

    @Override
    public void onReset(long errorCode) {
        if (left) {
            return;
        }
        wasReset(errorCode, attempts.call().isTimed());
        leave();
        if (errorCode == Http2Error.REFUSED_STREAM && attempts.isSentElsewhere(this, "it refused the stream")) {
            return;
        }
        attempts.failed(
                this,
                Outcome.UPSTREAM_RESET,
                GrpcStatus.ofHttp2Error(errorCode),
                "it reset the stream with " + Http2Error.name(errorCode));
    }

    @Override
    public void onLost(StreamLoss loss, String reason) {
        if (left) {
            return;
        }
        if (loss == StreamLoss.CONNECTION) {
            lost();
        } else if (loss == StreamLoss.PROTOCOL) {
            brokeProtocol();
        }
        leave();
        switch (loss) {
            case UNPROCESSED -> {
                if (!attempts.isSentElsewhere(this, reason)) {
                    failed(
                            Outcome.UPSTREAM_GOAWAY,
                            GrpcStatus.UNAVAILABLE,
                            "it left before it took the call: " + reason);
                }
            }
            case CONNECTION -> failed(Outcome.UPSTREAM_LOST, GrpcStatus.UNAVAILABLE, "it was lost: " + reason);
            case HEADER_LIST_SIZE ->
                failed(
                        Outcome.PROTOCOL_ERROR,
                        GrpcStatus.RESOURCE_EXHAUSTED,
                        "it sent a header list above the limit (upstream.max-header-list): " + reason);
            case QUEUE_SHARE ->
                failed(Outcome.LOCAL_OVERLOAD, GrpcStatus.RESOURCE_EXHAUSTED, "it does not read: " + reason);
            case PROTOCOL ->
                failed(Outcome.PROTOCOL_ERROR, GrpcStatus.INTERNAL, "it broke the HTTP/2 protocol: " + reason);
        }
    }

    private void failed(Outcome outcome, GrpcStatus status, String what) {
        attempts.failed(this, outcome, status, what);
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
