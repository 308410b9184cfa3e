package io.leasegate.routing;

import io.leasegate.balance.Picker;

/**
 * Where a matched request goes: a cluster, or the instances of one version of it, with the picker over them.
 *
 * @param cluster the cluster; it may have no endpoint at the moment
 * @param version the version that the route asks for, empty for any
 * @param picker over the endpoints that can take calls
 */
public record Destination(Cluster cluster, String version, Picker picker) {}
