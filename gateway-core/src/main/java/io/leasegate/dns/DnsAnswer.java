package io.leasegate.dns;

import java.util.List;

/**
 * What one look-up came to. Immutable.
 *
 * @param <T> what a record says
 */
public sealed interface DnsAnswer<T> {

    /**
     * There are records, one at least, that count for so many seconds.
     *
     * @param candidate which of the full names that the name may stand for has them, counted from 0
     */
    record Found<T>(List<T> records, long ttlSeconds, int candidate) implements DnsAnswer<T> {
        public Found {
            records = List.copyOf(records);
        }
    }

    /** A name server said that there is no such name, or no record of the type; it counts for so many seconds. */
    record None<T>(String reason, long ttlSeconds) implements DnsAnswer<T> {}

    /** Nobody could say: no answer in time, or a name server that failed itself. */
    record Failed<T>(String reason) implements DnsAnswer<T> {}
}
