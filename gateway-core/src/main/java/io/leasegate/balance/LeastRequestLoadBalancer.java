package io.leasegate.balance;

import io.leasegate.endpoint.EndpointStats;

/** Of two endpoints the one with fewer calls in flight for its weight. */
public final class LeastRequestLoadBalancer implements PolicyLoadBalancer {

    /** Not even an endpoint all of whose calls fail is infinitely bad: the least bad one must be found. */
    private static final double LEAST_SUCCESS = 0.01;

    /** Less than this may be the callers' own failures, or those of a service behind all endpoints. */
    private static final double NEGLIGIBLE = 0.1;

    private static final TwoChoicesPicker.Description DESCRIPTION = new TwoChoicesPicker.Description(
            BalancePolicy.LEAST_REQUEST,
            "fewer calls in flight for its weight, failures of late against it",
            "load: (calls in flight / weight + 1) * what failures add",
            LeastRequestLoadBalancer::load);

    @Override
    public Picker picker(Candidates candidates) {
        return candidates.size() == 0
                ? Picker.NOTHING
                : new TwoChoicesPicker(candidates, LeastRequestLoadBalancer::prefersSecond, DESCRIPTION);
    }

    static boolean prefersSecond(
            EndpointStats first, double firstWeight, EndpointStats second, double secondWeight, long nowNanos) {
        return load(second, secondWeight, nowNanos) < load(first, firstWeight, nowNanos);
    }

    /** 1 for an endpoint without calls and failures. */
    static double load(EndpointStats stats, double weight, long nowNanos) {
        return (stats.inFlight() / weight + 1) * penalty(stats, nowNanos);
    }

    /**
     * By how much more an endpoint counts because it fails calls: one that fails them fast has few in flight, and would attract more than
     * its share. The fourth power of what does not fail takes nearly all calls from one that is broken.
     *
     * @return 1 or more
     */
    private static double penalty(EndpointStats stats, long nowNanos) {
        double failing = stats.failureShare(nowNanos);
        if (failing < NEGLIGIBLE) {
            return 1;
        }
        double succeeding = Math.max(1 - failing, LEAST_SUCCESS);
        return 1 / (succeeding * succeeding * succeeding * succeeding);
    }
}
