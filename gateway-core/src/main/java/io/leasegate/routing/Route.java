package io.leasegate.routing;

/**
 * A configured route.
 *
 * @param match when it applies
 * @param service the service that the request goes to
 * @param version the version of it, empty for any
 */
public record Route(RouteMatch match, String service, String version) {}
