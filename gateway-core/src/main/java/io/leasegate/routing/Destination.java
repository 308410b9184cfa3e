package io.leasegate.routing;

import io.leasegate.balance.Picker;
import io.leasegate.resilience.CallPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Where a matched request goes: a cluster, or the instances of one version of it, with the picker over them.
 *
 * @param cluster the cluster; it may have no endpoint at the moment
 * @param subset which instances of it the route asks for
 * @param picker over the endpoints that can take calls
 * @param eviction what happens to calls when their instance leaves the registry; null for what holds for the service
 * @param policy what holds for single calls; null for what holds for the service
 * @param changes what the route changes in headers
 * @param mirror where copies of the calls go, null for nowhere
 * @param fault what the route does to the calls on purpose, null for nothing
 * @param route the position of the route among the configured ones, from 0; {@link #NO_ROUTE} where the service was found by a name
 */
public record Destination(
        Cluster cluster,
        Subset subset,
        Picker picker,
        @Nullable EvictionPolicy eviction,
        @Nullable CallPolicy policy,
        HeaderChanges changes,
        @Nullable MirrorTarget mirror,
        @Nullable Fault fault,
        int route) {

    /** Found without a route. */
    public static final int NO_ROUTE = -1;

    /** With the service's policies. */
    public Destination(Cluster cluster, Subset subset, Picker picker) {
        this(cluster, subset, picker, null, null, HeaderChanges.NONE, null, null, NO_ROUTE);
    }

    /** The same for a version that no instance has. */
    Destination withoutInstances(String version) {
        return new Destination(
                cluster, subset.withVersion(version), Picker.NOTHING, eviction, policy, changes, mirror, fault, route);
    }

    /** For messages: the service, which of its instances the route asks for, and how many instances there are. */
    public String describe() {
        return "service " + cluster.name() + subset.describe() + ": "
                + cluster.endpoints().size() + " registered";
    }

    /**
     * With what a route says beside the service and its instances.
     *
     * @param mirrored where the route's copies go by now, null for nowhere
     * @param position of the route among the configured ones, from 0
     */
    Destination with(Route itsRoute, Route.Target target, @Nullable MirrorTarget mirrored, int position) {
        return new Destination(
                cluster,
                subset,
                picker,
                target.eviction(),
                target.policy(),
                itsRoute.changes(),
                mirrored,
                itsRoute.fault(),
                position);
    }
}
