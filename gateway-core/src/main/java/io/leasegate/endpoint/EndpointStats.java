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

    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder calls = new LongAdder();
    private final FailureShare failures = new FailureShare();
    private final PeakLatency latency = new PeakLatency();

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

    /** How long the endpoint takes to answer, in nanoseconds, the slowest answers of late before others; 0 while there was none. */
    public double latencyNanos(long nowNanos) {
        return latency.at(nowNanos);
    }
}
