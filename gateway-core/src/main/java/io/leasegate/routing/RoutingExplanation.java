package io.leasegate.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a request is routed by one table, written down while {@link RouteTable#match} did it. Immutable, but for the state of endpoints.
 *
 * @param revision of the table
 * @param source of the table
 * @param routes all routes in their order
 * @param names the names by which a service was looked for; none where a route matched
 * @param destinations all that have a share of such calls; none where nothing fits
 * @param chosen the one of them that this request goes to, null where nothing fits
 * @param miss what was looked for in vain, in words; empty where something fits
 */
public record RoutingExplanation(
        long revision,
        String source,
        List<RouteTried> routes,
        List<NameTried> names,
        List<DestinationExplanation> destinations,
        @Nullable Destination chosen,
        String miss) {

    public RoutingExplanation {
        routes = List.copyOf(routes);
        names = List.copyOf(names);
        destinations = List.copyOf(destinations);
    }

    /**
     * A route.
     *
     * @param position among the configured routes, from 0
     * @param match its conditions in words
     * @param matched whether it is the one
     * @param whyNot the condition that does not hold, in words; empty where it matched
     */
    public record RouteTried(int position, String match, boolean matched, String whyNot) {}

    /**
     * A look-up of a service by a name.
     *
     * @param by what of the request the name is
     * @param found the service of that name, empty where there is none
     * @param instances how many the service has; one without any is passed over for the next name
     */
    public record NameTried(String by, String name, String found, int instances) {}
}
