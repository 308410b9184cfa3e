package io.leasegate.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leasegate.endpoint.EndpointStats;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Calls to one endpoint begin and end on several loops: none is lost or counted twice, and nobody ever sees more or fewer. */
@JCStressTest
@Outcome(id = "[0-2], 1, 3", expect = ACCEPTABLE, desc = "one call is left of three")
@Outcome(expect = FORBIDDEN, desc = "a call was lost or counted twice")
@State
public class EndpointCounters {

    private final EndpointStats stats = new EndpointStats();

    /** A loop. */
    @Actor
    public void oneCall() {
        stats.begin();
        stats.sent();
        stats.end();
    }

    /** Another loop, whose second call goes on. */
    @Actor
    public void twoCalls(III_Result r) {
        stats.begin();
        stats.sent();
        stats.end();
        r.r1 = stats.inFlight();
        stats.begin();
        stats.sent();
    }

    /** Behind both. */
    @Arbiter
    public void end(III_Result r) {
        r.r2 = stats.inFlight();
        r.r3 = (int) stats.calls();
    }
}
