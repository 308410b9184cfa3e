package io.leasegate.routing;

import io.leasegate.resilience.CallPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A configured route.
 *
 * @param match when it applies
 * @param targets where its calls go, at least one of them with a weight above 0
 * @param changes what it changes in their headers
 * @param mirror where copies of them go, null for nowhere
 * @param fault what is done to them on purpose, null for nothing
 * @param versionHeader the request header whose value, where it is there, is the version that a call goes to; in lower case, empty for none
 */
public record Route(
        RouteMatch match,
        List<Target> targets,
        HeaderChanges changes,
        @Nullable Mirror mirror,
        @Nullable Fault fault,
        String versionHeader) {

    /**
     * One of the places that a route leads to.
     *
     * @param service the service that the request goes to
     * @param subset which instances of it
     * @param weight its share of the calls relative to the route's other targets, 0 or more
     * @param eviction what happens to its calls when their instance leaves the registry; null for what holds for the service
     * @param policy what holds for its calls one by one; null for what holds for the service
     */
    public record Target(
            String service,
            Subset subset,
            int weight,
            @Nullable EvictionPolicy eviction,
            @Nullable CallPolicy policy) {

        /** The instances of a version, with the service's policies; all instances for the empty text. */
        public Target(String service, String version, int weight) {
            this(service, Subset.ofVersion(version), weight, null, null);
        }
    }

    /**
     * Copies of calls, whose answers are dropped.
     *
     * @param service the service that gets them
     * @param subset which instances of it
     * @param share the part of the calls that is copied, 0 to 1
     * @param bufferBytes how much of one call is held for an instance that does not take it, before the copy is given up
     */
    public record Mirror(String service, Subset subset, double share, int bufferBytes) {}

    public Route {
        targets = List.copyOf(targets);
        if (targets.stream().allMatch(t -> t.weight() == 0)) {
            throw new IllegalArgumentException("targets " + targets + " (expected one with a weight above 0)");
        }
    }

    /** Its calls are sent on and nothing else. */
    public Route(RouteMatch match, List<Target> targets, HeaderChanges changes) {
        this(match, targets, changes, null, null, "");
    }

    /** To one service, with the service's policies. */
    public Route(RouteMatch match, String service, String version) {
        this(match, service, version, null);
    }

    /** To one service. */
    public Route(RouteMatch match, String service, String version, @Nullable EvictionPolicy eviction) {
        this(match, List.of(new Target(service, Subset.ofVersion(version), 1, eviction, null)), HeaderChanges.NONE);
    }
}
