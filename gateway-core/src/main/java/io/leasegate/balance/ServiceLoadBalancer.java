package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * All of balancing for the instances of one service, or of one version of it: which of them can get calls, how many of the calls go to which zone,
 * and a policy for each. Control thread only.
 */
final class ServiceLoadBalancer implements LoadBalancer {

    private final BalanceSettings settings;
    private final Supplier<PolicyLoadBalancer> policies;
    private final PolicyLoadBalancer overall;

    /** A policy for each, since pickers of different endpoints would disturb each other's turns. */
    private final Map<String, PolicyLoadBalancer> byZone = new HashMap<>();

    /** @param policies makes the policy of the settings */
    ServiceLoadBalancer(BalanceSettings settings, Supplier<PolicyLoadBalancer> policies) {
        this.settings = settings;
        this.policies = policies;
        this.overall = policies.get();
    }

    /** {@inheritDoc} A policy that hashes has all of them, whatever their zone and age: equal keys must not part. */
    @Override
    public Picker picker(List<Endpoint> endpoints) {
        if (settings.policy().hashes()) {
            return overall.picker(Candidates.of(endpoints, settings.panicThreshold(), 0));
        }
        Candidates candidates = Candidates.of(endpoints, settings.panicThreshold(), settings.slowStartNanos());
        Map<String, Double> shares = ZoneShares.of(settings.zone(), candidates);
        byZone.keySet().retainAll(shares.keySet());
        Picker everywhere = overall.picker(candidates);
        if (shares.isEmpty()) {
            return everywhere;
        }
        Candidates[] zones = new Candidates[shares.size()];
        Picker[] pickers = new Picker[zones.length];
        double[] upTo = new double[pickers.length];
        double sum = 0;
        int n = 0;
        for (Map.Entry<String, Double> share : shares.entrySet()) {
            sum += share.getValue();
            upTo[n] = sum;
            zones[n] = candidates.inZone(share.getKey());
            pickers[n] = byZone.computeIfAbsent(share.getKey(), zone -> policies.get())
                    .picker(zones[n]);
            n++;
        }
        return new ZonePicker(candidates, everywhere, zones, pickers, upTo);
    }
}
