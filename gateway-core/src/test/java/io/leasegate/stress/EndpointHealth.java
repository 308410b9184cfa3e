package io.leasegate.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import java.util.Map;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The control thread says why before it says what: who sees that an endpoint is down, sees the reason too. (The other way round a new
 * reason may stand beside the old state for a moment, which pages for people can bear.)
 */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "not yet")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the reason first")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both")
@Outcome(expect = FORBIDDEN, desc = "a state without its reason")
@State
public class EndpointHealth {

    private static final String REASON = "connection refused";

    private final Endpoint endpoint = new Endpoint(
            new Instance(new EndpointId("service", "127.0.0.1", 1), 1, "", Map.of(), false, "static", "", 0, 0, 0));

    /** The control thread. */
    @Actor
    public void fail() {
        endpoint.state(EndpointState.UNHEALTHY, REASON);
    }

    /** A loop, or the admin page. */
    @Actor
    public void read(II_Result r) {
        r.r1 = endpoint.state() == EndpointState.UNHEALTHY ? 1 : 0;
        r.r2 = endpoint.stateReason().equals(REASON) ? 1 : 0;
    }
}
