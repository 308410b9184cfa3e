package io.leasegate.routing;

import io.leasegate.endpoint.Endpoint;
import java.util.List;
import java.util.stream.IntStream;

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
        int[] sharing = IntStream.range(0, destinations.size())
                .filter(i -> route.targets().get(i).weight() > 0)
                .toArray();
        if (sharing.length > 1) {
            int[] registered = IntStream.of(sharing)
                    .filter(i -> isRegistered(destinations.get(i)))
                    .toArray();
            sharing = registered.length > 0 ? registered : sharing;
        }
        this.destinations = new Destination[sharing.length];
        this.ends = new long[sharing.length];
        long end = 0;
        for (int i = 0; i < sharing.length; i++) {
            end += route.targets().get(sharing[i]).weight();
            this.destinations[i] = destinations.get(sharing[i]);
            this.ends[i] = end;
        }
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
