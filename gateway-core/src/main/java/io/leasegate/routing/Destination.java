package io.leasegate.routing;

import io.leasegate.balance.Picker;
import org.jspecify.annotations.Nullable;

/**
 * Where a matched request goes: a cluster, or the instances of one version of it, with the picker over them.
 *
 * @param cluster the cluster; it may have no endpoint at the moment
 * @param version the version that the route asks for, empty for any
 * @param picker over the endpoints that can take calls
 * @param eviction what happens to calls when their instance leaves the registry; null for what holds for the service
 * @param changes what the route changes in headers
 * @param mirror where copies of the calls go, null for nowhere
 * @param fault what the route does to the calls on purpose, null for nothing
 * @param route the position of the route among the configured ones, from 0; {@link #NO_ROUTE} where the service was found by a name
 */
public record Destination(
        Cluster cluster,
        String version,
        Picker picker,
        @Nullable EvictionPolicy eviction,
        HeaderChanges changes,
        @Nullable MirrorTarget mirror,
        @Nullable Fault fault,
        int route) {

    /** Found without a route. */
    public static final int NO_ROUTE = -1;

    /** With the service's policies. */
    public Destination(Cluster cluster, String version, Picker picker) {
        this(cluster, version, picker, null, HeaderChanges.NONE, null, null, NO_ROUTE);
    }

    /** For messages: the service, its version where the route asks for one, and how many instances there are. */
    public String describe() {
        return "service " + cluster.name() + (version.isEmpty() ? "" : " in version " + version) + ": "
                + cluster.endpoints().size() + " registered";
    }

    /**
     * With what a route says beside the service and its version.
     *
     * @param mirrored where the route's copies go by now, null for nowhere
     * @param position of the route among the configured ones, from 0
     */
    Destination with(Route itsRoute, Route.Target target, @Nullable MirrorTarget mirrored, int position) {
        return new Destination(
                cluster, version, picker, target.eviction(), itsRoute.changes(), mirrored, itsRoute.fault(), position);
    }
}
