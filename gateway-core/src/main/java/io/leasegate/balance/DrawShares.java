package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;

/**
 * How likely candidates are to be drawn by a {@link WeightedSample} whose draws are repeated, up to a number of times, until one suits:
 * {@code s * (1 + f + f^2 + ...)} with {@code s} of one draw and {@code f} that it is in vain.
 */
final class DrawShares {

    private final Candidates candidates;
    private final int most;
    private final double[] suited;
    private final double sumSuited;

    /** @param most how often is drawn at most */
    DrawShares(Candidates candidates, PickRequest request, int most) {
        this.candidates = candidates;
        this.most = most;
        this.suited = new double[candidates.size()];
        double sum = 0;
        for (int i = 0; i < suited.length; i++) {
            Endpoint e = candidates.get(i);
            boolean can = candidates.takesCalls(e) && !request.tried(e);
            suited[i] = can ? candidates.weightNow(i, request) / suited.length : 0;
            sum += suited[i];
        }
        this.sumSuited = sum;
    }

    /** That the candidate is the first that suits. */
    double first(int index) {
        return suited[index] * repeated(1 - sumSuited);
    }

    /** The same of a second draw for another one than the first. */
    double second(int index, int first) {
        // Without weights only the others are drawn from: WeightedSample.drawBeside.
        double scale = candidates.haveEqualWeights() ? suited.length / (suited.length - 1.0) : 1;
        return suited[index] * scale * repeated(1 - (sumSuited - suited[first]) * scale);
    }

    private double repeated(double vain) {
        double f = Math.min(Math.max(vain, 0), 1);
        double sum = 0;
        double power = 1;
        for (int i = 0; i < most; i++) {
            sum += power;
            power *= f;
        }
        return sum;
    }

    /** What all draws in vain leave each candidate: any that takes calls. */
    double[] whenNoneSuits() {
        double vain = Math.pow(Math.min(Math.max(1 - sumSuited, 0), 1), most);
        double[] shares = candidates.sharesOfAny();
        for (int i = 0; i < shares.length; i++) {
            shares[i] *= vain;
        }
        return shares;
    }
}
