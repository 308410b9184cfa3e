package io.leasegate.proxy;

import io.leasegate.h2.GrpcStatus;
import io.leasegate.proxy.FurtherAttempt.Withheld;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.resilience.RetryBudget;

/** One attempt after the other (gRFC A6, "Retry Policy"). */
final class Retries extends FurtherAttempts {

    /** Pauses of ours since the start, or since an instance asked for one. */
    private int backoffs;

    Retries(Attempts attempts, CallPolicy policy, RetryBudget budget) {
        super(attempts, FurtherAttempt.RETRY, policy, budget);
    }

    @Override
    void onBegin(long elapsedNanos) {}

    @Override
    boolean goesOn(GrpcStatus status, long pushback, boolean timedOut) {
        if (areAllMade() || !mayFollow(status, timedOut)) {
            return false;
        }
        if (pushback == STOP) {
            return withhold(Withheld.PUSHBACK, "the instance forbids it by grpc-retry-pushback-ms");
        }
        long pause = pushback == NO_PUSHBACK
                ? retry().backoffNanos(backoffs, attempts().random())
                : pushback;
        if (!draw(pause)) {
            return false;
        }
        backoffs = pushback == NO_PUSHBACK ? backoffs + 1 : 0;
        planFor(attempts().elapsedNanos() + pause);
        return true;
    }

    @Override
    boolean begins(long elapsedNanos) {
        count();
        return true;
    }
}
