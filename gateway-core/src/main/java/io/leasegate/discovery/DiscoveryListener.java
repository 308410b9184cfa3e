package io.leasegate.discovery;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.routing.Collision;
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

    /** Several services offer the same gRPC service, which was not so before. */
    default void onCollision(Collision collision) {}

    /** A key was refused. */
    default void onRefused(Refusal refusal) {}

    /**
     * Instances that vanished from a registry are held: the registry is taken to be sick.
     *
     * @param cause {@code wiped}, {@code all} or {@code service}: what was found suspicious
     * @param service the service that it is about, empty for all
     * @param instances how many are held for that
     */
    default void onHeld(String registry, String cause, String service, int instances) {}

    /** An instance is not held any more, because it registered again or is dead. */
    default void onReleased(String registry, EndpointId endpoint, String why) {}

    /** The table is one that was saved in an earlier life, since the registry is away. */
    default void onRestored(String registry, int instances, long savedEpochMillis) {}

    /** A registry was read as a whole. */
    default void onListed(String registry) {}

    /** A file was read because its content changed, or could not be used; a name was looked up. */
    default void onSourceRead(String source, SourceRead result) {}

    /** A registry's connection was lost or could not be made. */
    default void onDisconnected(String registry, String reason) {}
}
