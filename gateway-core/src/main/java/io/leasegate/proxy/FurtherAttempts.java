package io.leasegate.proxy;

import io.leasegate.h2.GrpcStatus;
import io.leasegate.proxy.FurtherAttempt.Result;
import io.leasegate.proxy.FurtherAttempt.Withheld;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.resilience.RetryBudget;
import io.leasegate.resilience.RetryPolicy;
import io.leasegate.resilience.TimeLimits;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one call's policy says of attempts beyond the first, by gRFC A6, and how far the call has come with it. There is none for a call that
 * is sent once. Used on the call's event loop; times are nanoseconds since the request's headers.
 */
abstract class FurtherAttempts {

    static final long NEVER = Long.MAX_VALUE;

    /** {@code grpc-retry-pushback-ms} was not there. */
    static final long NO_PUSHBACK = -1;

    /** It said that there must be no further attempt. */
    static final long STOP = -2;

    private static final int MAX_PUSHBACK_DIGITS = 10;

    private final Attempts attempts;
    private final FurtherAttempt kind;
    private final CallPolicy policy;
    private final RetryBudget budget;
    /** Those that are under way. */
    private final List<Attempt> active = new ArrayList<>(2);

    private int made = 1;
    private long dueNanos = NEVER;
    private @Nullable String note;
    private String lastFailure = "no answer has begun within hedge.delay";

    FurtherAttempts(Attempts attempts, FurtherAttempt kind, CallPolicy policy, RetryBudget budget) {
        this.attempts = attempts;
        this.kind = kind;
        this.policy = policy;
        this.budget = budget;
        if (policy.attempts() > 1) {
            budget.onCall(System.nanoTime());
        }
    }

    final Attempts attempts() {
        return attempts;
    }

    final RetryPolicy retry() {
        return policy.retry();
    }

    final CallPolicy policy() {
        return policy;
    }

    /** Attempts so far, the first included; what no instance has acted on counts once. */
    final int made() {
        return made;
    }

    final boolean areAllMade() {
        return made >= policy.attempts();
    }

    /** As in "attempt 2 of retry.attempts = 3". */
    final String describeMade() {
        return "attempt " + made + " of " + kind.label() + ".attempts = " + policy.attempts();
    }

    /** Why there was no further attempt, for the caller and the log; null where there was no such reason. */
    final @Nullable String note() {
        return note;
    }

    /** Why the next attempt is made, in words. */
    final String lastFailure() {
        return lastFailure;
    }

    final void lastFailure(String what) {
        lastFailure = what;
    }

    final List<Attempt> active() {
        return active;
    }

    /** When there is something to do. */
    final long firstDueNanos() {
        long due = dueNanos;
        for (Attempt a : active) {
            due = Math.min(due, a.untilNanos());
        }
        return due;
    }

    /** Gives up attempts that have not answered in time, and begins the next one when it is due. */
    final void onDue(long elapsedNanos) {
        for (Attempt a : List.copyOf(active)) {
            if (a.untilNanos() <= elapsedNanos && !a.isLeft() && attempts.isOpen()) {
                a.timeOut(retry().perTryNanos());
            }
        }
        if (dueNanos <= elapsedNanos && attempts.isOpen() && begins(elapsedNanos)) {
            attempts.attemptFurther(turn(made - 1));
        }
    }

    /** Of an attempt that begins now. */
    final Attempt.Turn turn(int number) {
        long limitNanos = retry().perTryNanos();
        return new Attempt.Turn(number, limitNanos == TimeLimits.NONE ? NEVER : attempts.elapsedNanos() + limitNanos);
    }

    final void cancelAllBut(@Nullable Attempt kept) {
        // Those that wait go first: the end of a stream would let them have its place.
        cancelAllBut(kept, false);
        cancelAllBut(kept, true);
    }

    private void cancelAllBut(@Nullable Attempt kept, boolean sent) {
        for (Attempt a : List.copyOf(active)) {
            if (a != kept && a.isSent() == sent) {
                tell(a, Result.DROPPED);
                a.cancel();
            }
        }
    }

    final void planFor(long elapsedNanos) {
        dueNanos = elapsedNanos;
    }

    /** The first attempt begins. */
    abstract void onBegin(long elapsedNanos);

    /**
     * An attempt failed before it answered, and has been left. Returns whether the call goes on without it: another attempt is planned, or others are under way.
     *
     * @param pushback what the instance said, as {@link #pushbackNanos} has it
     * @param timedOut by the limit of one attempt, which any status would follow
     */
    abstract boolean goesOn(GrpcStatus status, long pushback, boolean timedOut);

    /** Whether another attempt may follow one that failed so. */
    final boolean mayFollow(GrpcStatus status, boolean timedOut) {
        return timedOut || retry().covers(status.code());
    }

    /** The time of the next attempt has come. Returns whether an attempt is to begin; it is then counted. */
    abstract boolean begins(long elapsedNanos);

    /** The request has grown beyond {@code retry.buffer}. */
    void onRequestTooLarge() {}

    final void count() {
        made++;
        dueNanos = NEVER;
    }

    /** Whether there may be another attempt after that pause; if so, it is paid for. */
    final boolean draw(long pauseNanos) {
        if (!attempts.isRequestWithin(retry().bufferBytes())) {
            return withhold(
                    Withheld.BUFFER, "the request is larger than retry.buffer = " + retry().bufferBytes() + " B");
        }
        if (pauseNanos >= attempts.call().leftNanos()) {
            return withhold(Withheld.DEADLINE, "the time that is left is shorter than the pause before it");
        }
        if (!budget.tryDraw(retry().budget(), System.nanoTime())) {
            return withhold(Withheld.BUDGET, "retry.budget = " + Math.round(retry().budget() * 100) + "% is used up");
        }
        return true;
    }

    /** Returns false. */
    final boolean withhold(Withheld why, String reason) {
        note = "there was no further attempt: " + reason;
        attempts.observer().onWithheld(attempts.service(), kind, why);
        return false;
    }

    /** What became of an attempt, once; the first one is no further attempt. */
    final void tell(Attempt attempt, Result result) {
        Attempt.Turn turn = attempt.turn();
        if (turn != null && turn.number > 0 && turn.isFirstToTell()) {
            attempts.observer().onFurtherAttempt(attempts.service(), kind, result);
        }
    }

    /** The pause that the instance asks for, {@link #NO_PUSHBACK}, or {@link #STOP} for a value that is negative or none at all. */
    static long pushbackNanos(@Nullable AsciiString value) {
        if (value == null) {
            return NO_PUSHBACK;
        }
        if (value.isEmpty() || value.length() > MAX_PUSHBACK_DIGITS) {
            return STOP;
        }
        long millis = 0;
        for (int i = 0; i < value.length(); i++) {
            int d = value.byteAt(i) - '0';
            if (d < 0 || d > 9) {
                return STOP;
            }
            millis = millis * 10 + d;
        }
        return millis * 1_000_000;
    }
}
