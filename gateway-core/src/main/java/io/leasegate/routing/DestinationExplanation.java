package io.leasegate.routing;

import io.leasegate.balance.PickExplanation;
import io.leasegate.balance.PickExplanation.Candidacy;
import io.leasegate.balance.PickRequest;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.Traits;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * A place that calls go to, and how an instance is chosen there.
 *
 * @param share the part of such calls that goes there, above 0 and up to 1
 * @param chosen whether the call in question does
 * @param pick what its picker says
 * @param candidates all instances of the service, also those that the picker does not know, in the order of their addresses
 */
public record DestinationExplanation(
        Destination destination, double share, boolean chosen, PickExplanation pick, List<Candidacy> candidates) {

    public DestinationExplanation {
        candidates = List.copyOf(candidates);
    }

    static DestinationExplanation of(Destination d, double share, boolean chosen, PickRequest request) {
        PickExplanation pick = d.picker().explain(request);
        IdentityHashMap<Endpoint, Candidacy> known = new IdentityHashMap<>();
        pick.candidates().forEach(c -> known.put(c.endpoint(), c));
        List<Candidacy> all = new ArrayList<>();
        for (Endpoint e : d.cluster().endpoints()) {
            Candidacy c = known.get(e);
            all.add(c != null ? c : Candidacy.out(e, whyUnknown(d, e)));
        }
        return new DestinationExplanation(d, share, chosen, pick, all);
    }

    /** Why the picker was not made with the endpoint. */
    private static String whyUnknown(Destination d, Endpoint e) {
        Traits traits = e.instance().traits();
        String whyNot = d.subset().whyNot(traits);
        if (!whyNot.isEmpty()) {
            return whyNot;
        }
        if (!traits.takesCalls()) {
            return traits.objection();
        }
        return traits.weight() <= 0 ? "its weight is 0" : PickExplanation.whyOut(e);
    }

    /** How many instances can get the call. */
    public int in() {
        int n = 0;
        for (Candidacy c : candidates) {
            n += c.in() ? 1 : 0;
        }
        return n;
    }
}
