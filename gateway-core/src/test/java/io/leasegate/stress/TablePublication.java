package io.leasegate.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.routing.Cluster;
import io.leasegate.routing.RouteTable;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import java.util.List;
import java.util.Map;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The control thread builds and publishes a table; a loop that sees it sees all of it, and never an older one behind it. */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "both before the publication")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "published in between")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both behind it")
@Outcome(expect = FORBIDDEN, desc = "half a table, or one that went back")
@State
public class TablePublication {

    private final RouteTableBuilder builder =
            new RouteTableBuilder(service -> new RoundRobinLoadBalancer(), List.of(), "static");
    private final RouteTableRef ref = new RouteTableRef(builder.table());

    /** The control thread. */
    @Actor
    public void publish() {
        EndpointId id = new EndpointId("service", "127.0.0.1", 1);
        builder.set("", List.of(new Instance(id, 1, "", Map.of(), false, "static", "", 0, 0, 0)));
        ref.publish(builder.build(1).table());
    }

    /** An event loop, at two requests. */
    @Actor
    public void read(II_Result r) {
        r.r1 = endpoints(ref.get());
        r.r2 = endpoints(ref.get());
    }

    /** How many endpoints a pick finds; -1 when the parts of the table do not fit together. */
    private static int endpoints(RouteTable table) {
        int n = 0;
        for (Cluster c : table.clusters()) {
            for (var e : c.endpoints()) {
                boolean whole = e.id().port() == 1
                        && e.stats().inFlight() == 0
                        && e.instance().id().equals(e.id());
                n += whole ? 1 : -1;
            }
        }
        return n;
    }
}
