package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * A choice function over the endpoints of one cluster, which stay the same (the picker of grpc-java's {@code LoadBalancer}). Called from
 * every event loop, must not block and must not allocate.
 */
public interface Picker {

    /** Finds none. */
    Picker NOTHING = request -> null;

    /** The endpoint for the next call, or null when none can take one. */
    @Nullable
    Endpoint pick(PickRequest request);

    /**
     * How the picker stands to the call by now, for people: who can get it, and how likely. Takes nobody's turn. Allocates, and takes time with
     * the number of endpoints, so not on an event loop.
     */
    default PickExplanation explain(PickRequest request) {
        return PickExplanation.NOTHING;
    }
}
