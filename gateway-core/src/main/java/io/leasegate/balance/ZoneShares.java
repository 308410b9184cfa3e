package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How many of a gateway's calls go to which zone: as many to its own as leave all instances with the same load, by Envoy's zone aware routing.
 *
 * <pre>
 *   capacity of our zone   >= 1 / zones:   all calls stay
 *                          less:           its part stays, capacity * zones; the rest goes to zones that have more than
 *                                          they need for the calls of their own, in proportion to what they have more
 * </pre>
 *
 * <p>Envoy knows how many of its own kind run in each zone. A gateway does not; it takes each zone that has instances of the service to
 * have as many callers. Capacity is the weight of those that can get calls, as a share of all. Stateless.
 */
final class ZoneShares {

    /** What a sum of weights may be off by. */
    private static final double ROUNDING = 1e-9;

    private ZoneShares() {}

    /**
     * The shares of the zones, ours first, which add up to 1. Empty where zones do not matter: our zone is not told, has no instance, or is the
     * only one; there is panic, in which nothing is known of capacity; or nobody who could get a call.
     */
    static Map<String, Double> of(String ourZone, Candidates candidates) {
        if (ourZone.isEmpty() || candidates.size() == 0 || candidates.isPanic()) {
            return Map.of();
        }
        Set<String> zones = new HashSet<>();
        candidates.members().forEach(e -> zones.add(Candidates.zoneOf(e)));
        if (!zones.contains(ourZone) || zones.size() == 1) {
            return Map.of();
        }
        TreeMap<String, Double> capacity = new TreeMap<>();
        double sum = 0;
        for (int i = 0; i < candidates.size(); i++) {
            Endpoint e = candidates.get(i);
            capacity.merge(Candidates.zoneOf(e), candidates.weight(i), Double::sum);
            sum += candidates.weight(i);
        }
        double fair = sum / zones.size();
        double stays = capacity.getOrDefault(ourZone, 0.0) / fair;
        if (stays > 1 - ROUNDING) {
            return Map.of(ourZone, 1.0);
        }
        Map<String, Double> shares = new LinkedHashMap<>();
        if (stays > 0) {
            shares.put(ourZone, stays);
        }
        double spare = 0;
        for (double c : capacity.values()) {
            spare += Math.max(0, c - fair);
        }
        for (Map.Entry<String, Double> zone : capacity.entrySet()) {
            double more = zone.getValue() - fair;
            if (more > 0) {
                shares.put(zone.getKey(), (1 - stays) * more / spare);
            }
        }
        return shares;
    }
}
