package io.leasegate.routing;

import io.leasegate.endpoint.Endpoint;
import java.util.List;

/**
 * What one {@link RouteTableBuilder#build} came to. Immutable.
 *
 * @param table the table to publish; the previous one itself when nothing changed
 * @param added the endpoints that were not in the table before
 * @param changed the endpoints whose registration is another one
 * @param removed the endpoints that are not in the table any more, {@code DRAINING} by now
 * @param collisions what several services offer since this build
 */
public record TableUpdate(
        RouteTable table,
        List<Endpoint> added,
        List<Endpoint> changed,
        List<Endpoint> removed,
        List<Collision> collisions) {

    public TableUpdate {
        added = List.copyOf(added);
        changed = List.copyOf(changed);
        removed = List.copyOf(removed);
        collisions = List.copyOf(collisions);
    }
}
