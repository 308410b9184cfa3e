package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
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
import io.leasegate.routing.RequestHead;
import io.leasegate.routing.RouteTable;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call: a downstream stream, and the upstream stream that it is relayed to. The one object that a call costs. Used on the event
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
    private final boolean grpc;
    private final ExchangeRecord record;
    private final AsciiString path;
    private AsciiString authority;

    private State state = State.ROUTING;
    private @Nullable Destination destination;
    private @Nullable Endpoint endpoint;
    private @Nullable UpstreamPool pool;
    private @Nullable Upstream upstream;
    private @Nullable Future<?> deadlineTimer;
    private long deadlineNanos = GrpcTimeout.NONE;

    Exchange(DownstreamConnection connection, H2Stream downstream, HeaderBlock request, boolean endStream) {
        this.connection = connection;
        this.loop = connection.loop();
        this.downstream = downstream;
        this.request = request;
        this.body = new RequestBody(downstream, endStream, loop.replayBudget());
        this.grpc = LocalReply.isGrpc(request);
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
        startDeadline();
        RouteTable table = loop.gateway().tables().get();
        record.revision(table.revision());
        Destination d = table.match(this);
        if (d == null) {
            Outcome outcome = path.indexOf('/', 1) > 1 ? Outcome.NO_SERVICE : Outcome.NO_ROUTE;
            replyLocally(outcome, outcome.grpcStatus(), table.describeMiss(this));
            return;
        }
        destination = d;
        record.service(d.cluster().name());
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

    private void takeHostAsAuthority() {
        AsciiString host = request.get(HeaderNames.HOST);
        if (host != null && !host.isEmpty()) {
            authority = host;
            request.addFirst(HeaderField.of(HeaderNames.AUTHORITY, host));
        }
    }

    private void startDeadline() {
        AsciiString timeout = request.get(HeaderNames.GRPC_TIMEOUT);
        long nanos = timeout == null ? GrpcTimeout.NONE : GrpcTimeout.parseNanos(timeout);
        if (nanos != GrpcTimeout.NONE) {
            deadlineNanos = nanos;
            deadlineTimer = loop.eventLoop().schedule(this::onDeadline, nanos, TimeUnit.NANOSECONDS);
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
        record.picked(e);
        state = State.CONNECTING;
        UpstreamPool p = loop.pool(e);
        pool = p;
        p.acquire(this);
    }

    // UpstreamWaiter

    @Override
    public void onConnection(H2Connection h2) {
        if (state != State.CONNECTING) {
            return;
        }
        HeaderBlock headers = loop.copyForForwarding(request);
        for (RequestFilter f : loop.gateway().filters()) {
            f.onRequest(this, headers);
        }
        forwardDeadline(headers);
        boolean headersOnly = body.isEmpty();
        Upstream listener = new Upstream();
        H2Stream stream = h2.openStream(headers, headersOnly, listener);
        if (stream == null) {
            onConnectionGone();
            return;
        }
        listener.stream = stream;
        upstream = listener;
        state = State.OPEN;
        record.sent();
        if (endpoint != null) {
            endpoint.stats().begin();
        }
        body.attach(stream);
    }

    /** Between the pick and the write: nothing was sent, so that another connection, be it to the same instance, may take the call. */
    private void onConnectionGone() {
        if (record.tries() < MAX_ATTEMPTS) {
            attempt("the last failure was a connection that went away before the call was written");
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
        return d != null && d.cluster().endpoints().size() > 1 && record.tries() < MAX_ATTEMPTS;
    }

    /** The instance gets the time that remains, not the time that the caller began with. */
    private void forwardDeadline(HeaderBlock headers) {
        if (deadlineNanos != GrpcTimeout.NONE) {
            long left = deadlineNanos - record.elapsedNanos();
            headers.set(HeaderField.of(HeaderNames.GRPC_TIMEOUT, GrpcTimeout.format(left)));
        }
    }

    @Override
    public void onRefused(Outcome outcome, String reason) {
        if (state != State.CONNECTING) {
            return;
        }
        String where = endpoint == null ? "" : "instance " + endpoint.id().address() + ", ";
        if (outcome == Outcome.CONNECT_FAILED && maySendElsewhere()) {
            // Nothing was sent: another instance may take the call.
            attempt("the last failure was " + where + reason);
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
        abandon(loss == StreamLoss.CONNECTION ? Outcome.DOWNSTREAM_LOST : Outcome.PROTOCOL_ERROR);
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
        Upstream u = upstream;
        if (u != null) {
            u.dropped = true;
            u.stream().reset(Http2Error.CANCEL);
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
            downstream.sendHeaders(LocalReply.headers(grpc, status, message, code), true);
        } else if (grpc) {
            downstream.sendHeaders(LocalReply.trailers(status, message, code), true);
        } else {
            downstream.reset(Http2Error.INTERNAL_ERROR);
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
        if (deadlineTimer != null) {
            deadlineTimer.cancel(false);
        }
        leaveEndpoint();
        body.release();
        loop.exchangeEnded();
        record.end(outcome, grpcStatus, body.relayedBytes());
        loop.gateway().calls().onEnd(record);
    }

    private void leaveEndpoint() {
        if (upstream != null) {
            upstream = null;
            if (endpoint != null) {
                endpoint.stats().end();
            }
        }
    }

    // RequestHead, RequestContext

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

    /** Hears the instance. One per attempt; once dropped it only gives bytes back. */
    private final class Upstream implements H2StreamListener {

        private @Nullable H2Stream stream;
        private boolean dropped;

        H2Stream stream() {
            if (stream == null) {
                throw new IllegalStateException("a stream that was not opened");
            }
            return stream;
        }

        @Override
        public void onHeaders(HeaderBlock headers, boolean endStream) {
            if (dropped) {
                return;
            }
            if (headers.isInformational() && !endStream) {
                downstream.sendHeaders(headers, false);
                return;
            }
            if (state == State.OPEN) {
                state = State.RESPONDING;
                record.responded();
                body.stopKeeping();
            }
            int status = endStream ? grpcStatusOf(headers) : -1;
            downstream.sendHeaders(headers, endStream);
            if (endStream) {
                complete(status);
            }
        }

        @Override
        public void onData(ByteBuf data, int creditBytes, boolean endStream) {
            if (dropped) {
                stream().credit(creditBytes);
                return;
            }
            record.responseBytes(data.readableBytes());
            downstream.sendData(data, endStream, stream(), creditBytes);
            if (endStream) {
                complete(-1);
            }
        }

        private void complete(int grpcStatus) {
            dropped = true;
            if (!body.isEnded()) {
                // The instance does not want the rest of the request.
                stream().reset(Http2Error.CANCEL);
            }
            endRequestSide();
            finish(Outcome.OK, grpcStatus);
        }

        @Override
        public void onReset(long errorCode) {
            if (dropped) {
                return;
            }
            dropped = true;
            if (errorCode == Http2Error.REFUSED_STREAM && retry("it refused the stream")) {
                return;
            }
            fail(
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
            switch (loss) {
                case UNPROCESSED -> {
                    if (!retry(reason)) {
                        fail(
                                Outcome.UPSTREAM_GOAWAY,
                                GrpcStatus.UNAVAILABLE,
                                "it left before it took the call: " + reason);
                    }
                }
                case CONNECTION -> fail(Outcome.UPSTREAM_LOST, GrpcStatus.UNAVAILABLE, "it was lost: " + reason);
                case HEADER_LIST_SIZE ->
                    fail(
                            Outcome.PROTOCOL_ERROR,
                            GrpcStatus.RESOURCE_EXHAUSTED,
                            "it sent a header list above the limit (upstream.max-header-list): " + reason);
                case PROTOCOL ->
                    fail(Outcome.PROTOCOL_ERROR, GrpcStatus.INTERNAL, "it broke the HTTP/2 protocol: " + reason);
            }
        }

        /** Sends the call elsewhere if that is certain to be harmless. */
        private boolean retry(String reason) {
            if (state != State.OPEN || !body.isReplayable() || record.tries() >= MAX_ATTEMPTS) {
                return false;
            }
            body.detach();
            leaveEndpoint();
            attempt("the last instance did not take the call: " + reason);
            return true;
        }

        private void fail(Outcome outcome, GrpcStatus status, String what) {
            boolean responding = state == State.RESPONDING;
            String phase = responding ? "response" : outcome == Outcome.UPSTREAM_GOAWAY ? "sent, unprocessed" : "sent";
            String where = endpoint == null ? "" : ", " + at(endpoint, phase);
            String when = responding ? ", after the response had begun" : ", before it answered";
            replyLocally(outcome, status, "service " + record.service() + where + ": " + what + when);
        }

        private int grpcStatusOf(HeaderBlock trailers) {
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
}
