package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointStats;
import org.jspecify.annotations.Nullable;

/**
 * The less loaded of two endpoints that are drawn at random: nearly as good as the least loaded of all, without all calls going to the same
 * one at the same time (Mitzenmacher: The power of two choices in randomized load balancing, 2001).
 *
 * <p>Weights count twice: they are what is drawn by, so that idle endpoints have calls in their proportion, and the {@link Comparison} holds the calls
 * in flight against them, so that busy ones do too. The same goes for the part of its weight that slow start leaves an endpoint.
 */
final class TwoChoicesPicker implements Picker {

    /** After so many draws that did not suit, whatever suits is looked for; or there is no second choice. */
    private static final int DRAWS = 8;

    /** Which of two endpoints is less loaded. */
    @FunctionalInterface
    interface Comparison {

        /**
         * Whether the second is to be preferred; not where nothing speaks for one of them, since the first was drawn by weight.
         *
         * @param firstWeight relative to the mean weight, as is the other
         */
        boolean prefersSecond(
                EndpointStats first, double firstWeight, EndpointStats second, double secondWeight, long nowNanos);
    }

    /** What the comparison goes by, for people. */
    @FunctionalInterface
    interface Score {

        /**
         * The less of it, the better.
         *
         * @param weight relative to the mean weight
         */
        double of(EndpointStats stats, double weight, long nowNanos);
    }

    /**
     * What {@link #explain} tells of the policy.
     *
     * @param rule how the two are compared
     * @param scoreName what the score is
     */
    record Description(BalancePolicy policy, String rule, String scoreName, Score score) {}

    private final Candidates candidates;
    private final WeightedSample sample;
    private final Comparison comparison;
    private final Description description;

    TwoChoicesPicker(Candidates candidates, Comparison comparison, Description description) {
        this.candidates = candidates;
        this.sample = WeightedSample.of(candidates);
        this.comparison = comparison;
        this.description = description;
    }

    @Override
    public @Nullable Endpoint pick(PickRequest request) {
        int first = -1;
        for (int i = 0; i < DRAWS && first < 0; i++) {
            int drawn = sample.draw(request.random());
            if (candidates.suits(drawn, request)) {
                first = drawn;
            }
        }
        if (first < 0) {
            return candidates.any(request);
        }
        int second = second(first, request);
        return candidates.get(second >= 0 && isLessLoaded(second, first, request) ? second : first);
    }

    private int second(int first, PickRequest request) {
        if (candidates.size() == 1) {
            return -1;
        }
        for (int i = 0; i < DRAWS; i++) {
            int drawn = sample.drawBeside(first, request.random());
            if (drawn != first && candidates.suits(drawn, request)) {
                return drawn;
            }
        }
        return -1;
    }

    private boolean isLessLoaded(int second, int first, PickRequest request) {
        return comparison.prefersSecond(
                candidates.get(first).stats(),
                candidates.weightNow(first, request),
                candidates.get(second).stats(),
                candidates.weightNow(second, request),
                request.nowNanos());
    }

    /** {@inheritDoc} Each two are compared, which is left out where there are too many. */
    @Override
    public PickExplanation explain(PickRequest request) {
        int n = candidates.size();
        double[] scores = new double[n];
        for (int i = 0; i < n; i++) {
            scores[i] = description.score.of(
                    candidates.get(i).stats(), candidates.weightNow(i, request), request.nowNanos());
        }
        return PickExplanation.of(
                candidates,
                request,
                new PickExplanation.Rule(
                        description.policy,
                        "of two that are drawn at random by weight, the one with " + description.rule,
                        description.scoreName),
                scores,
                n <= PickExplanation.MOST_COMPARED ? shares(request) : PickExplanation.unknown(n));
    }

    private double[] shares(PickRequest request) {
        int n = candidates.size();
        DrawShares draws = new DrawShares(candidates, request, DRAWS);
        double[] shares = draws.whenNoneSuits();
        for (int first = 0; first < n; first++) {
            double drawn = draws.first(first);
            if (drawn == 0) {
                continue;
            }
            double left = drawn;
            for (int second = 0; second < n && n > 1; second++) {
                double both = second == first ? 0 : drawn * draws.second(second, first);
                if (both > 0 && isLessLoaded(second, first, request)) {
                    shares[second] += both;
                    left -= both;
                }
            }
            shares[first] += left;
        }
        return shares;
    }
}
