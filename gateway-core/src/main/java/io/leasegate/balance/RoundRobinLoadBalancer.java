package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One endpoint after the other, per call. The position is shared by all pickers of a cluster, so that a rebuild does not restart it. */
public final class RoundRobinLoadBalancer implements LoadBalancer {

    private final AtomicInteger position =
            new AtomicInteger(ThreadLocalRandom.current().nextInt());

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return new RoundRobinPicker(endpoints.toArray(new Endpoint[0]), position);
    }

    private static final class RoundRobinPicker implements Picker {

        private final Endpoint[] endpoints;
        private final AtomicInteger position;

        RoundRobinPicker(Endpoint[] endpoints, AtomicInteger position) {
            this.endpoints = endpoints;
            this.position = position;
        }

        @Override
        public @Nullable Endpoint pick(PickRequest request) {
            int n = endpoints.length;
            // A state can change after the picker was made; what went bad meanwhile is passed over.
            for (int tries = 0; tries < n; tries++) {
                Endpoint e = endpoints[Integer.remainderUnsigned(position.getAndIncrement(), n)];
                EndpointState s = e.state();
                if (s == EndpointState.HEALTHY || s == EndpointState.UNCHECKED) {
                    return e;
                }
            }
            return null;
        }
    }
}
