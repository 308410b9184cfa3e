package io.leasegate.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes down what {@link RouteTable#match} does for one request, and tells it. For use by one thread. */
final class MatchTrace {

    /** Of the routes that were looked at, in their order. */
    private final List<Integer> failing = new ArrayList<>();

    private final List<RoutingExplanation.NameTried> names = new ArrayList<>();

    /** The next route was looked at. */
    void route(int itsFailing) {
        failing.add(itsFailing);
    }

    /** A name was looked for: the characters of a text from start to end. */
    void name(String by, CharSequence text, int start, int end, @Nullable Destination found) {
        String name = text.subSequence(start, end).toString();
        names.add(new RoutingExplanation.NameTried(
                by,
                by.endsWith("lower case") ? name.toLowerCase(Locale.ROOT) : name,
                found == null ? "" : found.cluster().name(),
                found == null ? 0 : found.cluster().endpoints().size()));
    }

    RoutingExplanation explain(RouteTable table, RequestHead request, @Nullable Destination destination) {
        List<RoutingExplanation.RouteTried> routes = new ArrayList<>();
        @Nullable RouteEntry matched = null;
        int matchedAt = failing.size() - 1;
        for (int i = 0; i < table.routes().size(); i++) {
            RouteEntry e = table.routes().get(i);
            boolean looked = i < failing.size();
            boolean holds = looked && failing.get(i) == RouteMatch.HOLDS;
            matched = holds ? e : matched;
            String why = holds
                    ? ""
                    : looked
                            ? MatchWords.whyNot(e.route().match(), failing.get(i), request)
                            : "not looked at, since leasegate.routes[" + matchedAt + "] matched before";
            routes.add(new RoutingExplanation.RouteTried(
                    i, MatchWords.describe(e.route().match()), holds, why));
        }
        return new RoutingExplanation(
                table.revision(),
                table.source(),
                routes,
                names,
                destinations(matched, request, destination),
                destination,
                destination == null ? table.describeMiss(request) : "");
    }

    @SuppressWarnings("ReferenceEquality") // two targets of a route may be equal
    private static List<DestinationExplanation> destinations(
            @Nullable RouteEntry matched, RequestHead request, @Nullable Destination chosen) {
        List<DestinationExplanation> all = new ArrayList<>();
        if (matched == null) {
            if (chosen != null) {
                all.add(DestinationExplanation.of(chosen, 1, true, request));
            }
            return all;
        }
        for (int i = 0; i < matched.size(); i++) {
            Destination d = matched.destination(i);
            all.add(DestinationExplanation.of(d, matched.share(i), d == chosen, request));
        }
        if (chosen != null && all.stream().noneMatch(DestinationExplanation::chosen)) {
            // A header names the version: no share of the route's counts.
            return List.of(DestinationExplanation.of(chosen, 1, true, request));
        }
        return all;
    }
}
