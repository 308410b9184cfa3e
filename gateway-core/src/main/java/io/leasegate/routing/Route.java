package io.leasegate.routing;

import org.jspecify.annotations.Nullable;

/**
 * A configured route.
 *
 * @param match when it applies
 * @param service the service that the request goes to
 * @param version the version of it, empty for any
 * @param eviction what happens to its calls when their instance leaves the registry; null for what holds for the service
 */
public record Route(
        RouteMatch match,
        String service,
        String version,
        @Nullable EvictionPolicy eviction) {

    /** With the service's policies. */
    public Route(RouteMatch match, String service, String version) {
        this(match, service, version, null);
    }
}
