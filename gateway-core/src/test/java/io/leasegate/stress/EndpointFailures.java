package io.leasegate.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leasegate.endpoint.EndpointStats;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Calls to one endpoint fail on two loops at the same time: both move its share of failures. */
@JCStressTest
@Outcome(
        id = "0, 121",
        expect = ACCEPTABLE,
        desc = "looked at before the first; 1 - (15/16)^2 in thousandths behind both")
@Outcome(id = "62, 121", expect = ACCEPTABLE, desc = "looked at behind the first")
@Outcome(expect = FORBIDDEN, desc = "a failure was lost, or a share without its time was seen")
@State
public class EndpointFailures {

    private static final long NOW = 1_000_000_000_000L;

    private final EndpointStats stats = new EndpointStats();

    /** A loop. */
    @Actor
    public void oneFails() {
        stats.failed(NOW);
    }

    /** Another loop, which picks before. */
    @Actor
    public void pickAndFail(II_Result r) {
        r.r1 = thousandths();
        stats.failed(NOW);
    }

    /** Behind them. */
    @Arbiter
    public void end(II_Result r) {
        r.r2 = thousandths();
    }

    private int thousandths() {
        return (int) (stats.failureShare(NOW) * 1000);
    }
}
