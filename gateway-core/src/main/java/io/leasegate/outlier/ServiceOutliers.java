package io.leasegate.outlier;

import io.leasegate.discovery.ControlLoop;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Traits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * The endpoints of one service, and which of them are out. Control loop only.
 *
 * <pre>
 *   in --so many failures in a row, or a success rate far below the others'--> out --its time is over--> in, with slow start
 * </pre>
 *
 * <p>Time out: {@code base * ejections}, {@value #MOST_MILLIS} ms or {@code base} at most, and up to a tenth more by chance, so that what
 * went out together does not come back together. The number of ejections falls by one with each interval in which the endpoint was in and at
 * whose end its last call had not failed.
 *
 * <p>Invariants: no more than {@code maxEjected} of the endpoints that can have calls go out, but one may; one goes out only while another one
 * is healthy; one that is down by its health does not go out besides; times that would not make it longer are not counted.
 */
final class ServiceOutliers {

    /** Of gRFC A50, like those of the success rates; Envoy has the same. */
    private static final long MOST_MILLIS = 300_000;

    private static final double JITTER = 0.1;
    private static final double ROUNDING = 1e-9;
    private static final int LEAST_CALLS = 100;
    private static final int LEAST_ENDPOINTS = 5;
    private static final double DEVIATIONS = 1.9;

    /** Without it one failure in a hundred calls is an outlier where the others had none. docs/decisions.md has more. */
    private static final double LEAST_DISTANCE = 0.05;

    private final ControlLoop loop;
    private final OutlierSettings settings;
    private final OutlierListener listener;
    private final DoubleSupplier random;
    private final Map<Endpoint, WatchedEndpoint> endpoints = new LinkedHashMap<>();

    ServiceOutliers(ControlLoop loop, OutlierSettings settings, OutlierListener listener, DoubleSupplier random) {
        this.loop = loop;
        this.settings = settings;
        this.listener = listener;
        this.random = random;
    }

    OutlierSettings settings() {
        return settings;
    }

    void add(Endpoint endpoint) {
        WatchedEndpoint w = new WatchedEndpoint(endpoint);
        endpoints.put(endpoint, w);
        w.results().alarm(settings.consecutiveFailures(), () -> {
            if (w.ask()) {
                loop.execute(() -> onFailuresInARow(w));
            }
        });
    }

    /** Returns whether it was the last one. */
    boolean remove(Endpoint endpoint) {
        WatchedEndpoint w = endpoints.remove(endpoint);
        if (w != null) {
            w.results().silence();
            w.readmit();
        }
        return endpoints.isEmpty();
    }

    private void onFailuresInARow(WatchedEndpoint w) {
        w.heard();
        int failures = w.results().failedInARow();
        // It may have left, be out already, or have done a call well meanwhile.
        if (endpoints.get(w.endpoint()) == w && failures >= settings.consecutiveFailures()) {
            eject(
                    w,
                    OutlierReason.CONSECUTIVE_FAILURES,
                    failures + " calls in a row failed (outlier.consecutive-failures = "
                            + settings.consecutiveFailures() + "), the last with "
                            + w.results().lastFailure());
        }
    }

    /** Ends an interval. */
    void sweep() {
        endpoints.values().forEach(WatchedEndpoint::takeInterval);
        compareSuccessRates();
        endpoints.values().forEach(WatchedEndpoint::forgetOneEjection);
    }

    private void compareSuccessRates() {
        List<WatchedEndpoint> busy = new ArrayList<>();
        double sum = 0;
        for (WatchedEndpoint w : endpoints.values()) {
            if (!w.isEjected() && w.calls() >= LEAST_CALLS) {
                busy.add(w);
                sum += w.successRate();
            }
        }
        if (busy.size() < LEAST_ENDPOINTS) {
            return;
        }
        double mean = sum / busy.size();
        double squares = 0;
        for (WatchedEndpoint w : busy) {
            squares += (w.successRate() - mean) * (w.successRate() - mean);
        }
        double deviation = Math.sqrt(squares / busy.size());
        double least = mean - Math.max(DEVIATIONS * deviation, LEAST_DISTANCE);
        for (WatchedEndpoint w : busy) {
            if (w.successRate() < least) {
                eject(
                        w,
                        OutlierReason.SUCCESS_RATE,
                        String.format(
                                Locale.ROOT,
                                "%.1f%% of %d calls went well, of those of all instances %.1f%%; the last that failed did so with %s",
                                100 * w.successRate(),
                                w.calls(),
                                100 * mean,
                                w.results().lastFailure()));
            }
        }
    }

    private void eject(WatchedEndpoint w, OutlierReason reason, String why) {
        EndpointState state = w.endpoint().state();
        if (w.isEjected() || (state != EndpointState.HEALTHY && state != EndpointState.UNCHECKED)) {
            return;
        }
        if (!mayEject(w)) {
            listener.onSpared(w.endpoint(), reason);
            return;
        }
        long base = settings.baseEjectionMillis();
        long most = Math.max(base, MOST_MILLIS);
        int times = w.eject((int) ((most + base - 1) / base));
        long millis = Math.min(base * times, most);
        millis += (long) (millis * JITTER * random.getAsDouble());
        w.ejectedUntil(loop.schedule(() -> readmit(w), millis));
        listener.onEjected(w.endpoint(), reason, why, millis, times);
    }

    private boolean mayEject(WatchedEndpoint candidate) {
        int all = 0;
        int out = 0;
        boolean anotherIsWell = false;
        for (WatchedEndpoint w : endpoints.values()) {
            Traits traits = w.endpoint().instance().traits();
            if (traits.weight() <= 0 || !traits.takesCalls()) {
                continue;
            }
            all++;
            if (w.isEjected()) {
                out++;
            } else if (w != candidate && w.endpoint().state() == EndpointState.HEALTHY) {
                anotherIsWell = true;
            }
        }
        return anotherIsWell && out + 1 <= Math.max(1, Math.floor(settings.maxEjected() * all + ROUNDING));
    }

    private void readmit(WatchedEndpoint w) {
        w.readmit();
        listener.onReadmitted(w.endpoint());
    }
}
