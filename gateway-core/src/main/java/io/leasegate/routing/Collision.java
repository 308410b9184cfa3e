package io.leasegate.routing;

import java.util.List;

/**
 * Several registered services whose instances say that they serve the same gRPC service.
 *
 * @param grpcService its full name
 * @param services the services in alphabetical order; calls that neither a route nor a registered name leads elsewhere go to the first
 */
public record Collision(String grpcService, List<String> services) {

    public Collision {
        services = List.copyOf(services);
    }
}
