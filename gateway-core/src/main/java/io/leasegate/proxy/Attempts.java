package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.proxy.FurtherAttempt.Result;
import io.leasegate.resilience.CallLimit;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.resilience.RetryBudget;
import io.leasegate.resilience.TimeLimits;
import io.leasegate.routing.Destination;
import io.leasegate.routing.EvictionPolicy;
import io.leasegate.routing.RouteTable;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Where an {@link Exchange} is sent: routes it, has an instance picked, and sends it elsewhere where that is certainly harmless or its policy
 * wants it ({@link FurtherAttempts}). Used on
 * the call's event loop.
 *
 * <p>A call is sent to another instance only while no response has begun, and, unless its policy says otherwise, only when the last one
 * has certainly not acted on it.
 */
final class Attempts {

    /** How often another instance is picked at most because the one before has certainly not acted on the call. */
    private static final int MAX_UNPROCESSED = 3;

    private final Exchange call;
    private final ProxyLoop loop;
    private final CallRequest request;
    private final RequestBody body;
    private @Nullable RouteTable table;
    private @Nullable Destination destination;
    /** The one that was begun last, or the one that answers. */
    private @Nullable Attempt current;

    private @Nullable FurtherAttempts further;
    private @Nullable CallLimit limit;

    Attempts(Exchange call, ProxyLoop loop, CallRequest request, RequestBody body) {
        this.call = call;
        this.loop = loop;
        this.request = request;
        this.body = body;
    }

    Exchange call() {
        return call;
    }

    private ExchangeRecord record() {
        return request.record();
    }

    /**
     * Finds out where the call goes by the table of now. Returns false when it goes nowhere, in which case it was answered, unless an attempt is under
     * way that may still be.
     */
    boolean route() {
        RouteTable now = loop.gateway().tables().get();
        Destination d = now.match(request);
        boolean alone = further == null || further.active().isEmpty();
        if (!alone && (d == null || !isWithinLimit(d.cluster().name(), false))) {
            return false;
        }
        table = now;
        record().revision(now.revision());
        if (d == null) {
            Outcome outcome = request.namesMethod() ? Outcome.NO_SERVICE : Outcome.NO_ROUTE;
            call.replyLocally(outcome, outcome.grpcStatus(), now.describeMiss(request));
            return false;
        }
        destination = d;
        request.changes(d.changes());
        record().routed(d);
        return !alone || isWithinLimit(d.cluster().name(), true);
    }

    /** Counts the call among those of its service, where there are not too many. */
    private boolean isWithinLimit(String service, boolean answerElse) {
        CallLimit ofService = loop.gateway().counts().limit(service);
        if (!CallLimit.move(limit, ofService)) {
            if (answerElse && ofService != null) {
                String which = "limits.streams = " + ofService.max() + " reached for service " + service;
                call.replyLocally(Outcome.UPSTREAM_LIMIT, GrpcStatus.RESOURCE_EXHAUSTED, which);
            }
            return false;
        }
        limit = ofService;
        return true;
    }

    Destination destination() {
        Destination d = destination;
        if (d == null) {
            throw new IllegalStateException("an attempt before the route is known");
        }
        return d;
    }

    CallPolicy policy() {
        return loop.gateway().policyOf(destination());
    }

    EvictionPolicy evictionPolicy() {
        return loop.gateway().evictionOf(destination());
    }

    /** Sends the call for the first time, and its copy where the route wants one. */
    void begin(@Nullable CallTimer timer) {
        if (loop.gateway().tables().get() != table && !route()) {
            return;
        }
        MirroredCall.beginWhereWanted(destination(), loop, request, body, timer);
        CallPolicy policy = policy();
        boolean plain = policy.attempts() == 1 && policy.retry().perTryNanos() == TimeLimits.NONE;
        if (!plain && call.isGrpc()) {
            RetryBudget budget = loop.gateway().counts().budget(service());
            further = policy.hedge().attempts() > 1
                    ? new Hedges(this, policy, budget)
                    : new Retries(this, policy, budget);
            request.rememberTried();
            body.keepUpTo(policy.retry().bufferBytes());
            further.onBegin(elapsedNanos());
        }
        attempt(further == null ? null : further.turn(0), "no instance can take a call");
        if (further != null) {
            call.armTimer();
        }
    }

    /** Picks an instance and asks for a connection to it. */
    private void attempt(Attempt.@Nullable Turn turn, String lastFailure) {
        Destination d = destination();
        Endpoint e = d.picker().pick(request);
        if (e == null) {
            if (further == null || further.active().isEmpty()) {
                String none = "no healthy instance of " + d.describe() + "; " + lastFailure;
                call.replyLocally(Outcome.NO_HEALTHY_ENDPOINT, GrpcStatus.UNAVAILABLE, none);
            }
            return;
        }
        Attempt attempt = new Attempt(this, e, loop.pool(e), turn);
        current = attempt;
        if (further != null) {
            further.active().add(attempt);
        }
        request.noteTried(e);
        record().picked(e, lastFailure);
        attempt.begin();
    }

    /** In the place of an attempt that no instance has acted on. */
    private void attemptAgain(Attempt last, String lastFailure) {
        attemptByNow(last.turn(), lastFailure);
    }

    /** A retry or a hedge. */
    void attemptFurther(Attempt.Turn turn) {
        attemptByNow(turn, further == null ? "" : further.lastFailure());
    }

    /** A table that is newer than the one that the call was routed by knows better which instances there are. */
    private void attemptByNow(Attempt.@Nullable Turn turn, String lastFailure) {
        if (loop.gateway().tables().get() == table || route()) {
            attempt(turn, lastFailure);
        }
    }

    private boolean mayAttemptAgain() {
        int counted = further == null ? 1 : further.made();
        return record().tries() - counted < MAX_UNPROCESSED;
    }

    /** There is a connection: the call goes out. */
    void send(Attempt attempt, H2Connection h2) {
        HeaderBlock headers = request.toForward(attempt.isTls());
        call.forwardDeadline(headers);
        if (attempt.number() > 0) {
            request.tellAttempts(headers, attempt.number());
        }
        H2Stream stream = h2.openStream(headers, body.isEmpty(), attempt);
        if (stream == null) {
            onConnectionGone(attempt);
            return;
        }
        attempt.sent(stream, record().sent());
        body.attach(stream);
    }

    /** Nothing was sent: another connection, be it to the same instance, may take the call. */
    private void onConnectionGone(Attempt attempt) {
        if (mayAttemptAgain()) {
            attempt.leave();
            attemptAgain(attempt, "the last failure was a connection that went away before the call was written");
        } else {
            refused(attempt, Outcome.CONNECT_FAILED, "phase unsent: the connection went away");
        }
    }

    boolean maySendElsewhere(Attempt attempt) {
        // An instance that has left stands in the older table that the call was routed by; the table of now may have
        // another one.
        boolean others = destination().cluster().endpoints().size() > 1 || attempt.isLeaving();
        return others && mayAttemptAgain();
    }

    /** There is no connection for the attempt. */
    void refused(Attempt attempt, Outcome outcome, String reason) {
        String where = attempt.describe(reason);
        if (outcome == Outcome.CONNECT_FAILED) {
            attempt.failed();
            if (maySendElsewhere(attempt)) {
                // Nothing was sent: another instance may take the call.
                attempt.leave();
                attemptAgain(attempt, "the last failure was " + where);
                return;
            }
        }
        attempt.leave();
        giveUp(attempt, outcome, outcome.grpcStatus(), "service " + service() + ", " + where);
    }

    /** The instance has certainly not acted on the call. Sends it elsewhere if that is possible. */
    boolean isSentElsewhere(Attempt attempt, String reason) {
        if (call.isResponding() || !body.isReplayable() || !mayAttemptAgain()) {
            return false;
        }
        attemptAgain(attempt, "the last instance did not take the call: " + reason);
        return true;
    }

    /** The attempt has failed, and the call with it, unless that goes on without. */
    void failed(Attempt attempt, Outcome outcome, GrpcStatus status, String what) {
        boolean responding = call.isResponding();
        String phase = responding
                ? "response"
                : !attempt.isSent() ? "unsent" : outcome == Outcome.UPSTREAM_GOAWAY ? "sent, unprocessed" : "sent";
        String when = responding ? ", after the response had begun" : ", before it answered";
        String where = "service " + service() + ", " + attempt.describe("phase " + phase);
        giveUp(attempt, outcome, status, where + ": " + what + when);
    }

    private void giveUp(Attempt attempt, Outcome outcome, GrpcStatus status, String detail) {
        FurtherAttempts f = further;
        if (f == null || call.isResponding()) {
            call.replyLocally(outcome, status, detail);
            return;
        }
        f.tell(attempt, Result.FAILED);
        f.lastFailure(detail);
        boolean timedOut = outcome == Outcome.UPSTREAM_TIMEOUT;
        boolean ours = outcome == Outcome.LOCAL_OVERLOAD || !attempt.isSent();
        if (ours && !f.active().isEmpty() && !f.mayFollow(status, timedOut)) {
            // No instance said so, and another one may still answer.
            return;
        }
        if (f.goesOn(status, FurtherAttempts.NO_PUSHBACK, timedOut)) {
            goOn();
            return;
        }
        boolean exhausted = f.made() > 1 && f.mayFollow(status, timedOut);
        String first = exhausted ? f.describeMade() + " failed (" + outcome.code() + "): " : "";
        String last = f.note() == null ? "" : "; " + f.note();
        call.replyLocally(exhausted ? Outcome.RETRIES_EXHAUSTED : outcome, status, first + detail + last);
    }

    // Further attempts

    /** Whether another attempt may follow, if the policy says so. */
    boolean isOpen() {
        return further != null && !call.isResponding() && !call.isEnded();
    }

    /** The attempt, which has been left, was answered by nothing but a status. Returns whether the call goes on without it. */
    boolean goesOnWithout(Attempt attempt, GrpcStatus status, @Nullable AsciiString pushback) {
        FurtherAttempts f = further;
        if (f == null) {
            return false;
        }
        f.lastFailure(attempt.describe("phase response: it answered " + status));
        if (f.goesOn(status, FurtherAttempts.pushbackNanos(pushback), false)) {
            f.tell(attempt, Result.FAILED);
            goOn();
            return true;
        }
        if (f.note() != null) {
            record().detail(f.note());
        }
        committed(attempt);
        return false;
    }

    private void goOn() {
        onDue(elapsedNanos());
        call.armTimer();
    }

    /** Of several attempts this one answers the call. */
    void committed(Attempt attempt) {
        current = attempt;
        if (further != null) {
            record().answeredBy(attempt.endpoint());
            further.tell(attempt, Result.ANSWERED);
            further.cancelAllBut(attempt);
        }
    }

    /** When there is something to do, in nanoseconds since the request's headers. */
    long dueNanos() {
        FurtherAttempts f = further;
        return f != null && isOpen() ? f.firstDueNanos() : FurtherAttempts.NEVER;
    }

    void onDue(long elapsedNanos) {
        FurtherAttempts f = further;
        if (f != null && isOpen()) {
            f.onDue(elapsedNanos);
        }
    }

    /** The caller has sent more, which has been passed on. */
    void onRequestBytes() {
        if (further != null && isOpen() && !isRequestWithin(further.retry().bufferBytes())) {
            further.onRequestTooLarge();
        }
    }

    boolean isRequestWithin(int bytes) {
        return body.isReplayable() && body.relayedBytes() <= bytes;
    }

    /** The call does not go on with this attempt. */
    void left(Attempt attempt, @Nullable H2Stream stream) {
        if (stream != null) {
            body.detach(stream);
        }
        if (further != null) {
            further.active().remove(attempt);
        }
    }

    // What further attempts are made of

    String service() {
        return destination().cluster().name();
    }

    CallObserver observer() {
        return loop.gateway().calls();
    }

    long random() {
        return loop.random();
    }

    long elapsedNanos() {
        return record().elapsedNanos();
    }

    // The end

    /** The call has ended: no instance need go on. */
    void end() {
        CallLimit.move(limit, null);
        limit = null;
        if (further != null) {
            further.cancelAllBut(null);
        } else if (current != null) {
            current.cancel();
        }
    }

    /** The call's time is over, for the instances' books. */
    void timeIsOver() {
        if (further != null) {
            further.active().forEach(Attempt::timeIsOver);
        } else if (current != null && !current.isLeft()) {
            current.timeIsOver();
        }
    }

    /** Whether an instance has the call. */
    boolean isSent() {
        return current != null && current.isSent();
    }

    /** For messages: the service and the instance, after a comma; empty before the first pick. */
    String describe() {
        Attempt a = current;
        return a == null
                ? ""
                : ", service " + service() + ", " + a.describe(a.isSent() ? "phase sent" : "phase unsent");
    }
}
