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
    }
}
