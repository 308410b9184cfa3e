package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.filter.RequestContext;
import io.leasegate.filter.RequestFilter;
import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.LocalReply;
import io.leasegate.h2.StreamLoss;
import io.leasegate.routing.Destination;
import io.leasegate.routing.EvictionPolicy;
import io.leasegate.routing.RequestHead;
import io.leasegate.routing.RouteTable;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.List;
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
final class Exchange implements H2StreamListener, UpstreamWaiter, RequestHead, RequestContext {

    private static final int MAX_ATTEMPTS = 4;
    private static final int MAX_REQUEST_ID_BYTES = 128;

    private enum State {
        ROUTING,
        CONNECTING,
        OPEN,
        RESPONDING,
        ENDED
    }

    private final DownstreamConnection connection;
    private final ProxyLoop loop;
    private final H2Stream downstream;
    private final HeaderBlock request;
    private final RequestBody body;
    private final ExchangeRecord record;
    private final AsciiString path;
    private AsciiString authority;

    private State state = State.ROUTING;
    private @Nullable RouteTable table;
    private @Nullable Destination destination;
    private @Nullable Endpoint endpoint;
    /** Whether the endpoint counts this call as one of those in flight. */
    private boolean counted;

    private @Nullable UpstreamPool pool;
    private @Nullable UpstreamLeg upstream;
    private @Nullable CallDeadline deadline;

    Exchange(DownstreamConnection connection, H2Stream downstream, HeaderBlock request, boolean endStream) {
        this.connection = connection;
        this.loop = connection.loop();
        this.downstream = downstream;
        this.request = request;
        this.body = new RequestBody(downstream, endStream, loop.replayBudget());
        this.path = orEmpty(request.get(HeaderNames.PATH));
        this.authority = orEmpty(request.get(HeaderNames.AUTHORITY));
        this.record = new ExchangeRecord(connection, path, requestIdOf(request, loop));
    }

    private static AsciiString orEmpty(@Nullable AsciiString value) {
        return value == null ? AsciiString.EMPTY_STRING : value;
    }

    private static AsciiString requestIdOf(HeaderBlock request, ProxyLoop loop) {
        AsciiString given = request.get(HeaderNames.X_REQUEST_ID);
        return given != null && !given.isEmpty() && given.length() <= MAX_REQUEST_ID_BYTES
                ? given
                : loop.nextRequestId();
    }

    /** Routes the call and sends it on its way. */
    void start() {
        loop.exchangeStarted();
        loop.gateway().calls().onStart();
        if (authority.isEmpty()) {
            takeHostAsAuthority();
        }
        record.authority(authority);
        deadline = CallDeadline.of(request, loop.eventLoop(), this::onDeadline);
        if (!route()) {
            return;
        }
        QueueGuard guard = loop.gateway().queueGuard();
        if (guard.isExceeded()) {
            replyLocally(
                    Outcome.LOCAL_OVERLOAD,
                    GrpcStatus.RESOURCE_EXHAUSTED,
                    "io.max-queued = " + guard.limitBytes() + " bytes reached: " + guard.bytes()
                            + " bytes wait for peers that read slowly");
            return;
        }
        attempt("no instance can take a call");
    }

    /** Finds out where the call goes by the table of now. Returns false when it was answered, because it goes nowhere. */
    private boolean route() {
        RouteTable now = loop.gateway().tables().get();
        table = now;
        record.revision(now.revision());
        Destination d = now.match(this);
        if (d == null) {
            Outcome outcome = path.indexOf('/', 1) > 1 ? Outcome.NO_SERVICE : Outcome.NO_ROUTE;
            replyLocally(outcome, outcome.grpcStatus(), now.describeMiss(this));
            return false;
        }
        destination = d;
        record.service(d.cluster().name());
        return true;
    }

    private void takeHostAsAuthority() {
        AsciiString host = request.get(HeaderNames.HOST);
        if (host != null && !host.isEmpty()) {
            authority = host;
            request.addFirst(HeaderField.of(HeaderNames.AUTHORITY, host));
        }
    }

    /** Answers a request whose headers exceed the limit. */
    void rejectOversized(long listBytes) {
        loop.exchangeStarted();
        loop.gateway().calls().onStart();
        record.authority(authority);
        int limit = connection.maxHeaderListBytes();
        replyLocally(
                Outcome.PROTOCOL_ERROR,
                GrpcStatus.RESOURCE_EXHAUSTED,
                "the request's header list has " + listBytes + " bytes and exceeds the limit of " + limit
                        + " (listeners[].max-header-list of listener " + connection.listener() + ")");
    }

    /** Picks an instance and asks for a connection to it. */
    private void attempt(String lastFailure) {
        Destination d = destination;
        if (d == null) {
            throw new IllegalStateException("an attempt before the route is known");
        }
        leaveEndpoint();
        Endpoint e = d.picker().pick(this);
        if (e == null) {
            int known = d.cluster().endpoints().size();
            replyLocally(
                    Outcome.NO_HEALTHY_ENDPOINT,
                    GrpcStatus.UNAVAILABLE,
                    "no healthy instance of service " + d.cluster().name()
                            + (d.version().isEmpty() ? "" : " in version " + d.version()) + ": " + known
                            + " registered; " + lastFailure);
            return;
        }
        endpoint = e;
        e.stats().begin();
        counted = true;
        record.picked(e);
        state = State.CONNECTING;
        UpstreamPool p = loop.pool(e);
        pool = p;
        p.acquire(this);
    }

    /** A table that is newer than the one that the call was routed by knows better which instances there are. */
    private void attemptAgain(String lastFailure) {
        if (loop.gateway().tables().get() == table || route()) {
            attempt(lastFailure);
        }
    }

    // UpstreamWaiter

    @Override
    public void onConnection(H2Connection h2) {
        if (state != State.CONNECTING) {
            return;
        }
        HeaderBlock headers = loop.copyForForwarding(request);
        List<RequestFilter> filters = loop.gateway().filters();
        for (int i = 0; i < filters.size(); i++) {
            // Without an iterator, which would be an object per call.
            filters.get(i).onRequest(this, headers);
        }
        if (deadline != null) {
            deadline.forward(headers, record.elapsedNanos());
        }
        boolean headersOnly = body.isEmpty();
        UpstreamLeg listener = new UpstreamLeg(this);
        H2Stream stream = h2.openStream(headers, headersOnly, listener);
        if (stream == null) {
            onConnectionGone();
            return;
        }
        listener.opened(stream, record.sent());
        upstream = listener;
        state = State.OPEN;
        if (endpoint != null) {
            endpoint.stats().sent();
        }
        if (pool != null) {
            pool.began(listener);
        }
        body.attach(stream);
    }

    /** Between the pick and the write: nothing was sent, so that another connection, be it to the same instance, may take the call. */
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
        Destination d = destination;
        Endpoint e = endpoint;
        // An instance that has left stands in the older table that the call was routed by; the table of now may have
        // another one.
        boolean others =
                d != null && (d.cluster().endpoints().size() > 1 || (e != null && e.state() == EndpointState.DRAINING));
        return others && record.tries() < MAX_ATTEMPTS;
    }

    @Override
    public void onRefused(Outcome outcome, String reason) {
        if (state != State.CONNECTING) {
            return;
        }
        String where = endpoint == null ? "" : "instance " + endpoint.id().address() + ", ";
        if (outcome == Outcome.CONNECT_FAILED) {
            instanceFailed();
        }
        if (outcome == Outcome.CONNECT_FAILED && maySendElsewhere()) {
            // Nothing was sent: another instance may take the call.
            attemptAgain("the last failure was " + where + reason);
            return;
        }
        replyLocally(outcome, outcome.grpcStatus(), "service " + record.service() + ", " + where + reason);
    }

    // Downstream listener

    @Override
    public void onHeaders(HeaderBlock trailers, boolean endStream) {
        if (state != State.ENDED) {
            for (RequestFilter f : loop.gateway().filters()) {
                f.onTrailers(trailers);
            }
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
        abandon(Outcome.DOWNSTREAM_CANCELLED);
    }

    @Override
    public void onLost(StreamLoss loss, String reason) {
        abandon(
                switch (loss) {
                    case CONNECTION -> Outcome.DOWNSTREAM_LOST;
                    case QUEUE_SHARE -> Outcome.LOCAL_OVERLOAD;
                    default -> Outcome.PROTOCOL_ERROR;
                });
    }

    /** The caller is gone: the instance need not go on. */
    private void abandon(Outcome outcome) {
        if (state == State.ENDED) {
            return;
        }
        cancelUpstream();
        finish(outcome, -1);
    }

    private void cancelUpstream() {
        UpstreamLeg u = upstream;
        if (u != null) {
            u.cancel();
        } else if (pool != null) {
            pool.cancel(this);
        }
    }

    private void onDeadline() {
        if (state == State.ENDED) {
            return;
        }
        boolean sent = upstream != null;
        String where =
                endpoint == null ? "" : ", service " + record.service() + ", " + at(endpoint, sent ? "sent" : "unsent");
        if (sent) {
            instanceFailed();
        }
        cancelUpstream();
        replyLocally(
                Outcome.DEADLINE,
                GrpcStatus.DEADLINE_EXCEEDED,
                "the caller's deadline passed" + (sent ? " while waiting for the answer" : " before the call was sent")
                        + where);
    }

    private static String at(Endpoint endpoint, String phase) {
        return "instance " + endpoint.id().address() + ", phase " + phase;
    }

    /** Ends the call with an answer of our own, in whatever form still fits. */
    private void replyLocally(Outcome outcome, GrpcStatus status, String detail) {
        if (state == State.ENDED) {
            return;
        }
        boolean responding = state == State.RESPONDING;
        String message = detail + " [" + outcome.code() + ", request " + record.requestId() + "]";
        AsciiString code = AsciiString.cached(outcome.code());
        record.detail(detail);
        if (!responding) {
            send(LocalReply.headers(request, status, message, code));
        } else if (LocalReply.isGrpc(request)) {
            send(LocalReply.trailers(status, message, code));
        } else {
            downstream.reset(Http2Error.INTERNAL_ERROR);
        }
        endRequestSide();
        finish(outcome, status.code());
    }

    private void send(HeaderBlock last) {
        tellRevision(last);
        downstream.sendHeaders(last, true);
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
        leaveEndpoint();
        body.release();
        loop.exchangeEnded();
        record.end(outcome, grpcStatus, body.relayedBytes());
        loop.gateway().calls().onEnd(record);
    }

    private void leaveEndpoint() {
        UpstreamLeg u = upstream;
        if (u != null) {
            upstream = null;
            if (pool != null) {
                pool.ended(u);
            }
        }
        if (counted && endpoint != null) {
            counted = false;
            endpoint.stats().end();
        }
    }

    // What the instance answers

    void relayHeaders(HeaderBlock headers, boolean endStream) {
        if (!headers.isInformational() || endStream) {
            if (state == State.OPEN) {
                state = State.RESPONDING;
                record.responded();
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
        if (!body.isEnded() && upstream != null) {
            // The instance does not want the rest of the request.
            upstream.cancel();
        }
        endRequestSide();
        UpstreamLeg attempt = upstream;
        finish(Outcome.OK, grpcStatus);
        if (endpoint == null || attempt == null) {
            return;
        }
        long now = record.endNanos();
        if (LocalReply.isGrpc(request) && GrpcStatus.of(grpcStatus).isFailure()) {
            endpoint.stats().failed(now);
        } else {
            endpoint.stats().succeeded(now);
            if (!attempt.hasAnswered()) {
                endpoint.stats().answered(now - attempt.sentNanos(), now);
            }
        }
    }

    /** The first bytes of the answer are there. */
    void onAnswer(UpstreamLeg attempt) {
        if (endpoint != null) {
            long now = System.nanoTime();
            endpoint.stats().answered(now - attempt.sentNanos(), now);
        }
    }

    /** It did not do its part in this call: balancing should know. */
    void instanceFailed() {
        if (endpoint == null) {
            return;
        }
        long now = System.nanoTime();
        endpoint.stats().failed(now);
        UpstreamLeg attempt = upstream;
        if (attempt != null && !attempt.hasAnswered()) {
            endpoint.stats().unanswered(now - attempt.sentNanos(), now);
        }
    }

    /** Sends the call elsewhere if that is certain to be harmless. */
    boolean retry(String reason) {
        if (state != State.OPEN || !body.isReplayable() || record.tries() >= MAX_ATTEMPTS) {
            return false;
        }
        body.detach();
        leaveEndpoint();
        attemptAgain("the last instance did not take the call: " + reason);
        return true;
    }

    /** The attempt has failed, and the call with it. */
    void fail(Outcome outcome, GrpcStatus status, String what) {
        boolean responding = state == State.RESPONDING;
        String phase = responding ? "response" : outcome == Outcome.UPSTREAM_GOAWAY ? "sent, unprocessed" : "sent";
        String where = endpoint == null ? "" : ", " + at(endpoint, phase);
        String when = responding ? ", after the response had begun" : ", before it answered";
        replyLocally(outcome, status, "service " + record.service() + where + ": " + what + when);
    }

    /** That of the route, else that of the service. */
    EvictionPolicy evictionPolicy() {
        Destination d = destination;
        if (d == null) {
            return EvictionPolicy.FINISH;
        }
        EvictionPolicy ofRoute = d.eviction();
        return ofRoute != null
                ? ofRoute
                : loop.gateway().eviction().apply(d.cluster().name());
    }

    private void tellRevision(HeaderBlock trailers) {
        if (loop.gateway().revisionTrailer()) {
            trailers.set(loop.revisionField(record.revision()));
        }
    }

    // RequestHead, PickRequest, RequestContext

    @Override
    public CharSequence source() {
        return connection.forwardedFor().value();
    }

    @Override
    public int loop() {
        return loop.number();
    }

    @Override
    public long random() {
        return loop.random();
    }

    @Override
    public long nowNanos() {
        return record.pickNanos();
    }

    @Override
    public boolean tried(Endpoint e) {
        return e == endpoint;
    }

    @Override
    public CharSequence authority() {
        return authority;
    }

    @Override
    public CharSequence path() {
        return path;
    }

    @Override
    public @Nullable CharSequence header(String name) {
        return request.find(name);
    }

    @Override
    public HeaderField forwardedFor() {
        return connection.forwardedFor();
    }

    @Override
    public AsciiString requestId() {
        return record.requestId();
    }

    @Override
    public boolean upstreamTls() {
        return pool != null && pool.isTls();
    }

    @Override
    public boolean downstreamTls() {
        return connection.isTls();
    }

    @Override
    public @Nullable HeaderField identityField() {
        return connection.identityField();
    }

    @Override
    public @Nullable CharSequence identity() {
        return connection.identity();
    }
}
