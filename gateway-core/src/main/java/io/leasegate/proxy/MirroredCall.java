package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.ReceiveWindow;
import io.leasegate.h2.StreamLoss;
import io.leasegate.routing.Destination;
import io.leasegate.routing.MirrorTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a call on its way to another service. Its answer is read and dropped. The call itself never waits for it: what the copy's instance does
 * not take is held up to a limit, beyond which the copy is given up. Used on the call's event loop.
 *
 * <p>Invariants: {@link #finish} runs at most once, and after it nothing of the call is held; the loop's {@link ReplayBudget} counts what
 * is held before there is a stream, the connection's queue what is held after.
 */
final class MirroredCall implements H2StreamListener, UpstreamWaiter, ReceiveWindow {

    /** How long an instance may take for its answer when the call itself has got its own. */
    private static final long GRACE_MILLIS = 15_000;

    private static final int MAX_TRIES = 2;
    private static final HeaderField MARK =
            HeaderField.constant(HeaderNames.X_LEASEGATE_MIRROR, AsciiString.cached("true"));
    private static final AsciiString HTTP_OK = AsciiString.cached("200");

    private final ProxyLoop loop;
    private final MirrorTarget target;
    private final Endpoint endpoint;
    private final UpstreamPool pool;
    private final HeaderBlock headers;

    private boolean endsAtHeaders;
    private boolean requestEnded;
    private @Nullable KeptBytes held;
    private @Nullable HeaderBlock trailers;
    private @Nullable H2Stream stream;
    private int queuedBytes;
    private int tries;
    private boolean answersWell;
    private boolean finished;
    private @Nullable Future<?> grace;

    private MirroredCall(
            ProxyLoop loop, MirrorTarget target, Endpoint endpoint, UpstreamPool pool, HeaderBlock headers) {
        this.loop = loop;
        this.target = target;
        this.endpoint = endpoint;
        this.pool = pool;
        this.headers = headers;
    }

    /** Begins a copy of a call, if its destination wants one, with all that its caller has sent so far. What follows comes through the body. */
    static void beginWhereWanted(
            Destination of, ProxyLoop loop, CallRequest request, RequestBody body, @Nullable CallTimer timer) {
        MirrorTarget mirror = of.mirror();
        if (mirror != null && mirror.takes(loop.random())) {
            begin(mirror, loop, request, body, timer);
        }
    }

    private static void begin(
            MirrorTarget target, ProxyLoop loop, CallRequest request, RequestBody body, @Nullable CallTimer timer) {
        Endpoint endpoint = target.destination().picker().pick(request);
        if (endpoint == null) {
            tell(loop, target, MirrorResult.UNSENT);
            return;
        }
        UpstreamPool pool = loop.pool(endpoint);
        HeaderBlock headers = request.toForward(pool.isTls()).copy();
        headers.set(MARK);
        if (timer != null) {
            timer.forward(headers);
        }
        body.mirrorTo(new MirroredCall(loop, target, endpoint, pool, headers));
    }

    /**
     * Asks for a connection.
     *
     * @param atHeaders whether the request's headers are all there is
     * @param soFar what has come of the body, null for nothing
     * @param ended whether that is all of it, and no trailers follow
     */
    void start(boolean atHeaders, @Nullable KeptBytes soFar, boolean ended) {
        endsAtHeaders = atHeaders;
        requestEnded = atHeaders || ended;
        endpoint.stats().begin();
        if (soFar != null && hold(soFar.bytes())) {
            keep().addAll(soFar);
        }
        if (!finished) {
            pool.acquire(this);
        }
    }

    private KeptBytes keep() {
        KeptBytes kept = held;
        if (kept == null) {
            kept = new KeptBytes();
            held = kept;
        }
        return kept;
    }

    /** Asks for room for more bytes while there is no stream. Gives the copy up and returns false where there is none. */
    private boolean hold(int bytes) {
        ReplayBudget budget = loop.replayBudget();
        if (!budget.allows(held == null ? 0 : held.bytes(), bytes, ReplayBudget.MAX_CALL_BYTES)) {
            giveUp(MirrorResult.DROPPED);
            return false;
        }
        budget.add(bytes);
        return true;
    }

    /** More of the request. The bytes stay the caller's. */
    void data(ByteBuf data, boolean endStream) {
        if (finished) {
            return;
        }
        requestEnded |= endStream;
        int n = data.readableBytes();
        H2Stream s = stream;
        if (s == null) {
            if (n > 0 && hold(n)) {
                keep().add(data);
            }
            return;
        }
        if (queuedBytes > 0
                && (queuedBytes + n > target.bufferBytes()
                        || loop.gateway().queueGuard().isHalfUsed())) {
            giveUp(MirrorResult.DROPPED);
            return;
        }
        queuedBytes += n;
        s.sendData(data, endStream, this, n);
    }

    /** The end of the request. The block stays the caller's. */
    void trailers(HeaderBlock block) {
        if (finished) {
            return;
        }
        requestEnded = true;
        if (stream != null) {
            stream.sendHeaders(block, true);
        } else {
            trailers = block.copy();
        }
    }

    /**
     * The call itself is over.
     *
     * @param answered whether it was answered to the end, after all of its request
     */
    void originalEnded(boolean answered) {
        if (finished) {
            return;
        }
        if (answered && requestEnded) {
            grace = loop.eventLoop().schedule(() -> giveUp(MirrorResult.LATE), GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            giveUp(MirrorResult.CANCELLED);
        }
    }

    private void giveUp(MirrorResult why) {
        if (stream != null) {
            stream.reset(Http2Error.CANCEL);
        } else {
            pool.cancel(this);
        }
        finish(why);
    }

    private void finish(MirrorResult result) {
        if (finished) {
            return;
        }
        finished = true;
        if (grace != null) {
            grace.cancel(false);
        }
        releaseHeld();
        trailers = null;
        endpoint.stats().end();
        tell(loop, target, result);
    }

    private static void tell(ProxyLoop loop, MirrorTarget target, MirrorResult result) {
        loop.gateway().calls().onMirrored(target.destination().cluster().name(), result);
    }

    private void releaseHeld() {
        KeptBytes kept = held;
        if (kept != null) {
            held = null;
            loop.replayBudget().add(-kept.bytes());
            kept.release();
        }
    }

    /** Bytes have left the connection's queue. */
    @Override
    public void credit(int bytes) {
        queuedBytes -= bytes;
    }

    // The connection

    @Override
    public void onConnection(H2Connection h2) {
        if (finished) {
            return;
        }
        tries++;
        H2Stream s = h2.openStream(headers, endsAtHeaders, this);
        if (s == null) {
            if (tries < MAX_TRIES) {
                pool.acquire(this);
            } else {
                finish(MirrorResult.UNSENT);
            }
            return;
        }
        stream = s;
        endpoint.stats().sent();
        boolean endsHere = requestEnded && trailers == null && !endsAtHeaders;
        if (held != null) {
            queuedBytes = held.bytes();
            held.sendTo(s, endsHere, this);
            releaseHeld();
        } else if (endsHere) {
            s.sendData(Unpooled.EMPTY_BUFFER, true, null, 0);
        }
        if (trailers != null) {
            s.sendHeaders(trailers, true);
            trailers = null;
        }
    }

    @Override
    public void onRefused(Outcome outcome, String reason) {
        finish(MirrorResult.UNSENT);
    }

    @Override
    public boolean hasNowhereElse() {
        return false;
    }

    // The answer

    @Override
    public void onHeaders(HeaderBlock answer, boolean endStream) {
        AsciiString status = answer.get(HeaderNames.GRPC_STATUS);
        if (status != null) {
            answersWell = status.equals(GrpcStatus.OK.text());
        } else if (!answer.isInformational()) {
            answersWell = !endStream && HTTP_OK.equals(answer.get(HeaderNames.STATUS));
        }
        if (endStream) {
            complete();
        }
    }

    @Override
    public void onData(ByteBuf data, int creditBytes, boolean endStream) {
        if (stream != null) {
            stream.credit(creditBytes);
        }
        if (endStream) {
            complete();
        }
    }

    private void complete() {
        if (!requestEnded && stream != null) {
            stream.reset(Http2Error.CANCEL);
        }
        finish(answersWell ? MirrorResult.ANSWERED : MirrorResult.FAILED);
    }

    @Override
    public void onReset(long errorCode) {
        finish(MirrorResult.FAILED);
    }

    @Override
    public void onLost(StreamLoss loss, String reason) {
        finish(MirrorResult.FAILED);
    }
}
