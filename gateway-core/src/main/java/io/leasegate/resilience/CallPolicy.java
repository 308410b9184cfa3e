package io.leasegate.resilience;

/**
 * What a service, or a route, says of its single calls. Immutable.
 *
 * @param timeouts how long a call may take
 * @param retry when it is sent again
 * @param hedge when it is sent to several instances; not together with retries
 */
public record CallPolicy(TimeLimits timeouts, RetryPolicy retry, HedgePolicy hedge) {

    /** No limits, one attempt. */
    public static final CallPolicy DEFAULT = new CallPolicy(TimeLimits.UNLIMITED, RetryPolicy.OFF, HedgePolicy.OFF);

    public CallPolicy {
        if (retry.attempts() > 1 && hedge.attempts() > 1) {
            throw new IllegalArgumentException("attempts: " + retry.attempts() + " of retries and " + hedge.attempts()
                    + " of hedges (expected one of them to be 1)");
        }
    }

    public CallPolicy withTimeouts(TimeLimits limits) {
        return new CallPolicy(limits, retry, hedge);
    }

    public CallPolicy withRetry(RetryPolicy policy) {
        return new CallPolicy(timeouts, policy, hedge);
    }

    public CallPolicy withHedge(HedgePolicy policy) {
        return new CallPolicy(timeouts, retry, policy);
    }

    /** How often a call is sent at most, but for attempts that no instance has acted on. */
    public int attempts() {
        return Math.max(retry.attempts(), hedge.attempts());
    }
}
