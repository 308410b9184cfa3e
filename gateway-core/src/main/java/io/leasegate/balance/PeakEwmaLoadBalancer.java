package io.leasegate.balance;

import io.leasegate.endpoint.EndpointStats;

/**
 * Of two endpoints the one that a call waits for less: by how long it takes to answer of late, times the calls in flight (Finagle's peak EWMA).
 *
 * <p>Latencies within a factor of two count as equal. The slowest answers of late, which is what is known, differ by as much between machines that
 * are alike; so these are compared by calls in flight alone, and have calls in proportion to their weights.
 */
public final class PeakEwmaLoadBalancer implements PolicyLoadBalancer {

    private static final double NOISE_FACTOR = 2;

    /** What an endpoint counts that has not answered yet but has a call: it gets no second one before, as long as others are known. */
    private static final double UNKNOWN_NANOS = 1e15;

    private static final TwoChoicesPicker.Description DESCRIPTION = new TwoChoicesPicker.Description(
            BalancePolicy.PEAK_EWMA,
            "the lower cost; where latencies are within a factor of two, the one with the lower load",
            "cost: latency of late in ms * load",
            PeakEwmaLoadBalancer::costMillis);

    @Override
    public Picker picker(Candidates candidates) {
        return candidates.size() == 0
                ? Picker.NOTHING
                : new TwoChoicesPicker(candidates, PeakEwmaLoadBalancer::prefersSecond, DESCRIPTION);
    }

    private static double costMillis(EndpointStats stats, double weight, long nowNanos) {
        double load = LeastRequestLoadBalancer.load(stats, weight, nowNanos);
        return latency(stats, load, nowNanos) * load / 1e6;
    }

    private static boolean prefersSecond(
            EndpointStats first, double firstWeight, EndpointStats second, double secondWeight, long nowNanos) {
        double firstLoad = LeastRequestLoadBalancer.load(first, firstWeight, nowNanos);
        double secondLoad = LeastRequestLoadBalancer.load(second, secondWeight, nowNanos);
        double firstLatency = latency(first, firstLoad, nowNanos);
        double secondLatency = latency(second, secondLoad, nowNanos);
        if (firstLatency <= secondLatency * NOISE_FACTOR && secondLatency <= firstLatency * NOISE_FACTOR) {
            return secondLoad < firstLoad;
        }
        return secondLatency * secondLoad < firstLatency * firstLoad;
    }

    /** 0 for an endpoint that nothing is known of, so that it is tried before all others. */
    private static double latency(EndpointStats stats, double load, long nowNanos) {
        double latency = stats.latencyNanos(nowNanos);
        return latency == 0 && load > 1 ? UNKNOWN_NANOS : latency;
    }
}
