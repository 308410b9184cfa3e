package io.leasegate.proxy;

import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.LocalReply;
import io.leasegate.h2.StreamLoss;
import io.leasegate.resilience.TimeLimits;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * One call: a downstream stream, and what instances answer, one of which its {@link Attempts} find. Used on the event loop of all its streams.
 *
 * <pre>
 *   ROUTING --pick--> TRYING --response headers--> RESPONDING --END_STREAM--> ENDED
 *      |                |                              |
 *      +----------------+---local reply, reset, limit--+--------------------> ENDED
 * </pre>
 *
 * Invariants: {@link #finish} runs exactly once; after it no stream is written to, and no byte of the caller's window is owed. The answer of
 * one attempt is relayed, and of no other.
 */
final class Exchange implements H2StreamListener {

    private enum State {
        ROUTING,
        TRYING,
        RESPONDING,
        ENDED
    }

    /** The next one of its connection that has arrived in the same batch. */
    @Nullable
    Exchange nextArrived;

    private final DownstreamConnection connection;
    private final int batch;
    private final ProxyLoop loop;
    private final H2Stream downstream;
    private final CallRequest request;
    private final ExchangeRecord record;
    private final RequestBody body;
    private final Attempts attempts;

    private State state = State.ROUTING;
    private @Nullable CallTimer timer;
    private @Nullable FaultInjection fault;

    Exchange(DownstreamConnection connection, H2Stream downstream, HeaderBlock headers, boolean endStream) {
        this.connection = connection;
        this.loop = connection.loop();
        this.batch = connection.batch();
        this.downstream = downstream;
        this.request = new CallRequest(connection, headers);
        this.record = request.record();
        this.body = new RequestBody(downstream, endStream, loop.replayBudget());
        this.attempts = new Attempts(this, loop, request, body);
    }

    /** Counts the call. */
    void arrived() {
        loop.exchangeStarted();
        loop.gateway().calls().onStart();
    }

    /** Routes the call and sends it on its way, unless it has ended before. */
    void start() {
        if (state == State.ENDED) {
            return;
        }
        request.completeAuthority();
        if (!attempts.route()) {
            return;
        }
        QueueGuard guard = loop.gateway().queueGuard();
        if (guard.isExceeded()) {
            replyLocally(Outcome.LOCAL_OVERLOAD, GrpcStatus.RESOURCE_EXHAUSTED, guard.excess());
            return;
        }
        timer = CallTimer.of(
                this, request.headers(), record, loop, attempts.policy().timeouts());
        state = State.TRYING;
        fault = FaultInjection.of(attempts.destination(), this, loop);
        if (fault == null) {
            send();
        } else {
            fault.begin();
        }
    }

    /** Sends the call, and its copy where the route wants one. */
    void send() {
        attempts.begin(timer);
    }

    /** Answers a request whose headers exceed the limit. */
    void rejectOversized(long listBytes) {
        arrived();
        replyLocally(Outcome.PROTOCOL_ERROR, GrpcStatus.RESOURCE_EXHAUSTED, connection.describeOversized(listBytes));
    }

    // What the caller sends

    @Override
    public void onHeaders(HeaderBlock trailers, boolean endStream) {
        if (state != State.ENDED) {
            countFrame();
            request.filterTrailers(trailers);
            body.trailers(trailers);
        }
    }

    @Override
    public void onData(ByteBuf data, int creditBytes, boolean endStream) {
        if (state == State.ENDED) {
            downstream.credit(creditBytes);
            return;
        }
        countFrame();
        body.data(data, creditBytes, endStream);
        attempts.onRequestBytes();
    }

    @Override
    public void onReset(long errorCode) {
        if (batch == connection.batch()) {
            connection.cancelledAtOnce();
        }
        abandon(Outcome.DOWNSTREAM_CANCELLED);
    }

    @Override
    public void onLost(StreamLoss loss, String reason) {
        abandon(Outcome.ofLostCaller(loss));
    }

    /** The caller is gone: no instance need go on. */
    private void abandon(Outcome outcome) {
        if (state == State.ENDED) {
            return;
        }
        if (CallTimer.isDue(timer)) {
            attempts.timeIsOver();
        }
        finish(outcome, -1);
    }

    // Limits of time

    /** Whether instances are told a deadline. */
    boolean isTimed() {
        return timer != null && timer.hasDeadline();
    }

    void forwardDeadline(HeaderBlock headers) {
        if (timer != null) {
            timer.forward(headers);
        }
    }

    void countFrame() {
        if (timer != null) {
            timer.onFrame();
        }
    }

    /** The time until the deadline, {@link CallTimer#NEVER} without one. */
    long leftNanos() {
        return timer == null ? CallTimer.NEVER : timer.leftNanos();
    }

    long attemptsDueNanos() {
        return attempts.dueNanos();
    }

    void onAttemptsDue(long elapsedNanos) {
        attempts.onDue(elapsedNanos);
        armTimer();
    }

    /** When the attempts have something to do may have changed. */
    void armTimer() {
        if (state == State.ENDED) {
            return;
        }
        if (timer == null && attempts.dueNanos() != CallTimer.NEVER) {
            timer = CallTimer.unlimited(this, record, loop);
        }
        if (timer != null) {
            timer.arm();
        }
    }

    void onDeadline() {
        outOfTime(Outcome.DEADLINE, "the caller's deadline passed");
    }

    void onTotalTime(TimeLimits limits) {
        outOfTime(Outcome.UPSTREAM_TIMEOUT, "timeouts.total = " + millis(limits.totalNanos()) + " passed");
    }

    private void outOfTime(Outcome outcome, String what) {
        attempts.timeIsOver();
        String when = attempts.isSent() ? " while waiting for the answer" : " before the call was sent";
        replyLocally(outcome, outcome.grpcStatus(), what + when + attempts.describe());
    }

    void onIdle(TimeLimits limits) {
        replyLocally(
                Outcome.IDLE,
                GrpcStatus.UNAVAILABLE,
                "no message in either direction for timeouts.idle = " + millis(limits.idleNanos())
                        + attempts.describe());
    }

    void onAge(TimeLimits limits) {
        replyLocally(
                Outcome.STREAM_AGE,
                GrpcStatus.UNAVAILABLE,
                "the stream has reached the age of timeouts.stream-age = " + millis(limits.ageNanos())
                        + " and was ended so that it is balanced anew; it is safe to open it again"
                        + attempts.describe());
    }

    private static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }

    // The end

    /** Ends the call with an answer of our own, in whatever form still fits. */
    void replyLocally(Outcome outcome, GrpcStatus status, String detail) {
        if (state == State.ENDED) {
            return;
        }
        boolean responding = state == State.RESPONDING;
        String message = detail + " [" + outcome.code() + ", request " + record.requestId() + "]";
        AsciiString code = AsciiString.cached(outcome.code());
        record.detail(detail);
        if (responding && !isGrpc()) {
            downstream.reset(Http2Error.INTERNAL_ERROR);
        } else {
            HeaderBlock last = responding
                    ? LocalReply.trailers(status, message, code)
                    : LocalReply.headers(request.headers(), status, message, code);
            if (!responding) {
                request.editResponse(last);
            }
            tellRevision(last);
            downstream.sendHeaders(last, true);
        }
        endRequestSide();
        finish(outcome, status.code());
    }

    /** The response is complete; a caller that still sends is told to stop (RFC 9113 section 8.1). */
    private void endRequestSide() {
        if (!body.isEnded()) {
            downstream.resetAfterSend(Http2Error.NO_ERROR);
        }
    }

    private void finish(Outcome outcome, int grpcStatus) {
        state = State.ENDED;
        if (timer != null) {
            timer.cancel();
        }
        if (fault != null) {
            fault.cancel();
        }
        attempts.end();
        body.end(outcome == Outcome.OK);
        loop.exchangeEnded();
        record.end(outcome, grpcStatus, body.relayedBytes());
        loop.gateway().calls().onEnd(record);
    }

    // What the instance answers

    boolean isEnded() {
        return state == State.ENDED;
    }

    boolean isResponding() {
        return state == State.RESPONDING;
    }

    /** Whether the caller speaks gRPC. */
    boolean isGrpc() {
        return LocalReply.isGrpc(request.headers());
    }

    boolean isRequestEnded() {
        return body.isEnded();
    }

    void relayHeaders(HeaderBlock headers, boolean endStream) {
        countFrame();
        if (!headers.isInformational() || endStream) {
            if (state == State.TRYING) {
                state = State.RESPONDING;
                record.responded();
                request.editResponse(headers);
                body.stopKeeping();
            }
            if (endStream) {
                tellRevision(headers);
            }
        }
        downstream.sendHeaders(headers, endStream);
    }

    void relayData(ByteBuf data, int creditBytes, boolean endStream, H2Stream from) {
        countFrame();
        record.responseBytes(data.readableBytes());
        downstream.sendData(data, endStream, from, creditBytes);
    }

    /** An instance has answered to the end. Returns the time of {@link System#nanoTime}. */
    long complete(int grpcStatus) {
        endRequestSide();
        finish(Outcome.OK, grpcStatus);
        return record.endNanos();
    }

    private void tellRevision(HeaderBlock trailers) {
        if (loop.gateway().revisionTrailer()) {
            trailers.set(loop.revisionField(record.revision()));
        }
    }
}
