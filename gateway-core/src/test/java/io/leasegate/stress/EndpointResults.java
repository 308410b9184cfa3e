package io.leasegate.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leasegate.endpoint.EndpointStats;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Calls to one endpoint fail on several loops: none is lost, and one of the loops tells of it. */
@JCStressTest
@Outcome(id = "3, 3, 1", expect = ACCEPTABLE, desc = "three failed in a row, and that was told once")
@Outcome(expect = FORBIDDEN, desc = "a failure was lost, or not told once")
@State
public class EndpointResults {

    private final EndpointStats stats = new EndpointStats();
    private final AtomicInteger told = new AtomicInteger();

    public EndpointResults() {
        stats.results().alarm(3, told::incrementAndGet);
    }

    /** A loop. */
    @Actor
    public void oneFailure() {
        stats.spokeAgainst("UNAVAILABLE");
    }

    /** Another loop. */
    @Actor
    public void twoFailures() {
        stats.spokeAgainst("UNAVAILABLE");
        stats.spokeAgainst("a reset");
    }

    /** Behind both. */
    @Arbiter
    public void end(III_Result r) {
        r.r1 = stats.results().failedInARow();
        r.r2 = (int) stats.results().failedCalls();
        r.r3 = told.get();
    }
}
