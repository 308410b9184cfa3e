package io.leasegate.routing;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the instances of all services say they serve. Where several services have one gRPC service, its calls go to the first of them in
 * alphabetical order, whichever was there first: the choice must be the same in every gateway and after every restart. Control thread only.
 */
final class Offers {

    private final Map<String, TreeMap<String, Destination>> byGrpcService = new HashMap<>();
    private final Map<String, Set<String>> taken = new HashMap<>();
    private final Map<String, Map<String, List<String>>> byVersion = new HashMap<>();
    private final Set<String> changed = new HashSet<>();
    private final List<Collision> collisions = new ArrayList<>();
    private boolean namesChanged;
    private boolean versionsChanged;

    /** A service changed, what it offers may have. */
    void take(String service, Offer offer) {
        Map<String, Destination> after = offer.destinations();
        Set<String> before = taken.getOrDefault(service, Set.of());
        if (before.isEmpty() && after.isEmpty()) {
            return;
        }
        for (String name : before) {
            if (!after.containsKey(name)) {
                withdraw(name, service);
            }
        }
        after.forEach((name, destination) -> put(name, service, destination));
        if (after.isEmpty()) {
            taken.remove(service);
            byVersion.remove(service);
            versionsChanged = true;
        } else if (!offer.byVersion().equals(byVersion.get(service))) {
            taken.put(service, Set.copyOf(after.keySet()));
            byVersion.put(service, Map.copyOf(offer.byVersion()));
            versionsChanged = true;
        }
    }

    private void withdraw(String name, String service) {
        TreeMap<String, Destination> of = requireNonNull(byGrpcService.get(name));
        of.remove(service);
        if (of.isEmpty()) {
            byGrpcService.remove(name);
            namesChanged = true;
        }
        changed.add(name);
    }

    private void put(String name, String service, Destination destination) {
        TreeMap<String, Destination> of = byGrpcService.get(name);
        if (of == null) {
            of = new TreeMap<>();
            byGrpcService.put(name, of);
            namesChanged = true;
        }
        boolean isNew = of.put(service, destination) == null;
        if (isNew && (of.size() == 2 || (of.size() > 2 && of.firstKey().equals(service)))) {
            collisions.add(new Collision(name, List.copyOf(of.keySet())));
        }
        changed.add(name);
    }

    /** The names with what changed since {@code before}. */
    KnownNames known(NameMap<Destination> registered, KnownNames before) {
        if (changed.isEmpty()) {
            return new KnownNames(registered, before.learned(), before.grpcServices());
        }
        NameMap<Destination> learned = namesChanged ? null : before.learned().replace(destinations(changed));
        if (learned == null) {
            learned = new NameMap<>(destinations(byGrpcService.keySet()));
        }
        Map<String, Map<String, List<String>>> shown = versionsChanged ? Map.copyOf(byVersion) : before.grpcServices();
        changed.clear();
        namesChanged = false;
        versionsChanged = false;
        return new KnownNames(registered, learned, shown);
    }

    private Map<String, Destination> destinations(Set<String> names) {
        Map<String, Destination> all = new HashMap<>();
        for (String name : names) {
            all.put(name, requireNonNull(byGrpcService.get(name)).firstEntry().getValue());
        }
        return all;
    }

    /** The collisions that came up since the last call. */
    List<Collision> newCollisions() {
        List<Collision> all = List.copyOf(collisions);
        collisions.clear();
        return all;
    }
}
