package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint after the other, per call, in a smooth order by their weights ({@link StrideSchedule}). Each event loop goes through them by
 * itself; its position is shared by all pickers of a cluster, so that a rebuild does not restart it.
 */
public final class RoundRobinLoadBalancer implements PolicyLoadBalancer {

    private final LoopPositions positions;

    /** For one event loop; several loops share the one position then. */
    public RoundRobinLoadBalancer() {
        this(1);
    }

    /** @param loops how many event loops pick */
    public RoundRobinLoadBalancer(int loops) {
        this(new LoopPositions(loops));
    }

    /** From these positions on. */
    RoundRobinLoadBalancer(LoopPositions positions) {
        this.positions = positions;
    }

    @Override
    public Picker picker(Candidates candidates) {
        return candidates.size() == 0
                ? Picker.NOTHING
                : new RoundRobinPicker(candidates, StrideSchedule.of(candidates), positions);
    }

    private record RoundRobinPicker(Candidates candidates, StrideSchedule schedule, LoopPositions positions)
            implements Picker {

        /** After so many endpoints in a row that did not suit, whatever suits is looked for. */
        private static final int MOST_UNSUITED = 8;

        @Override
        public @Nullable Endpoint pick(PickRequest request) {
            int unsuited = 0;
            while (unsuited < MOST_UNSUITED) {
                int next = schedule.at(positions.next(request.loop()));
                if (next >= 0) {
                    if (candidates.suits(next, request)) {
                        return candidates.get(next);
                    }
                    unsuited++;
                }
            }
            return candidates.any(request);
        }

        /** {@inheritDoc} Shares are those of many calls. */
        @Override
        public PickExplanation explain(PickRequest request) {
            double[] shares = new double[candidates.size()];
            double sum = 0;
            for (int i = 0; i < shares.length; i++) {
                shares[i] = candidates.takesCalls(candidates.get(i)) ? candidates.weightNow(i, request) : 0;
                sum += shares[i];
            }
            for (int i = 0; i < shares.length && sum > 0; i++) {
                shares[i] /= sum;
            }
            return PickExplanation.of(
                    candidates,
                    request,
                    new PickExplanation.Rule(
                            BalancePolicy.ROUND_ROBIN, "one after the other, on each event loop, by weight", "weight"),
                    PickExplanation.weights(candidates, request),
                    shares);
        }
    }
}
