package io.leasegate.routing;

import io.leasegate.endpoint.Endpoint;
import java.util.Arrays;
import java.util.List;

/** A configured route and where it leads by now. Immutable. */
final class RouteEntry {

    private final RouteMatch match;
    private final Destination[] destinations;
    /** Up to which point of the total each destination's share reaches. */
    private final long[] ends;

    /**
     * @param destinations those of the route's targets, in their order. One that has no instance at all gives its share to the others,
     *     as long as there is one with: a version that is not rolled out yet, or not any more, costs no call
     */
    RouteEntry(Route route, List<Destination> destinations) {
        this.match = route.match();
        boolean someRegistered = false;
        for (int i = 0; i < destinations.size(); i++) {
            someRegistered |= route.targets().get(i).weight() > 0 && isRegistered(destinations.get(i));
        }
        Destination[] with = new Destination[destinations.size()];
        long[] bounds = new long[with.length];
        int n = 0;
        long end = 0;
        for (int i = 0; i < with.length; i++) {
            int weight = route.targets().get(i).weight();
            Destination d = destinations.get(i);
            if (weight > 0 && (!someRegistered || isRegistered(d))) {
                end += weight;
                with[n] = d;
                bounds[n++] = end;
            }
        }
        this.destinations = Arrays.copyOf(with, n);
        this.ends = Arrays.copyOf(bounds, n);
    }

    private static boolean isRegistered(Destination d) {
        for (Endpoint e : d.cluster().endpoints()) {
            if (d.version().isEmpty() || d.version().equals(e.instance().version())) {
                return true;
            }
        }
        return false;
    }

    boolean matches(RequestHead request) {
        return match.test(request);
    }

    /** The same one for the same {@link RequestHead#choice}, as long as the table does not change. */
    Destination destination(RequestHead request) {
        int last = destinations.length - 1;
        if (last == 0) {
            return destinations[0];
        }
        // The upper half of the product is uniform over the total (Lemire, Fast Random Integer Generation in an
        // Interval, 2019).
        long point = Math.multiplyHigh(request.choice() >>> 1, ends[last] << 1);
        int i = 0;
        while (i < last && point >= ends[i]) {
            i++;
        }
        return destinations[i];
    }
}
