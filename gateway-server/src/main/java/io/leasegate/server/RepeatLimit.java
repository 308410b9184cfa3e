package io.leasegate.server;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets one message of a kind through per span of time, and counts the others: what strangers can cause at will must not fill the log. Safe
 * from any thread.
 */
final class RepeatLimit {

    static final long SILENT = -1;

    /** Kinds that are told apart; what comes beyond shares one. */
    private static final int MAX_KINDS = 1_000;

    private static final class Kind {
        final AtomicLong nextNanos;
        final AtomicLong untold = new AtomicLong();

        Kind(long firstNanos) {
            nextNanos = new AtomicLong(firstNanos);
        }
    }

    private final ConcurrentMap<String, Kind> kinds = new ConcurrentHashMap<>();
    private final long spanNanos;

    RepeatLimit(long span, TimeUnit unit) {
        spanNanos = unit.toNanos(span);
    }

    /** How many of the kind were left out since the last that was told, when this one is to be told; else {@link #SILENT}. */
    long pass(String kind, long nowNanos) {
        Kind k = kinds.get(kind);
        if (k == null) {
            k = kinds.computeIfAbsent(kinds.size() < MAX_KINDS ? kind : "", name -> new Kind(nowNanos));
        }
        long next = k.nextNanos.get();
        if (nowNanos - next >= 0 && k.nextNanos.compareAndSet(next, nowNanos + spanNanos)) {
            return k.untold.getAndSet(0);
        }
        k.untold.incrementAndGet();
        return SILENT;
    }
}
