package io.leasegate.discovery;

import io.leasegate.routing.RouteTable;

/** Hears what discovery does, for metrics. Called on the control loop; must not block. */
public interface DiscoveryListener {

    /** Listens to nothing. */
    DiscoveryListener NONE = new DiscoveryListener() {};

    /**
     * A table was published.
     *
     * @param buildNanos how long it took to make
     */
    default void onPublished(RouteTable table, long buildNanos) {}

    /**
     * A registration that went is out of the table.
     *
     * @param nanos from the receipt of the news to the publication of the table
     */
    default void onEvicted(long nanos) {}

    /** A key was refused. */
    default void onRefused(Refusal refusal) {}

    /** A registry was read as a whole. */
    default void onListed(String registry) {}

    /** A registry's connection was lost or could not be made. */
    default void onDisconnected(String registry, String reason) {}
}
