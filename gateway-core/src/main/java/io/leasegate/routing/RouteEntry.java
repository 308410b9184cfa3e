package io.leasegate.routing;

import io.leasegate.endpoint.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A configured route and where it leads by now. Immutable. */
final class RouteEntry {

    private final Route route;
    private final RouteMatch match;
    private final Destination[] destinations;
    /** Up to which point of the total each destination's share reaches. */
    private final long[] ends;
    /** For each destination what takes its place for a version that a header names; none where no header does. */
    private final List<Map<String, Destination>> pins = new ArrayList<>();

    /**
     * @param destinations those of the route's targets, in their order. One that has no instance at all gives its share to the others,
     *     as long as there is one with: a version that is not rolled out yet, or not any more, costs no call
     * @param pins for each of them, by version, what takes its place where a header names that; none where no header does
     */
    RouteEntry(Route route, List<Destination> destinations, List<Map<String, Destination>> pins) {
        this.route = route;
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
            if (!pins.isEmpty()) {
                this.pins.add(pins.get(sharing[i]));
            }
        }
    }

    private static boolean isRegistered(Destination d) {
        for (Endpoint e : d.cluster().endpoints()) {
            if (d.subset().contains(e.instance().traits())) {
                return true;
            }
        }
        return false;
    }

    /** The condition that the request does not fulfil, or {@link RouteMatch#HOLDS}. */
    int failing(RequestHead request) {
        return match.failing(request);
    }

    Route route() {
        return route;
    }

    /** How many destinations have a share of the calls. */
    int size() {
        return destinations.length;
    }

    Destination destination(int index) {
        return destinations[index];
    }

    /** The part of the calls, above 0 and up to 1, that a destination gets. */
    double share(int index) {
        long before = index == 0 ? 0 : ends[index - 1];
        return (double) (ends[index] - before) / ends[ends.length - 1];
    }

    /** The same one for the same {@link RequestHead#choice}, as long as the table does not change. */
    Destination destination(RequestHead request) {
        int i = shareOf(request);
        CharSequence version = pins.isEmpty() ? null : request.header(route.versionHeader());
        if (version == null || version.isEmpty()) {
            return destinations[i];
        }
        String pinned = version.toString();
        Destination of = pins.get(i).get(pinned);
        return of != null ? of : destinations[i].withoutInstances(pinned);
    }

    private int shareOf(RequestHead request) {
        int last = destinations.length - 1;
        if (last == 0) {
            return 0;
        }
        // The upper half of the product is uniform over the total (Lemire, Fast Random Integer Generation in an
        // Interval, 2019).
        long point = Math.multiplyHigh(request.choice() >>> 1, ends[last] << 1);
        int i = 0;
        while (i < last && point >= ends[i]) {
            i++;
        }
        return i;
    }
}
