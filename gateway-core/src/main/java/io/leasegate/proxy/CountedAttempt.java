package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.EndpointStats;
import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.Http2Error;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * The instance that an {@link Attempt} is with, and the books that are kept of it: calls in flight, answers and failures. Used on the
 * call's event loop.
 */
abstract class CountedAttempt {

    private final Endpoint endpoint;
    private long sentNanos;
    private boolean sent;
    private boolean answered;
    /** Whether the endpoint counts the attempt as a call in flight. */
    private boolean counted = true;

    CountedAttempt(Endpoint endpoint) {
        this.endpoint = endpoint;
        endpoint.stats().begin();
    }

    final Endpoint endpoint() {
        return endpoint;
    }

    /** Whether the instance has left the registry. */
    final boolean isLeaving() {
        return endpoint.state() == EndpointState.DRAINING;
    }

    final boolean isSent() {
        return sent;
    }

    final void countSent(long nowNanos) {
        sent = true;
        sentNanos = nowNanos;
        endpoint.stats().sent();
    }

    /** The endpoint does not count it any more. */
    final void countOut() {
        if (counted) {
            counted = false;
            endpoint.stats().end();
        }
    }

    /** Bytes of the answer came. Headers alone do not count: there are servers that send them before they have done anything. */
    final void answered() {
        if (!answered) {
            answered = true;
            long now = System.nanoTime();
            endpoint.stats().answered(now - sentNanos, now);
        }
    }

    /** The instance did not do its part in this call. */
    final void failed() {
        long now = System.nanoTime();
        endpoint.stats().failed(now);
        if (sent && !answered) {
            endpoint.stats().unanswered(now - sentNanos, now);
        }
    }

    /** Its time is over. What was not sent says nothing about the instance, and what was answered ended as it was to. */
    final void timeIsOver() {
        if (sent) {
            overdue();
            failed();
        }
    }

    private void overdue() {
        if (!answered) {
            long now = System.nanoTime();
            endpoint.stats().overdue(now - sentNanos, now);
        }
    }

    /**
     * The instance reset the stream.
     *
     * @param timed whether it was told a deadline
     */
    final void wasReset(long errorCode, boolean timed) {
        if (errorCode == Http2Error.CANCEL && timed) {
            // What servers do when the caller's deadline passes, a little before ours does.
            if (!answered) {
                long now = System.nanoTime();
                endpoint.stats().brokenOffOverdue(now - sentNanos, now);
            }
            failed();
        } else if (Http2Error.blamesPeer(errorCode)) {
            failed();
        } else {
            brokeOff("a reset");
        }
    }

    /** What it sent on the stream or its connection was against the rules. */
    final void brokeProtocol() {
        brokeOff("an answer that breaks HTTP/2");
    }

    /** Its connection was lost. */
    final void lost() {
        brokeOff("a lost connection");
    }

    private void brokeOff(String how) {
        endpoint.stats().brokenOff(how, System.nanoTime());
        failed();
    }

    /**
     * The instance has answered to the end.
     *
     * @param grpc whether the caller speaks gRPC; what others are answered says nothing bad
     * @param grpcStatus the status's number, -1 for none
     * @param httpStatus the answer's {@code :status}
     */
    final void completed(boolean grpc, int grpcStatus, @Nullable AsciiString httpStatus, long nowNanos) {
        EndpointStats stats = endpoint.stats();
        GrpcStatus status = grpc ? GrpcStatus.ofAnswer(grpcStatus, httpStatus) : GrpcStatus.OK;
        switch (status) {
            case UNKNOWN, INTERNAL, UNAVAILABLE, DATA_LOSS -> stats.spokeAgainst(status.name());
            case DEADLINE_EXCEEDED -> overdue();
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
        if (!answered) {
            stats.answered(nowNanos - sentNanos, nowNanos);
        }
    }

    /** For messages: the instance and how far the call has come with it. */
    final String describe(String progress) {
        return "instance " + endpoint.id().address() + ", " + progress;
    }
}
