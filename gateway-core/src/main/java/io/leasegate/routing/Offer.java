package io.leasegate.routing;

import io.leasegate.balance.LoadBalancer;
import io.leasegate.endpoint.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What the instances of one service say they serve, by version, and where the calls go: to those of the versions that have it. What a version
 * has said goes with its last instance. Control thread only.
 */
final class Offer {

    private final String service;
    private final Function<String, LoadBalancer> balancers;
    private final TreeMap<String, List<String>> byVersion = new TreeMap<>();
    private final Map<Set<String>, LoadBalancer> versionBalancers = new HashMap<>();
    private Map<String, Destination> destinations = Map.of();

    Offer(String service, Function<String, LoadBalancer> balancers) {
        this.service = service;
        this.balancers = balancers;
    }

    /** Sets what one version serves, from the next {@link #rebuild} on. Returns whether that is news. */
    boolean learned(String version, List<String> grpcServices) {
        List<String> before = grpcServices.isEmpty() ? byVersion.remove(version) : byVersion.put(version, grpcServices);
        return !grpcServices.equals(before == null ? List.of() : before);
    }

    /** The full names of gRPC services by version. */
    Map<String, List<String>> byVersion() {
        return byVersion;
    }

    /** Where calls go by the full name of the gRPC service. */
    Map<String, Destination> destinations() {
        return destinations;
    }

    /**
     * Follows a change of the service.
     *
     * @param any all its instances
     * @param callable those that their registrations do not take out of rotation
     */
    void rebuild(Destination any, List<Endpoint> callable) {
        if (byVersion.isEmpty()) {
            destinations = Map.of();
            versionBalancers.clear();
            return;
        }
        Set<String> present = new HashSet<>();
        any.cluster().endpoints().forEach(e -> present.add(e.instance().version()));
        byVersion.keySet().retainAll(present);
        Map<String, Set<String>> versions = new HashMap<>();
        byVersion.forEach((version, names) -> names.forEach(
                name -> versions.computeIfAbsent(name, n -> new TreeSet<>()).add(version)));
        Map<Set<String>, Destination> byVersions = new HashMap<>();
        byVersions.put(present, any);
        Map<String, Destination> next = new HashMap<>();
        versions.forEach((name, of) ->
                next.put(name, byVersions.computeIfAbsent(of, some -> destination(any.cluster(), some, callable))));
        versionBalancers.keySet().retainAll(byVersions.keySet());
        destinations = next;
    }

    private Destination destination(Cluster cluster, Set<String> versions, List<Endpoint> callable) {
        List<Endpoint> some = new ArrayList<>();
        for (Endpoint e : callable) {
            if (versions.contains(e.instance().version())) {
                some.add(e);
            }
        }
        LoadBalancer own = versionBalancers.computeIfAbsent(versions, v -> balancers.apply(service));
        Subset subset = new Subset(VersionMatch.anyOf(versions), Set.of(), Map.of());
        return new Destination(cluster, subset, own.picker(some));
    }
}
