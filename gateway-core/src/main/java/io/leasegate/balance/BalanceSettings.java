package io.leasegate.balance;

import org.jspecify.annotations.Nullable;

/**
 * How the calls of one service are spread.
 *
 * @param policy how an endpoint is chosen
 * @param hashKey what is hashed; not null for the policies that hash
 */
public record BalanceSettings(
        BalancePolicy policy, @Nullable HashKey hashKey) {

    public BalanceSettings {
        if (policy.hashes() && hashKey == null) {
            throw new IllegalArgumentException("hashKey: null (expected what to hash for " + policy + ")");
        }
    }
}
