package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import java.util.List;

/**
 * Makes a new {@link Picker} each time the endpoints of a cluster change. One object per cluster; what must survive a rebuild lives
 * here or on the endpoints. Control thread only.
 */
public interface LoadBalancer {

    /**
     * A picker over endpoints that their registrations let take calls, whatever their state: which of them get calls is for the balancer to
     * say, and never one that cannot be reached or has a weight of 0.
     *
     * @param endpoints ordered by address; the list may be empty
     */
    Picker picker(List<Endpoint> endpoints);
}
