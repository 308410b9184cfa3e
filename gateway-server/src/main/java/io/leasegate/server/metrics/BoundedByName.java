package io.leasegate.server.metrics;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * What is kept for each name of a service or a listener. Names beyond the bound share what is kept for {@link MethodIndex#OTHER}; a name once there
 * stays there, since names are never taken out: what goes up for a name comes down for the same one. Safe from any thread.
 */
final class BoundedByName<T> {

    private final ConcurrentMap<String, T> known = new ConcurrentHashMap<>();
    private final int maxNames;
    private final Function<String, T> create;

    /** @param create makes what is kept for a name */
    BoundedByName(MetricLimits limits, Function<String, T> create) {
        this.maxNames = limits.services();
        this.create = create;
    }

    T of(String name) {
        T found = known.get(name);
        if (found != null) {
            return found;
        }
        synchronized (known) {
            boolean full = known.size() >= maxNames && !known.containsKey(name);
            return known.computeIfAbsent(full ? MethodIndex.OTHER : name, create);
        }
    }
}
