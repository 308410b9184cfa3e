package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointStats;
import java.util.List;

/** Of two endpoints the one with fewer calls in flight for its weight. */
public final class LeastRequestLoadBalancer implements LoadBalancer {

    /** Not even an endpoint all of whose calls fail is infinitely bad: the least bad one must be found. */
    private static final double LEAST_SUCCESS = 0.01;

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        Candidates candidates = Candidates.of(endpoints);
        return candidates.size() == 0
                ? Picker.NOTHING
                : new TwoChoicesPicker(candidates, LeastRequestLoadBalancer::load);
    }

    private static double load(Endpoint endpoint, double weight, long nowNanos) {
        EndpointStats stats = endpoint.stats();
        return (stats.inFlight() / weight + 1) * penalty(stats, nowNanos);
    }

    /**
     * By how much more an endpoint counts because it fails calls: one that fails them fast has few in flight, and would attract more than
     * its share. The fourth power of what does not fail leaves a few failures in a hundred, which all instances of a service may have,
     * next to no meaning, and takes nearly all calls from an instance that is broken.
     */
    static double penalty(EndpointStats stats, long nowNanos) {
        double failing = stats.failureShare(nowNanos);
        if (failing == 0) {
            return 1;
        }
        double succeeding = Math.max(1 - failing, LEAST_SUCCESS);
        return 1 / (succeeding * succeeding * succeeding * succeeding);
    }
}
