package io.leasegate.balance;

/** How an endpoint is chosen. */
public enum BalancePolicy {
    /** In turn, by weight. */
    ROUND_ROBIN,
    /** At random, by weight. */
    RANDOM,
    /** Of two the one with fewer calls in flight for its weight. */
    LEAST_REQUEST
}
