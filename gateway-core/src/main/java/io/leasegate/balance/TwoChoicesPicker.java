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

    private final Candidates candidates;
    private final WeightedSample sample;
    private final Comparison comparison;

    TwoChoicesPicker(Candidates candidates, Comparison comparison) {
        this.candidates = candidates;
        this.sample = WeightedSample.of(candidates);
        this.comparison = comparison;
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
}
