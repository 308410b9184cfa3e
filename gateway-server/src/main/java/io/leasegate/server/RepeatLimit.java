package io.leasegate.server;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Lets one message of a kind through per span of time, and counts the others: what strangers can cause at will must not fill the log. Safe
 * from any thread.
 */
final class RepeatLimit {

    static final long SILENT = -1;

    /** Kinds that are told apart; what comes beyond shares one. */
    private static final int MAX_KINDS = 1_000;

    // What is kept of a kind. No class of its own: among what is told is that no file can be opened, and then a class
    // may not load either.
    private static final int NEXT_NANOS = 0;
    private static final int UNTOLD = 1;

    private final ConcurrentMap<String, AtomicLongArray> kinds = new ConcurrentHashMap<>();
    private final long spanNanos;

    RepeatLimit(long span, TimeUnit unit) {
        spanNanos = unit.toNanos(span);
    }

    /** How many of the kind were left out since the last that was told, when this one is to be told; else {@link #SILENT}. */
    long pass(String kind, long nowNanos) {
        AtomicLongArray k = kinds.get(kind);
        if (k == null) {
            k = kinds.computeIfAbsent(
                    kinds.size() < MAX_KINDS ? kind : "", name -> new AtomicLongArray(new long[] {nowNanos, 0}));
        }
        long next = k.get(NEXT_NANOS);
        if (nowNanos - next >= 0 && k.compareAndSet(NEXT_NANOS, next, nowNanos + spanNanos)) {
            return k.getAndSet(UNTOLD, 0);
        }
        k.incrementAndGet(UNTOLD);
        return SILENT;
    }
}
