package io.leasegate.routing;

import static java.util.Objects.requireNonNull;

import io.leasegate.balance.LoadBalancer;
import io.leasegate.balance.Picker;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes one {@link RouteTable} after the other from registrations. Control thread only.
 *
 * <pre>
 *   set(key, instances) --+                     +-- services without a change keep cluster, picker and place
 *   healthChanged(...)  --+--> build(revision) -+-- changed services get a new cluster and new pickers
 *   learned(...)        --+                     +-- nothing changed: the previous table itself
 *   routes(...)         --+
 * </pre>
 *
 * <p>Invariants: several keys with the same service and address make one {@link Endpoint}, which says what the key of the highest
 * precedence says, of several such keys the one changed last, and stays until the last of them goes; an {@code Endpoint} object lives as long as its address is registered; the version rises
 * only when what is routed changed, by a registration, a state or a route; a service that lost its last instance stays known, as a destination
 * without endpoints, and so is one that a source is expected to have, so that its callers hear "no healthy endpoint" and not "no such service".
 */
public final class RouteTableBuilder {

    /** How many services without instances stay known. Bounds what a registrar that invents names can make the table hold. */
    static final int MAX_EMPTY_SERVICES = 10_000;

    /** Up to how many changed services the list of clusters is patched and not made anew. */
    private static final int MAX_PATCHES = 64;

    private final Function<String, LoadBalancer> balancers;
    private final int maxEmptyServices;
    private final Map<String, List<Instance>> instances = new HashMap<>();
    private final TreeMap<String, ServiceEntry> services = new TreeMap<>();
    private final LinkedHashSet<String> emptyServices = new LinkedHashSet<>();
    private final Set<ServiceEntry> dirty = new LinkedHashSet<>();
    private final Offers offers = new Offers();
    private List<Route> routes = List.of();
    private Map<String, Wanted> routed = Map.of();
    private Set<String> expected = Set.of();
    private boolean namesChanged;
    private RouteTable table;

    /**
     * A builder without instances.
     *
     * @param balancers makes the load balancer of a service from the service's name; asked once per service that has instances,
     *     and once more per subset of them that a route asks for
     * @param routes the configured routes, the first match wins
     * @param source where the instances come from, as {@link RouteTable#source()} says it
     */
    public RouteTableBuilder(Function<String, LoadBalancer> balancers, List<Route> routes, String source) {
        this(balancers, routes, source, MAX_EMPTY_SERVICES);
    }

    RouteTableBuilder(
            Function<String, LoadBalancer> balancers, List<Route> routes, String source, int maxEmptyServices) {
        this.balancers = requireNonNull(balancers, "balancers");
        this.maxEmptyServices = maxEmptyServices;
        this.table = RouteTable.empty(requireNonNull(source, "source"));
        routes(routes);
        table = makeTable(0, 0, Map.of());
        namesChanged = false;
    }

    /** The table that was built last; before the first build one of version 0 that knows the routes and no instance. */
    public RouteTable table() {
        return table;
    }

    /** Replaces the routes. */
    public void routes(List<Route> newRoutes) {
        Map<String, Wanted> wanted = new HashMap<>();
        for (Route r : newRoutes) {
            for (Route.Target t : r.targets()) {
                wanted.computeIfAbsent(t.service(), name -> Wanted.growing())
                        .add(t.subset(), !r.versionHeader().isEmpty());
            }
            if (r.mirror() != null) {
                wanted.computeIfAbsent(r.mirror().service(), name -> Wanted.growing())
                        .add(r.mirror().subset(), false);
            }
        }
        for (ServiceEntry s : services.values()) {
            if (!wantedOf(wanted, s.name).equals(wantedOf(routed, s.name))) {
                s.pickersStale = true;
                dirty.add(s);
            }
        }
        routes = List.copyOf(newRoutes);
        routed = wanted;
        namesChanged = true;
    }

    /** Services that are known from the next build on whether they have instances or not, in the place of those named before. */
    public void expect(Set<String> names) {
        if (!expected.equals(names)) {
            expected = Set.copyOf(names);
            namesChanged = true;
        }
    }

    /** The same as {@link #set(int, String, List)} where there is one source. */
    public void set(String key, List<Instance> newInstances) {
        set(0, key, newInstances);
    }

    /**
     * Sets what one registration key stands for from the next build on.
     *
     * @param precedence of the key's source: where several have an address, the highest counts. Always the same for a key
     * @param key identifies the registration among those of all sources
     * @param newInstances all instances that the key stands for; none when it is gone
     */
    public void set(int precedence, String key, List<Instance> newInstances) {
        List<Instance> after = List.copyOf(newInstances);
        List<Instance> before = after.isEmpty() ? instances.remove(key) : instances.put(key, after);
        if (before != null) {
            if (before.equals(after)) {
                return;
            }
            for (Instance i : before) {
                dirty.add(entry(i).withdraw(precedence, key, i));
            }
        }
        for (Instance i : after) {
            dirty.add(entry(i).register(precedence, key, i));
        }
    }

    /** Replaces all instances of all keys: the same as {@link #set} for every key, known or new, where {@link Instance#key} is the key. */
    public void setAll(Collection<Instance> all) {
        Map<String, List<Instance>> byKey = new HashMap<>();
        for (Instance i : all) {
            byKey.computeIfAbsent(i.key(), key -> new ArrayList<>()).add(i);
        }
        for (String key : List.copyOf(instances.keySet())) {
            if (!byKey.containsKey(key)) {
                set(key, List.of());
            }
        }
        byKey.forEach(this::set);
    }

    /** Whether the endpoint is in the table that was built last and not replaced by another one for the same address. */
    public boolean holds(Endpoint endpoint) {
        ServiceEntry s = services.get(endpoint.id().service());
        return s != null && s.holds(endpoint);
    }

    /** The endpoint that was built last for an address, or null. */
    public @Nullable Endpoint endpoint(EndpointId id) {
        ServiceEntry s = services.get(id.service());
        return s == null ? null : s.endpoint(id);
    }

    /** The state of an endpoint changed: its service gets new pickers with the next build. Endpoints that are gone are passed over. */
    public void healthChanged(Endpoint endpoint) {
        pickersChange(endpoint);
    }

    /** An endpoint's share of its weight is another one. */
    public void weightChanged(Endpoint endpoint) {
        pickersChange(endpoint);
    }

    /**
     * What the instances of one version of a service say they serve, in the place of what was known before. It is forgotten with the last
     * instance of that version.
     *
     * @param grpcServices full names of gRPC services, each once
     */
    public void learned(String service, String version, List<String> grpcServices) {
        ServiceEntry s = services.get(service);
        if (s != null && s.offer.learned(version, List.copyOf(grpcServices))) {
            s.pickersStale = true;
            dirty.add(s);
        }
    }

    private void pickersChange(Endpoint endpoint) {
        ServiceEntry s = services.get(endpoint.id().service());
        if (s != null && s.holds(endpoint)) {
            s.pickersStale = true;
            dirty.add(s);
        }
    }

    /**
     * The table by now. Costs a walk over the changed services and a copy of the list of services.
     *
     * @param revision the registry revision that the instances reflect
     */
    public TableUpdate build(long revision) {
        List<Endpoint> added = new ArrayList<>();
        List<Endpoint> changed = new ArrayList<>();
        List<Endpoint> removed = new ArrayList<>();
        Map<String, Destination> changes = new LinkedHashMap<>();
        for (ServiceEntry s : dirty) {
            if (s.refresh(added, removed, changed, wantedOf(routed, s.name))) {
                changes.put(s.name, s.any());
                offers.take(s.name, s.offer);
            }
            if (s.isEmpty()) {
                services.remove(s.name);
            }
        }
        dirty.clear();
        if (!changes.isEmpty() || namesChanged) {
            table = makeTable(table.version() + 1, revision, changes);
            namesChanged = false;
        } else if (revision != table.revision()) {
            table = table.withRevision(revision);
        }
        return new TableUpdate(table, added, changed, removed, offers.newCollisions());
    }

    private RouteTable makeTable(long version, long revision, Map<String, Destination> changes) {
        boolean dropped = noteEmptyServices(changes);
        NameMap<Destination> byName =
                dropped || namesChanged ? null : table.names().registered().replace(changes);
        if (byName == null) {
            byName = new NameMap<>(allDestinations());
        }
        List<Cluster> clusters = changes.size() > MAX_PATCHES ? allClusters() : patchedClusters(changes);
        KnownNames names = offers.known(byName, table.names());
        return new RouteTable(version, revision, table.source(), clusters, routeEntries(), names);
    }

    private List<Cluster> allClusters() {
        List<Cluster> clusters = new ArrayList<>(services.size());
        for (ServiceEntry s : services.values()) {
            clusters.add(s.any().cluster());
        }
        return clusters;
    }

    /** The clusters of the last table with what changed put in its place; a walk over thousands of services costs several times as much. */
    private List<Cluster> patchedClusters(Map<String, Destination> changes) {
        List<Cluster> clusters = new ArrayList<>(table.clusters());
        for (Destination d : changes.values()) {
            Cluster cluster = d.cluster();
            int at = Collections.binarySearch(clusters, cluster, Comparator.comparing(Cluster::name));
            if (cluster.endpoints().isEmpty()) {
                if (at >= 0) {
                    clusters.remove(at);
                }
            } else if (at >= 0) {
                clusters.set(at, cluster);
            } else {
                clusters.add(-at - 1, cluster);
            }
        }
        return clusters;
    }

    /** Keeps the list of services without instances. Returns whether names fell out of the table by that. */
    private boolean noteEmptyServices(Map<String, Destination> changes) {
        for (Map.Entry<String, Destination> change : changes.entrySet()) {
            String name = change.getKey();
            // Removed first in either case: the order is that of becoming empty.
            emptyServices.remove(name);
            if (change.getValue().cluster().endpoints().isEmpty()) {
                emptyServices.add(name);
            }
        }
        int excess = emptyServices.size() - maxEmptyServices;
        Iterator<String> eldest = emptyServices.iterator();
        for (int i = 0; i < excess; i++) {
            eldest.next();
            eldest.remove();
        }
        return excess > 0;
    }

    private Map<String, Destination> allDestinations() {
        Map<String, Destination> all = new HashMap<>();
        emptyServices.forEach(name -> all.put(name, emptyDestination(name, Subset.ALL)));
        routed.keySet().forEach(name -> all.put(name, emptyDestination(name, Subset.ALL)));
        expected.forEach(name -> all.put(name, emptyDestination(name, Subset.ALL)));
        services.values().forEach(s -> all.put(s.name, s.any()));
        return all;
    }

    private List<RouteEntry> routeEntries() {
        List<RouteEntry> entries = new ArrayList<>(routes.size());
        for (Route r : routes) {
            List<Destination> destinations = new ArrayList<>(r.targets().size());
            List<Map<String, Destination>> pins = new ArrayList<>();
            MirrorTarget mirror = mirrorOf(r);
            for (Route.Target t : r.targets()) {
                destinations.add(destination(t.service(), t.subset()).with(r, t, mirror, entries.size()));
                if (!r.versionHeader().isEmpty()) {
                    Map<String, Destination> pinned = new HashMap<>();
                    ServiceEntry s = services.get(t.service());
                    Map<String, Destination> byVersion = s == null ? Map.of() : s.byVersion(t.subset());
                    byVersion.forEach((v, d) -> pinned.put(v, d.with(r, t, mirror, entries.size())));
                    pins.add(pinned);
                }
            }
            entries.add(new RouteEntry(r, destinations, pins));
        }
        return entries;
    }

    private @Nullable MirrorTarget mirrorOf(Route r) {
        Route.Mirror m = r.mirror();
        return m == null ? null : new MirrorTarget(destination(m.service(), m.subset()), m.share(), m.bufferBytes());
    }

    private Destination destination(String service, Subset subset) {
        ServiceEntry s = services.get(service);
        return s == null ? emptyDestination(service, subset) : s.destination(subset);
    }

    private ServiceEntry entry(Instance i) {
        return services.computeIfAbsent(i.id().service(), name -> new ServiceEntry(name, balancers));
    }

    private static Wanted wantedOf(Map<String, Wanted> wanted, String service) {
        return wanted.getOrDefault(service, Wanted.NOTHING);
    }

    private static Destination emptyDestination(String service, Subset subset) {
        return new Destination(new Cluster(service, List.of()), subset, Picker.NOTHING);
    }
}
