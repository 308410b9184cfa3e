package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.h2.H2Stream;
import org.jspecify.annotations.Nullable;

/**
 * The instance that a call is with, one after the other where it is sent again, and the books that are kept of it: calls in flight, answers
 * and failures, the list that an eviction walks. Used on the call's event loop.
 */
final class CallTarget {

    private @Nullable Endpoint endpoint;
    private @Nullable UpstreamPool pool;
    private @Nullable UpstreamLeg leg;
    /** Whether the endpoint counts this call as one of those in flight. */
    private boolean counted;

    /** The instance that was picked last, also after the call has left it. */
    @Nullable
    Endpoint endpoint() {
        return endpoint;
    }

    /** The attempt that is under way, null before it was sent. */
    @Nullable
    UpstreamLeg leg() {
        return leg;
    }

    boolean isTls() {
        return pool != null && pool.isTls();
    }

    /** Whether the instance has left the registry. */
    boolean isLeaving() {
        return endpoint != null && endpoint.state() == EndpointState.DRAINING;
    }

    /** Picked, not sent. */
    void begin(Endpoint picked, UpstreamPool itsPool) {
        endpoint = picked;
        pool = itsPool;
        picked.stats().begin();
        counted = true;
    }

    void sent(UpstreamLeg attempt, H2Stream stream, long nowNanos) {
        attempt.opened(stream, nowNanos);
        leg = attempt;
        if (endpoint != null) {
            endpoint.stats().sent();
        }
        if (pool != null) {
            pool.began(attempt);
        }
    }

    /** The call wants no more of it: the instance need not go on, and nobody waits for a connection. */
    void cancel(UpstreamWaiter waiter) {
        if (leg != null) {
            leg.cancel();
        } else if (pool != null) {
            pool.cancel(waiter);
        }
    }

    void leave() {
        UpstreamLeg left = leg;
        if (left != null) {
            leg = null;
            if (pool != null) {
                pool.ended(left);
            }
        }
        if (counted && endpoint != null) {
            counted = false;
            endpoint.stats().end();
        }
    }

    /** The first bytes of the answer are there. */
    void answered(UpstreamLeg attempt) {
        if (endpoint != null) {
            long now = System.nanoTime();
            endpoint.stats().answered(now - attempt.sentNanos(), now);
        }
    }

    /** It did not do its part in this call. */
    void failed() {
        if (endpoint == null) {
            return;
        }
        long now = System.nanoTime();
        endpoint.stats().failed(now);
        if (leg != null && !leg.hasAnswered()) {
            endpoint.stats().unanswered(now - leg.sentNanos(), now);
        }
    }

    /** It has answered to the end, with a status that is a failure of its own or with another one. */
    void completed(@Nullable UpstreamLeg attempt, boolean failure, long nowNanos) {
        if (endpoint == null || attempt == null) {
            return;
        }
        if (failure) {
            endpoint.stats().failed(nowNanos);
            return;
        }
        endpoint.stats().succeeded(nowNanos);
        if (!attempt.hasAnswered()) {
            endpoint.stats().answered(nowNanos - attempt.sentNanos(), nowNanos);
        }
    }

    /** For messages: the instance and how far the call has come with it; empty before the first pick. */
    String describe(String progress) {
        return endpoint == null ? "" : "instance " + endpoint.id().address() + ", " + progress;
    }
}
