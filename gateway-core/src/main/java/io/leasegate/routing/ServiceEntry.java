package io.leasegate.routing;

import static java.util.Objects.requireNonNull;

import io.leasegate.balance.LoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What {@link RouteTableBuilder} holds of one service from one table to the next. Control thread only. */
final class ServiceEntry {

    private static final Comparator<EndpointId> BY_ADDRESS =
            Comparator.comparing(EndpointId::host).thenComparingInt(EndpointId::port);

    final String name;

    /** Whether the pickers must be made anew although the registrations are the same. */
    boolean pickersStale;

    /** What its instances say they serve. */
    final Offer offer;

    private final Function<String, LoadBalancer> balancers;
    private final LoadBalancer balancer;
    private final Map<Subset, LoadBalancer> subsetBalancers = new HashMap<>();
    private final TreeMap<EndpointId, Member> members = new TreeMap<>(BY_ADDRESS);
    private final Set<EndpointId> dirtyMembers = new HashSet<>();
    private @Nullable Destination any;
    private Map<Subset, Destination> bySubset = Map.of();

    ServiceEntry(String name, Function<String, LoadBalancer> balancers) {
        this.name = name;
        this.balancers = balancers;
        this.balancer = balancers.apply(name);
        this.offer = new Offer(name, balancers);
    }

    /** One address, and the keys that register it: the last in order speaks for it. */
    private static final class Member {

        final TreeMap<Claim, Instance> claims = new TreeMap<>();

        @Nullable
        Endpoint endpoint;
    }

    /** Order of the keys that register one address: by precedence, then the one changed last comes last. The key makes the order total. */
    private record Claim(int precedence, long modRevision, String key) implements Comparable<Claim> {
        @Override
        public int compareTo(Claim other) {
            int byPrecedence = Integer.compare(precedence, other.precedence);
            int byRevision = byPrecedence != 0 ? byPrecedence : Long.compare(modRevision, other.modRevision);
            return byRevision != 0 ? byRevision : key.compareTo(other.key);
        }
    }

    ServiceEntry register(int precedence, String key, Instance instance) {
        members.computeIfAbsent(instance.id(), id -> new Member())
                .claims
                .put(new Claim(precedence, instance.modRevision(), key), instance);
        dirtyMembers.add(instance.id());
        return this;
    }

    ServiceEntry withdraw(int precedence, String key, Instance instance) {
        Member m = members.get(instance.id());
        if (m != null) {
            m.claims.remove(new Claim(precedence, instance.modRevision(), key));
            dirtyMembers.add(instance.id());
        }
        return this;
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    boolean holds(Endpoint endpoint) {
        return endpoint(endpoint.id()) == endpoint;
    }

    @Nullable
    Endpoint endpoint(EndpointId id) {
        Member m = members.get(id);
        return m == null ? null : m.endpoint;
    }

    /**
     * Brings endpoints, cluster and pickers up to date.
     *
     * @param changed gets the endpoints whose registration is another one
     * @param wanted what routes ask for
     * @return whether the destinations are others than before
     */
    boolean refresh(List<Endpoint> added, List<Endpoint> removed, List<Endpoint> changed, Wanted wanted) {
        boolean membersChanged = false;
        boolean registrationsChanged = false;
        for (EndpointId id : dirtyMembers) {
            Member m = requireNonNull(members.get(id));
            Endpoint e = m.endpoint;
            if (m.claims.isEmpty()) {
                members.remove(id);
                if (e != null) {
                    e.state(EndpointState.DRAINING, "no longer registered");
                    removed.add(e);
                    membersChanged = true;
                }
                continue;
            }
            Instance instance = m.claims.lastEntry().getValue();
            if (e == null) {
                m.endpoint = new Endpoint(instance);
                added.add(m.endpoint);
                membersChanged = true;
            } else if (!instance.equals(e.instance())) {
                registrationsChanged |= !routedAlike(instance, e.instance());
                e.update(instance);
                changed.add(e);
            }
        }
        dirtyMembers.clear();
        boolean first = any == null;
        if (!membersChanged && !registrationsChanged && !pickersStale && !first) {
            return false;
        }
        pickersStale = false;
        rebuild(membersChanged || first, wanted);
        // A service that came and went between two builds was never in a table.
        return !(first && members.isEmpty());
    }

    private void rebuild(boolean membersChanged, Wanted wanted) {
        Cluster cluster = any == null || membersChanged ? new Cluster(name, endpoints()) : any.cluster();
        List<Endpoint> all = cluster.endpoints();
        List<Endpoint> callable = callable(all);
        any = new Destination(cluster, Subset.ALL, balancer.picker(callable));
        Set<Subset> subsets = wanted.subsets(all);
        subsetBalancers.keySet().retainAll(subsets);
        Map<Subset, Destination> of = new HashMap<>();
        for (Subset subset : subsets) {
            List<Endpoint> some = new ArrayList<>();
            for (Endpoint e : callable) {
                if (subset.contains(e.instance().traits())) {
                    some.add(e);
                }
            }
            LoadBalancer own = subsetBalancers.computeIfAbsent(subset, s -> balancers.apply(name));
            of.put(subset, new Destination(cluster, subset, own.picker(some)));
        }
        bySubset = of;
        offer.rebuild(any, callable);
    }

    private List<Endpoint> endpoints() {
        List<Endpoint> all = new ArrayList<>(members.size());
        for (Member m : members.values()) {
            all.add(requireNonNull(m.endpoint));
        }
        return all;
    }

    /** Those that their registrations do not take out of rotation: nothing that is unsure of health may bring them back. */
    private static List<Endpoint> callable(List<Endpoint> all) {
        List<Endpoint> some = new ArrayList<>(all.size());
        for (Endpoint e : all) {
            if (e.instance().traits().takesCalls()) {
                some.add(e);
            }
        }
        return some;
    }

    /** Whether nothing differs that a picker or a route may look at; what is only shown to people is not part of it. */
    private static boolean routedAlike(Instance a, Instance b) {
        return a.traits().equals(b.traits());
    }

    /** All instances of the service. After the first refresh only. */
    Destination any() {
        return requireNonNull(any);
    }

    /** Some of the instances: a subset that routes asked for at the last refresh. After the first refresh only. */
    Destination destination(Subset subset) {
        return subset.isAll() ? any() : requireNonNull(bySubset.get(subset));
    }

    /** The same by each version that an instance has, where routes asked for that. */
    Map<String, Destination> byVersion(Subset subset) {
        Map<String, Destination> of = new HashMap<>();
        for (String version : Wanted.versions(any().cluster().endpoints())) {
            of.put(version, destination(subset.withVersion(version)));
        }
        return of;
    }
}
