package io.leasegate.routing;

import io.leasegate.endpoint.Endpoint;
import java.util.List;

/**
 * The endpoints of one service. Immutable; the endpoints themselves live on from one table to the next.
 *
 * @param name the service's name
 * @param endpoints all endpoints, healthy or not, ordered by address
 */
public record Cluster(String name, List<Endpoint> endpoints) {

    public Cluster {
        endpoints = List.copyOf(endpoints);
    }
}
