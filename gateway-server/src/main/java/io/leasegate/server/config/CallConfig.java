package io.leasegate.server.config;

import io.leasegate.h2.GrpcStatus;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The settings of single calls: those that a route may set over its service's. */
public record CallConfig(Retry retry, Hedge hedge, Timeouts timeouts, Eviction eviction) {

    /**
     * Sending a failed call again.
     *
     * @param attempts attempts in total, the first included; 1 for no retries
     * @param statuses the statuses that another attempt may follow
     * @param backoffInitial pause before the second attempt, doubled for each further one
     * @param backoffMax upper limit of that pause
     * @param budget retries and hedges as a share of calls, 0 to 1
     * @param perTryTimeout limit of one attempt, null for none
     * @param bufferBytes how much of a request is kept for another attempt; a larger request is sent once
     */
    public record Retry(
            int attempts,
            Set<GrpcStatus> statuses,
            Duration backoffInitial,
            Duration backoffMax,
            double budget,
            @Nullable Duration perTryTimeout,
            int bufferBytes) {

        public Retry {
            statuses = Set.copyOf(statuses);
        }
    }

    /**
     * Sending a slow call to a second instance.
     *
     * @param attempts attempts in total, the first included; 1 for no hedging
     * @param delay pause before each further attempt
     */
    public record Hedge(int attempts, Duration delay) {}

    /**
     * Limits of time; null for none.
     *
     * @param total from the first byte of the request to the last of the answer
     * @param idle without a byte in either direction
     * @param streamAge after which a stream is ended so that it can be balanced anew
     * @param streamAgeJitter by which share {@code streamAge} varies at random, 0 to 1
     */
    public record Timeouts(
            @Nullable Duration total,
            @Nullable Duration idle,
            @Nullable Duration streamAge,
            double streamAgeJitter) {}

    /** What happens to calls in flight on an instance whose registration goes. */
    public enum InFlight {
        FINISH,
        CUT_AFTER,
        CUT_NOW
    }

    /**
     * The end of a registration.
     *
     * @param inFlight what happens to calls in flight on the instance
     * @param cutAfter how long they may go on, for {@code CUT_AFTER}
     * @param within goal for the time from the registry's event to the last call sent to the instance
     */
    public record Eviction(InFlight inFlight, Duration cutAfter, Duration within) {}
}
