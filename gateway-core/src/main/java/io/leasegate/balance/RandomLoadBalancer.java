package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import org.jspecify.annotations.Nullable;

/** Endpoints at random, in proportion to their weights. */
public final class RandomLoadBalancer implements PolicyLoadBalancer {

    @Override
    public Picker picker(Candidates candidates) {
        return candidates.size() == 0 ? Picker.NOTHING : new RandomPicker(candidates, WeightedSample.of(candidates));
    }

    private record RandomPicker(Candidates candidates, WeightedSample sample) implements Picker {

        /** After so many draws that did not suit, whatever suits is looked for. */
        private static final int DRAWS = 8;

        @Override
        public @Nullable Endpoint pick(PickRequest request) {
            for (int i = 0; i < DRAWS; i++) {
                int drawn = sample.draw(request.random());
                if (candidates.suits(drawn, request)) {
                    return candidates.get(drawn);
                }
            }
            return candidates.any(request);
        }

        @Override
        public PickExplanation explain(PickRequest request) {
            DrawShares draws = new DrawShares(candidates, request, DRAWS);
            double[] shares = draws.whenNoneSuits();
            for (int i = 0; i < shares.length; i++) {
                shares[i] += draws.first(i);
            }
            return PickExplanation.of(
                    candidates,
                    request,
                    new PickExplanation.Rule(BalancePolicy.RANDOM, "one that is drawn at random by weight", "weight"),
                    PickExplanation.weights(candidates, request),
                    shares);
        }
    }
}
