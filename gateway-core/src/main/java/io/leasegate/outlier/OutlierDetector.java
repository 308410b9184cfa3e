package io.leasegate.outlier;

import io.leasegate.discovery.ControlLoop;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointListener;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/**
 * Takes instances out whose calls fail, and brings them back: passive health checking, as Envoy's outlier detection and gRFC A50 do it. Event
 * loops only count ({@link io.leasegate.endpoint.CallResults}); everything is decided on the control loop. Its timers are the loop's: they
 * end with it, and those of an endpoint or a service when it leaves the table.
 */
public final class OutlierDetector implements EndpointListener {

    private final ControlLoop loop;
    private final Function<String, OutlierSettings> settings;
    private final OutlierListener listener;
    private final DoubleSupplier random;
    private final Map<String, ServiceOutliers> services = new HashMap<>();
    private final Map<Long, Sweeps> sweeps = new HashMap<>();

    /**
     * @param settings the settings of the service with the given name
     * @param random numbers from 0 to below 1, used on the control loop
     */
    public OutlierDetector(
            ControlLoop loop,
            Function<String, OutlierSettings> settings,
            OutlierListener listener,
            DoubleSupplier random) {
        this.loop = loop;
        this.settings = settings;
        this.listener = listener;
        this.random = random;
    }

    @Override
    public void onAdded(Endpoint endpoint) {
        String service = endpoint.id().service();
        ServiceOutliers known = services.get(service);
        if (known == null) {
            OutlierSettings s = settings.apply(service);
            if (s.maxEjected() == 0) {
                return;
            }
            known = new ServiceOutliers(loop, s, listener, random);
            services.put(service, known);
            sweeps(s).add(known);
        }
        known.add(endpoint);
    }

    private Sweeps sweeps(OutlierSettings of) {
        return sweeps.computeIfAbsent(of.intervalMillis(), millis -> new Sweeps(loop, millis, random));
    }

    @Override
    public void onRemoved(Endpoint endpoint, long newsNanos) {
        String service = endpoint.id().service();
        ServiceOutliers known = services.get(service);
        if (known != null && known.remove(endpoint)) {
            services.remove(service);
            sweeps(known.settings()).remove(known);
        }
    }
}
