package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.LocalReply;
import io.leasegate.h2.StreamLoss;
import io.leasegate.routing.Destination;
import io.leasegate.routing.EvictionPolicy;
import io.leasegate.routing.MirrorTarget;
import io.leasegate.routing.RouteTable;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * One call: a downstream stream, and the upstream stream that it is relayed to by an {@link UpstreamLeg}. Used on the event
 * loop of both its streams.
 *
 * <pre>
 *   ROUTING --pick--> CONNECTING --stream--> OPEN --response headers--> RESPONDING --END_STREAM--> ENDED
 *      |                  |  ^                |                             |
 *      |                  |  +--unprocessed---+                             |
 *      +------------------+-------local reply, reset, deadline--------------+--------------------> ENDED
 * </pre>
 *
 * Invariants: {@link #finish} runs exactly once; after it neither stream is written to, and no byte of the caller's window is owed. A
 * call is sent to another instance only while no response has begun, and only when the last one has certainly not acted on it.
 */
final class Exchange implements H2StreamListener, UpstreamWaiter {

    private static final int MAX_ATTEMPTS = 4;

    private enum State {
        ROUTING,
        CONNECTING,
        OPEN,
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
    private final CallTarget target = new CallTarget();
    private final CallRequest request;
    private final ExchangeRecord record;
    private final RequestBody body;

    private State state = State.ROUTING;
    private @Nullable RouteTable table;
    private @Nullable Destination destination;
    private @Nullable CallDeadline deadline;
    private @Nullable FaultInjection fault;

    Exchange(DownstreamConnection connection, H2Stream downstream, HeaderBlock headers, boolean endStream) {
        this.connection = connection;
        this.loop = connection.loop();
        this.batch = connection.batch();
        this.downstream = downstream;
        this.request = new CallRequest(connection, headers, target);
        this.record = request.record();
        this.body = new RequestBody(downstream, endStream, loop.replayBudget());
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
        deadline = CallDeadline.of(request.headers(), loop.eventLoop(), this::onDeadline);
        if (!route()) {
            return;
        }
        QueueGuard guard = loop.gateway().queueGuard();
        if (guard.isExceeded()) {
            replyLocally(Outcome.LOCAL_OVERLOAD, GrpcStatus.RESOURCE_EXHAUSTED, guard.excess());
            return;
        }
        fault = FaultInjection.of(destination, this, loop);
        if (fault == null) {
            send();
        } else {
            fault.begin();
        }
    }

    /** Sends the call, and its copy where the route wants one. */
    void send() {
        if (loop.gateway().tables().get() != table && !route()) {
            return;
        }
        MirrorTarget mirror = destination == null ? null : destination.mirror();
        if (mirror != null && mirror.takes(loop.random())) {
            MirroredCall.begin(mirror, loop, request, body, deadline);
        }
        attempt("no instance can take a call");
    }

    /** Finds out where the call goes by the table of now. Returns false when it was answered, because it goes nowhere. */
    private boolean route() {
        RouteTable now = loop.gateway().tables().get();
        table = now;
        record.revision(now.revision());
        Destination d = now.match(request);
        if (d == null) {
            Outcome outcome = request.namesMethod() ? Outcome.NO_SERVICE : Outcome.NO_ROUTE;
            replyLocally(outcome, outcome.grpcStatus(), now.describeMiss(request));
            return false;
        }
        destination = d;
        request.changes(d.changes());
        record.routed(d);
        return true;
    }

    /** Answers a request whose headers exceed the limit. */
    void rejectOversized(long listBytes) {
        arrived();
        replyLocally(Outcome.PROTOCOL_ERROR, GrpcStatus.RESOURCE_EXHAUSTED, connection.describeOversized(listBytes));
    }

    /** Picks an instance and asks for a connection to it. */
    private void attempt(String lastFailure) {
        Destination d = destination;
        if (d == null) {
            throw new IllegalStateException("an attempt before the route is known");
        }
        target.leave();
        Endpoint e = d.picker().pick(request);
        if (e == null) {
            String none = "no healthy instance of " + d.describe() + "; " + lastFailure;
            replyLocally(Outcome.NO_HEALTHY_ENDPOINT, GrpcStatus.UNAVAILABLE, none);
            return;
        }
        UpstreamPool pool = loop.pool(e);
        target.begin(e, pool);
        record.picked(e, lastFailure);
        state = State.CONNECTING;
        pool.acquire(this);
    }

    /** A table that is newer than the one that the call was routed by knows better which instances there are. */
    private void attemptAgain(String lastFailure) {
        if (loop.gateway().tables().get() == table || route()) {
            attempt(lastFailure);
        }
    }

    @Override
    public void onConnection(H2Connection h2) {
        if (state != State.CONNECTING) {
            return;
        }
        HeaderBlock headers = request.toForward();
        if (deadline != null) {
            deadline.forward(headers, record.elapsedNanos());
        }
        UpstreamLeg leg = new UpstreamLeg(this);
        H2Stream stream = h2.openStream(headers, body.isEmpty(), leg);
        if (stream == null) {
            onConnectionGone();
            return;
        }
        target.sent(leg, stream, record.sent());
        state = State.OPEN;
        body.attach(stream);
    }

    /** Nothing was sent: another connection, be it to the same instance, may take the call. */
    private void onConnectionGone() {
        if (record.tries() < MAX_ATTEMPTS) {
            attemptAgain("the last failure was a connection that went away before the call was written");
        } else {
            onRefused(Outcome.CONNECT_FAILED, "phase unsent: the connection went away");
        }
    }

    @Override
    public boolean hasNowhereElse() {
        return !maySendElsewhere();
    }

    private boolean maySendElsewhere() {
        // An instance that has left stands in the older table that the call was routed by; the table of now may have
        // another one.
        Destination d = destination;
        boolean others = d != null && (d.cluster().endpoints().size() > 1 || target.isLeaving());
        return others && record.tries() < MAX_ATTEMPTS;
    }

    @Override
    public void onRefused(Outcome outcome, String reason) {
        if (state != State.CONNECTING) {
            return;
        }
        String where = target.describe(reason);
        if (outcome == Outcome.CONNECT_FAILED) {
            target.failed();
            if (maySendElsewhere()) {
                // Nothing was sent: another instance may take the call.
                attemptAgain("the last failure was " + where);
                return;
            }
        }
        replyLocally(outcome, outcome.grpcStatus(), "service " + record.service() + ", " + where);
    }

    @Override
    public void onHeaders(HeaderBlock trailers, boolean endStream) {
        if (state != State.ENDED) {
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
        body.data(data, creditBytes, endStream);
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

    /** The caller is gone: the instance need not go on. */
    private void abandon(Outcome outcome) {
        if (state == State.ENDED) {
            return;
        }
        target.abandon(this, CallDeadline.isDue(deadline, record.elapsedNanos()));
        finish(outcome, -1);
    }

    private void onDeadline() {
        if (state == State.ENDED) {
            return;
        }
        boolean sent = target.leg() != null;
        target.deadlinePassed();
        String where = target.describe(sent ? "phase sent" : "phase unsent");
        target.cancel(this);
        String what = CallDeadline.describe(sent, where.isEmpty() ? "" : "service " + record.service() + ", " + where);
        replyLocally(Outcome.DEADLINE, GrpcStatus.DEADLINE_EXCEEDED, what);
    }

    /** Ends the call with an answer of our own, in whatever form still fits. */
    void replyLocally(Outcome outcome, GrpcStatus status, String detail) {
        if (state == State.ENDED) {
            return;
        }
        boolean responding = state == State.RESPONDING;
        String message = detail + " [" + outcome.code() + ", request " + record.requestId() + "]";
        AsciiString code = AsciiString.cached(outcome.code());
        record.detail(detail);
        if (responding && !LocalReply.isGrpc(request.headers())) {
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
        if (deadline != null) {
            deadline.cancel();
        }
        if (fault != null) {
            fault.cancel();
        }
        target.leave();
        body.end(outcome == Outcome.OK);
        loop.exchangeEnded();
        record.end(outcome, grpcStatus, body.relayedBytes());
        loop.gateway().calls().onEnd(record);
    }

    // What the instance answers

    void relayHeaders(HeaderBlock headers, boolean endStream) {
        if (!headers.isInformational() || endStream) {
            if (state == State.OPEN) {
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
        record.responseBytes(data.readableBytes());
        downstream.sendData(data, endStream, from, creditBytes);
    }

    /** The instance has answered to the end. */
    void complete(int grpcStatus) {
        UpstreamLeg attempt = target.leg();
        if (!body.isEnded() && attempt != null) {
            // The instance does not want the rest of the request.
            attempt.cancel();
        }
        endRequestSide();
        finish(Outcome.OK, grpcStatus);
        if (attempt != null) {
            target.completed(attempt, LocalReply.isGrpc(request.headers()), grpcStatus, record.endNanos());
        }
    }

    /** Whether the caller has a deadline. */
    boolean isTimed() {
        return deadline != null;
    }

    /** Whose books an attempt keeps. */
    CallTarget target() {
        return target;
    }

    /** Sends the call elsewhere if that is certain to be harmless. */
    boolean retry(String reason) {
        if (state != State.OPEN || !body.isReplayable() || record.tries() >= MAX_ATTEMPTS) {
            return false;
        }
        body.detach();
        target.leave();
        attemptAgain("the last instance did not take the call: " + reason);
        return true;
    }

    /** The attempt has failed, and the call with it. */
    void fail(Outcome outcome, GrpcStatus status, String what) {
        boolean responding = state == State.RESPONDING;
        String phase = responding ? "response" : outcome == Outcome.UPSTREAM_GOAWAY ? "sent, unprocessed" : "sent";
        String when = responding ? ", after the response had begun" : ", before it answered";
        String where = "service " + record.service() + ", " + target.describe("phase " + phase);
        replyLocally(outcome, status, where + ": " + what + when);
    }

    /** That of the route, else that of the service. */
    EvictionPolicy evictionPolicy() {
        return destination == null ? EvictionPolicy.FINISH : loop.gateway().evictionOf(destination);
    }

    private void tellRevision(HeaderBlock trailers) {
        if (loop.gateway().revisionTrailer()) {
            trailers.set(loop.revisionField(record.revision()));
        }
    }
}
