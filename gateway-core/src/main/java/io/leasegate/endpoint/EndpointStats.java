package io.leasegate.endpoint;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counters of one endpoint, shared by all event loops. Safe from any thread; none of it allocates or waits.
 *
 * <p>One number for all loops and not one for each: a balancer that knows only the calls of its own loop sees next to none of them where
 * there are many loops. A pick only reads; what is written is written once at a call's begin and once at its end.
 */
public final class EndpointStats {

    /**
     * The part of the latency of late that a caller has to wait for its deadline to count. Not all of it: the latency is that of the slowest
     * of late, and those that waited in vain move it to their deadlines, which vary a little.
     */
    private static final double LEAST_PATIENCE = 0.5;

    private static final String OVERDUE = "no answer in the caller's time";

    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder calls = new LongAdder();
    private final FailureShare failures = new FailureShare();
    private final PeakLatency latency = new PeakLatency();
    private final CallResults results = new CallResults();

    /** The endpoint was picked for a call. */
    public void begin() {
        inFlight.getAndIncrement();
    }

    /** The call was sent to it. */
    public void sent() {
        calls.increment();
    }

    /** The call ended, or leaves the endpoint without having been sent. */
    public void end() {
        inFlight.getAndDecrement();
    }

    /** Calls that the endpoint was picked for and that have not ended, those among them that wait for a connection to it. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Calls sent to the endpoint since it is known. */
    public long calls() {
        return calls.sum();
    }

    /** The endpoint answered a call as it should, be it with a refusal that is the caller's own fault. */
    public void succeeded(long nowNanos) {
        failures.succeeded(nowNanos);
    }

    /** The endpoint failed a call. */
    public void failed(long nowNanos) {
        failures.failed(nowNanos);
    }

    /** The share of the endpoint's calls of late that failed, 0 to 1. */
    public double failureShare(long nowNanos) {
        return failures.at(nowNanos);
    }

    /**
     * The first message of an answer came, or the end of one without any.
     *
     * @param latencyNanos since the call was sent
     */
    public void answered(long latencyNanos, long nowNanos) {
        latency.answered(latencyNanos, nowNanos);
    }

    /**
     * A call ended without an answer.
     *
     * @param latencyNanos since the call was sent
     */
    public void unanswered(long latencyNanos, long nowNanos) {
        latency.unanswered(latencyNanos, nowNanos);
    }

    /** What outlier detection knows. */
    public CallResults results() {
        return results;
    }

    /** A call speaks for the endpoint: it was answered, be it with a refusal that is the caller's own fault. */
    public void spokeFor() {
        results.succeeded();
    }

    /**
     * A call speaks against the endpoint.
     *
     * @param how as in "failed with UNAVAILABLE"; a constant, since it is kept
     */
    public void spokeAgainst(String how) {
        results.failed(how);
    }

    /**
     * A call that was broken off speaks against the endpoint. Those that are broken off together, with a connection or with a process, are
     * one failure in a row: a process that restarts has not failed as often as it had calls, or connections.
     *
     * @param how as in {@link #spokeAgainst}
     */
    public void brokenOff(String how, long nowNanos) {
        results.brokenOff(how, nowNanos);
    }

    /**
     * The caller's time ran out before there was an answer. That speaks against the endpoint only where it had as much time as it needs: a
     * caller that gives it less cannot have it taken out. Told before {@link #unanswered}, which moves what is compared with.
     *
     * @param waitedNanos since the call was sent
     */
    public void overdue(long waitedNanos, long nowNanos) {
        if (isPatience(waitedNanos, nowNanos)) {
            results.failed(OVERDUE);
        }
    }

    /** The same, where it was the endpoint that broke the call off. */
    public void brokenOffOverdue(long waitedNanos, long nowNanos) {
        if (isPatience(waitedNanos, nowNanos)) {
            results.brokenOff(OVERDUE, nowNanos);
        }
    }

    private boolean isPatience(long waitedNanos, long nowNanos) {
        return waitedNanos >= LEAST_PATIENCE * latency.at(nowNanos);
    }

    /** How long the endpoint takes to answer, in nanoseconds, the slowest answers of late before others; 0 while there was none. */
    public double latencyNanos(long nowNanos) {
        return latency.at(nowNanos);
    }
}
