package io.leasegate.routing;

import io.leasegate.endpoint.Endpoint;
import java.util.List;

/**
 * What one {@link RouteTableBuilder#build} came to. Immutable.
 *
 * @param table the table to publish; the previous one itself when nothing changed
 * @param added the endpoints that were not in the table before
 * @param removed the endpoints that are not in the table any more, {@code DRAINING} by now
 */
public record TableUpdate(RouteTable table, List<Endpoint> added, List<Endpoint> removed) {

    public TableUpdate {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
    }
}
