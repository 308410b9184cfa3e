package io.leasegate.routing;

import static java.util.Objects.requireNonNull;

/** The table that is routed by now: written by the control thread, read once per request by the event loops. */
public final class RouteTableRef {

    private volatile RouteTable table;

    public RouteTableRef(RouteTable initial) {
        table = requireNonNull(initial, "initial");
    }

    public RouteTable get() {
        return table;
    }

    /** Replaces the table; each loop sees it at its next request. */
    public void publish(RouteTable next) {
        table = requireNonNull(next, "next");
    }
}
