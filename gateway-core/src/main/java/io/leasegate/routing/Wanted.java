package io.leasegate.routing;

import io.leasegate.endpoint.Endpoint;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * What routes ask for of one service, beside all of its instances. Control thread only.
 *
 * @param fixed subsets
 * @param pinnable subsets that are asked for in each version by itself, since a header may name it
 */
record Wanted(Set<Subset> fixed, Set<Subset> pinnable) {

    static final Wanted NOTHING = new Wanted(Set.of(), Set.of());

    /** Grows by {@link #add}. */
    static Wanted growing() {
        return new Wanted(new HashSet<>(), new HashSet<>());
    }

    void add(Subset subset, boolean isPinnable) {
        if (!subset.isAll()) {
            fixed.add(subset);
        }
        if (isPinnable) {
            pinnable.add(subset);
        }
    }

    /** All subsets, by the versions that there are. */
    Set<Subset> subsets(Collection<Endpoint> instances) {
        if (pinnable.isEmpty()) {
            return fixed;
        }
        Set<Subset> all = new HashSet<>(fixed);
        for (String version : versions(instances)) {
            pinnable.forEach(s -> all.add(s.withVersion(version)));
        }
        return all;
    }

    /** The versions of instances that have one. */
    static Set<String> versions(Collection<Endpoint> instances) {
        Set<String> versions = new HashSet<>();
        for (Endpoint e : instances) {
            versions.add(e.instance().version());
        }
        versions.remove("");
        return versions;
    }
}
