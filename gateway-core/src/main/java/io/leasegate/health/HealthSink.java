package io.leasegate.health;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;

/** Takes what was found out about an endpoint. Called on event loops; must not block. */
@FunctionalInterface
public interface HealthSink {

    /**
     * The endpoint's state by now.
     *
     * @param reason why, in words for an operator; empty when it is healthy
     */
    void onHealth(Endpoint endpoint, EndpointState state, String reason);
}
