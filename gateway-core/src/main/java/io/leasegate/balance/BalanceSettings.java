package io.leasegate.balance;

import org.jspecify.annotations.Nullable;

/**
 * How the calls of one service are spread.
 *
 * @param policy how an endpoint is chosen
 * @param hashKey what is hashed; not null for the policies that hash
 * @param zone the zone whose endpoints go first, empty for none
 * @param slowStartNanos over which time an endpoint that has become healthy comes to its full share, 0 for at once
 * @param panicThreshold share of healthy endpoints, 0 to 1, below which others get calls too; 0 for never
 */
public record BalanceSettings(
        BalancePolicy policy, @Nullable HashKey hashKey, String zone, long slowStartNanos, double panicThreshold) {

    public BalanceSettings {
        if (policy.hashes() && hashKey == null) {
            throw new IllegalArgumentException("hashKey: null (expected what to hash for " + policy + ")");
        }
        if (slowStartNanos < 0) {
            throw new IllegalArgumentException("slowStartNanos: " + slowStartNanos + " (expected 0 or more)");
        }
        if (!(panicThreshold >= 0 && panicThreshold <= 1)) {
            throw new IllegalArgumentException("panicThreshold: " + panicThreshold + " (expected 0 to 1)");
        }
    }

    /** Healthy endpoints alone, wherever they are and however long they have been. */
    public BalanceSettings(BalancePolicy policy, @Nullable HashKey hashKey) {
        this(policy, hashKey, "", 0, 0);
    }

    public BalanceSettings withZone(String name) {
        return new BalanceSettings(policy, hashKey, name, slowStartNanos, panicThreshold);
    }

    public BalanceSettings withSlowStart(long nanos) {
        return new BalanceSettings(policy, hashKey, zone, nanos, panicThreshold);
    }

    public BalanceSettings withPanicThreshold(double share) {
        return new BalanceSettings(policy, hashKey, zone, slowStartNanos, share);
    }
}
