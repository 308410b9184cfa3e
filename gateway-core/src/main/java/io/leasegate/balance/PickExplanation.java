package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a picker stands to a call: whom it can give it to, how likely, and why not to others. Made by the picker itself, of what its choice
 * goes by. Immutable.
 *
 * @param policy the policy's name in the configuration; empty where there is nobody to choose
 * @param rule how one of the candidates is chosen, in words
 * @param scoreName what {@link Candidacy#score} is
 * @param panic whether so few are healthy that others get calls too
 * @param candidates those that the picker knows, in their order
 */
public record PickExplanation(String policy, String rule, String scoreName, boolean panic, List<Candidacy> candidates) {

    /** There is nobody to choose. */
    public static final PickExplanation NOTHING =
            new PickExplanation("", "no instance can take a call", "", false, List.of());

    /** Up to so many are compared each with each; of more the shares stay unknown. */
    static final int MOST_COMPARED = 256;

    public PickExplanation {
        candidates = List.copyOf(candidates);
    }

    /** What is the same for all calls by a policy. */
    record Rule(BalancePolicy policy, String text, String scoreName) {}

    /**
     * One endpoint.
     *
     * @param in whether it can get the call
     * @param reason why not, or under which circumstances it can, in words; empty for one that is in as it should be
     * @param weight what counts of its weight by now
     * @param score what the policy goes by; not a number where it is out
     * @param share how likely it is to get the call, 0 to 1; not a number where that is not known
     */
    public record Candidacy(Endpoint endpoint, boolean in, String reason, double weight, double score, double share) {

        /** One that cannot get the call. */
        public static Candidacy out(Endpoint e, String why) {
            return new Candidacy(e, false, why, e.pickWeight(), Double.NaN, 0);
        }

        Candidacy withShare(double newShare) {
            return new Candidacy(endpoint, in, reason, weight, score, newShare);
        }

        /** In its zone, where the calls are shared among zones. */
        Candidacy inZone(String zone, Map<String, Double> shares) {
            Double ofZone = shares.get(zone);
            String where = zone.isEmpty() ? "without a zone" : "zone " + zone;
            if (ofZone == null && share == 0) {
                String others = String.join(" and ", shares.keySet());
                return new Candidacy(
                        endpoint, false, note(reason, "other zone: calls go to zone " + others), weight, score, 0);
            }
            String part = ofZone == null || ofZone == 1 ? "" : where + ": " + percent(ofZone) + " of the calls";
            return new Candidacy(endpoint, in, note(reason, part), weight, score, share);
        }
    }

    PickExplanation with(List<Candidacy> others, String otherRule) {
        return new PickExplanation(policy, otherRule, scoreName, panic, others);
    }

    /**
     * Of the candidates of a picker.
     *
     * @param scores by the index of the candidate, as are the shares
     */
    static PickExplanation of(Candidates candidates, PickRequest request, Rule rule, double[] scores, double[] shares) {
        IdentityHashMap<Endpoint, Integer> indexes = new IdentityHashMap<>();
        for (int i = 0; i < candidates.size(); i++) {
            indexes.put(candidates.get(i), i);
        }
        List<Candidacy> all = new ArrayList<>();
        for (Endpoint e : candidates.members()) {
            Integer i = indexes.get(e);
            if (i == null || !candidates.takesCalls(e)) {
                all.add(Candidacy.out(e, whyOut(e)));
            } else {
                double part = candidates.part(i, request);
                all.add(new Candidacy(e, true, whyIn(e, part), e.pickWeight() * part, scores[i], shares[i]));
            }
        }
        return new PickExplanation(rule.policy.word(), rule.text, rule.scoreName, candidates.isPanic(), all);
    }

    static double[] unknown(int n) {
        double[] all = new double[n];
        Arrays.fill(all, Double.NaN);
        return all;
    }

    static double[] weights(Candidates candidates, PickRequest request) {
        double[] weights = new double[candidates.size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = candidates.get(i).pickWeight() * candidates.part(i, request);
        }
        return weights;
    }

    /** Why an endpoint gets no calls by its state, in words. */
    public static String whyOut(Endpoint e) {
        String reason = e.stateReason();
        return switch (e.state()) {
            case HEALTHY -> "healthy since just now: it gets calls with the next table";
            case UNCHECKED -> "not checked yet, and others are healthy";
            case NOT_SERVING -> reason.contains("NOT_SERVING") ? reason : note("NOT_SERVING", reason);
            case EJECTED -> reason.startsWith("ejected") ? reason : note("ejected", reason);
            case UNHEALTHY -> note("unhealthy", reason);
            case UNREACHABLE -> reason.isEmpty() ? "no connection can be made" : reason;
            case DRAINING, HELD -> note("gone from the registry", reason);
        };
    }

    private static String whyIn(Endpoint e, double part) {
        EndpointState state = e.state();
        String reason = state == EndpointState.UNCHECKED
                ? "not checked yet, and no instance is healthy"
                : state == EndpointState.HEALTHY ? "" : "panic: used although " + whyOut(e);
        if (e.instance().isHeld()) {
            reason = note(reason, "held: " + e.instance().heldBecause());
        }
        if (part < 1) {
            reason = note(reason, "slow start: " + percent(part) + " of its calls by now");
        }
        double left = e.pickWeight() / e.instance().weight();
        return left < 1 ? note(reason, "its lease runs out: " + percent(left) + " of its weight") : reason;
    }

    private static String note(String before, String more) {
        return before.isEmpty() ? more : more.isEmpty() ? before : before + "; " + more;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.3g%%", 100 * share);
    }
}
