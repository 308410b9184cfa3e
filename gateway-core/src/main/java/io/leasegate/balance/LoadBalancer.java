package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import java.util.List;

/**
 * Makes a new {@link Picker} each time the endpoints of a cluster change. One object per cluster; what must survive a rebuild lives
 * here or on the endpoints. Control thread only.
 */
public interface LoadBalancer {

    /** A picker over the given endpoints, all of which can take calls; the list may be empty. */
    Picker picker(List<Endpoint> endpoints);
}
