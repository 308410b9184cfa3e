package io.leasegate.balance;

import java.util.Locale;

/** How an endpoint is chosen. */
public enum BalancePolicy {
    /** In turn, by weight. */
    ROUND_ROBIN,
    /** At random, by weight. */
    RANDOM,
    /** Of two the one with fewer calls in flight for its weight. */
    LEAST_REQUEST,
    /** Of two the one that answers sooner: by latency of late times calls in flight. */
    PEAK_EWMA,
    /** By a hash of the call on a ring. */
    RING_HASH,
    /** By a hash of the call in Maglev's table. */
    MAGLEV;

    /** Its name in the configuration. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the choice follows a hash of the call. */
    public boolean hashes() {
        return this == RING_HASH || this == MAGLEV;
    }
}
