package io.leasegate.resilience;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of each service over all event loops, made at the first use and kept. Services for which nothing is configured take no
 * place. Safe from any thread.
 */
public final class ServiceCounts {

    private final ToIntFunction<String> maxCalls;
    private final ConcurrentMap<String, CallLimit> limits = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, RetryBudget> budgets = new ConcurrentHashMap<>();

    /** @param maxCalls how many calls of a service may be in flight, 0 for any number */
    public ServiceCounts(ToIntFunction<String> maxCalls) {
        this.maxCalls = maxCalls;
    }

    /** Always the same one for a service; null where there is no limit. */
    public @Nullable CallLimit limit(String service) {
        int max = maxCalls.applyAsInt(service);
        if (max == 0) {
            return null;
        }
        CallLimit known = limits.get(service);
        return known != null ? known : limits.computeIfAbsent(service, name -> new CallLimit(max));
    }

    /** Always the same one for a service. */
    public RetryBudget budget(String service) {
        RetryBudget known = budgets.get(service);
        return known != null ? known : budgets.computeIfAbsent(service, name -> new RetryBudget(System.nanoTime()));
    }
}
