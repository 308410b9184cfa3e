package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import java.util.List;

/** How one of some candidates is chosen; who they are is decided before. Control thread only. */
interface PolicyLoadBalancer extends LoadBalancer {

    /** A picker over candidates, of which there may be none. */
    Picker picker(Candidates candidates);

    /** Over the healthy endpoints, without panic and slow start. */
    @Override
    default Picker picker(List<Endpoint> endpoints) {
        return picker(Candidates.of(endpoints));
    }
}
