package io.leasegate.health;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointListener;
import java.util.function.Function;

/**
 * Watches every endpoint from the moment it is known: a connection to it is kept open, and over that connection it is asked for its
 * health. Called on the control thread; what it starts runs on event loops.
 */
public final class HealthChecker implements EndpointListener {

    private final ConnectionKeeper connections;
    private final Function<String, HealthSettings> settings;
    private final HealthSink sink;

    /**
     * @param settings the settings of the service with the given name
     * @param sink hears of changes
     */
    public HealthChecker(ConnectionKeeper connections, Function<String, HealthSettings> settings, HealthSink sink) {
        this.connections = connections;
        this.settings = settings;
        this.sink = sink;
    }

    @Override
    public void onAdded(Endpoint endpoint) {
        HealthSettings s = settings.apply(endpoint.id().service());
        connections.watch(endpoint, new EndpointMonitor(endpoint, s, sink));
    }

    @Override
    public void onRemoved(Endpoint endpoint, long newsNanos) {
        connections.retire(endpoint, newsNanos);
    }
}
