package io.leasegate.endpoint;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one endpoint, shared by all event loops. Safe from any thread. */
public final class EndpointStats {

    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder calls = new LongAdder();

    /** A call was given to the endpoint. */
    public void begin() {
        inFlight.getAndIncrement();
        calls.increment();
    }

    /** A call that was given to the endpoint ended. */
    public void end() {
        inFlight.getAndDecrement();
    }

    /** Calls given to the endpoint that have not ended. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Calls given to the endpoint since it is known. */
    public long calls() {
        return calls.sum();
    }
}
