package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.EndpointStats;
import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.Http2Error;
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

    /** The caller's time is over. What was not sent says nothing about the instance, and what was answered ended as it was to. */
    void deadlinePassed() {
        if (leg != null) {
            overdue(leg);
            failed();
        }
    }

    /**
     * The caller is gone: the instance need not go on.
     *
     * @param atDeadline whether its time is over
     */
    void abandon(UpstreamWaiter waiter, boolean atDeadline) {
        if (atDeadline) {
            deadlinePassed();
        }
        cancel(waiter);
    }

    private void overdue(UpstreamLeg attempt) {
        if (endpoint != null && !attempt.hasAnswered()) {
            long now = System.nanoTime();
            endpoint.stats().overdue(now - attempt.sentNanos(), now);
        }
    }

    /**
     * It reset the stream.
     *
     * @param timed whether the caller has a deadline
     */
    void reset(UpstreamLeg attempt, long errorCode, boolean timed) {
        if (endpoint != null && errorCode == Http2Error.CANCEL && timed) {
            // What servers do when the caller's deadline passes, a little before ours does.
            if (!attempt.hasAnswered()) {
                long now = System.nanoTime();
                endpoint.stats().brokenOffOverdue(now - attempt.sentNanos(), now);
            }
            failed();
        } else if (Http2Error.blamesPeer(errorCode)) {
            failed();
        } else {
            brokeOff("a reset");
        }
    }

    /** What it sent on the stream or its connection was against the rules. */
    void brokeProtocol() {
        brokeOff("an answer that breaks HTTP/2");
    }

    /** Its connection was lost. */
    void lost() {
        brokeOff("a lost connection");
    }

    private void brokeOff(String how) {
        if (endpoint != null) {
            endpoint.stats().brokenOff(how, System.nanoTime());
        }
        failed();
    }

    /**
     * It has answered to the end.
     *
     * @param grpc whether the caller speaks gRPC; what others are answered says nothing bad
     * @param grpcStatus the status's number, -1 for none
     */
    void completed(UpstreamLeg attempt, boolean grpc, int grpcStatus, long nowNanos) {
        if (endpoint == null) {
            return;
        }
        EndpointStats stats = endpoint.stats();
        GrpcStatus status = !grpc
                ? GrpcStatus.OK
                : grpcStatus < 0 ? GrpcStatus.ofHttpStatus(attempt.httpStatus()) : GrpcStatus.of(grpcStatus);
        switch (status) {
            case UNKNOWN, INTERNAL, UNAVAILABLE, DATA_LOSS -> stats.spokeAgainst(status.name());
            case DEADLINE_EXCEEDED -> overdue(attempt);
            case CANCELLED, UNIMPLEMENTED, RESOURCE_EXHAUSTED -> {
                // As likely what this caller asks for, or how much of it.
            }
            default -> stats.spokeFor();
        }
        if (status.isFailure()) {
            stats.failed(nowNanos);
            return;
        }
        stats.succeeded(nowNanos);
        if (!attempt.hasAnswered()) {
            stats.answered(nowNanos - attempt.sentNanos(), nowNanos);
        }
    }

    /** For messages: the instance and how far the call has come with it; empty before the first pick. */
    String describe(String progress) {
        return endpoint == null ? "" : "instance " + endpoint.id().address() + ", " + progress;
    }
}
