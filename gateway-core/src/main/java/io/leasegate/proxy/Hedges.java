package io.leasegate.proxy;

import io.leasegate.h2.GrpcStatus;
import io.leasegate.proxy.FurtherAttempt.Withheld;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.resilience.RetryBudget;

/** One attempt beside the other, each a little later than the last (gRFC A6, "Hedging Policy"). */
final class Hedges extends FurtherAttempts {

    private boolean stopped;
    /** Whether the planned attempt is paid for. */
    private boolean drawn;

    Hedges(Attempts attempts, CallPolicy policy, RetryBudget budget) {
        super(attempts, FurtherAttempt.HEDGE, policy, budget);
    }

    @Override
    void onBegin(long elapsedNanos) {
        planNext(elapsedNanos);
    }

    private void planNext(long elapsedNanos) {
        planFor(
                stopped || areAllMade()
                        ? NEVER
                        : elapsedNanos + policy().hedge().delayNanos());
    }

    /** No further attempt is begun; those under way go on. */
    private void stop() {
        stopped = true;
        drawn = false;
        planFor(NEVER);
    }

    /** It cannot be sent again: the oldest attempt that is on its way goes on alone. */
    @Override
    void onRequestTooLarge() {
        if (active().isEmpty()) {
            // The next attempt is planned, and finds all of the request: nothing of it has been let go.
            return;
        }
        if (!stopped && !areAllMade()) {
            draw(0);
        }
        stop();
        Attempt first = active().get(0);
        for (Attempt a : active()) {
            if (a.isSent()) {
                first = a;
                break;
            }
        }
        cancelAllBut(first);
    }

    @Override
    boolean goesOn(GrpcStatus status, long pushback, boolean timedOut) {
        if (!mayFollow(status, timedOut)) {
            return false;
        }
        if (pushback == STOP) {
            if (!stopped && !areAllMade()) {
                withhold(Withheld.PUSHBACK, "the instance forbids it by grpc-retry-pushback-ms");
            }
            stop();
        } else if (!stopped && !areAllMade()) {
            long pause = pushback == NO_PUSHBACK ? 0 : pushback;
            if (drawn || draw(pause)) {
                drawn = true;
                planFor(attempts().elapsedNanos() + pause);
            } else {
                stop();
            }
        }
        return drawn || !active().isEmpty();
    }

    @Override
    boolean begins(long elapsedNanos) {
        if (!drawn && !draw(0)) {
            stop();
            return false;
        }
        drawn = false;
        count();
        planNext(elapsedNanos);
        return true;
    }
}
