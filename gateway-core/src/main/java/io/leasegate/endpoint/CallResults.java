package io.leasegate.endpoint;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of one endpoint say about it, for outlier detection: how many went well and failed since it is known, and how many
 * failed in a row. What says nothing about the endpoint is in neither number. Safe from any thread; none of it allocates or waits.
 */
public final class CallResults {

    /**
     * What ends abruptly within this time has one cause: a process that stops loses the calls of all loops and all its connections, in as
     * many reads.
     */
    private static final long TOGETHER_NANOS = 100_000_000L;

    /** Who is told of failures in a row, and of how many. */
    private record Alarm(int failures, Runnable task) {}

    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicInteger failedInARow = new AtomicInteger();
    /** When a call ended abruptly that counts in a row; 0 for never. */
    private final AtomicLong abruptNanos = new AtomicLong();

    private volatile @Nullable Alarm alarm;
    private volatile String lastFailure = "";

    void succeeded() {
        succeeded.increment();
        // Nearly always it is none, and then nothing is written that other loops read.
        if (failedInARow.get() != 0) {
            failedInARow.set(0);
        }
    }

    /** A call was broken off: one failure more, and one in a row if it is the first of those that were within a tenth of a second. */
    void brokenOff(String how, long nowNanos) {
        long last = abruptNanos.get();
        boolean first = last == 0 || nowNanos - last >= TOGETHER_NANOS;
        if (first && abruptNanos.compareAndSet(last, nowNanos)) {
            failed(how);
        } else {
            failed.increment();
        }
    }

    void failed(String how) {
        failed.increment();
        lastFailure = how;
        int inARow = failedInARow.incrementAndGet();
        Alarm a = alarm;
        if (a != null && inARow % a.failures == 0) {
            a.task.run();
        }
    }

    /**
     * The task runs from now on when so many calls failed in a row, and again when as many more did.
     *
     * @param failures 1 or more
     * @param task runs on the event loop of the call; must not block
     */
    public void alarm(int failures, Runnable task) {
        alarm = new Alarm(failures, task);
    }

    /** Nobody is told any more. */
    public void silence() {
        alarm = null;
    }

    /** The next failure is the first in a row. */
    public void forgetFailures() {
        failedInARow.set(0);
    }

    /** Calls that went well since the endpoint is known. */
    public long succeededCalls() {
        return succeeded.sum();
    }

    /** Calls that failed since the endpoint is known. */
    public long failedCalls() {
        return failed.sum();
    }

    /** Calls that failed since the last one that went well. */
    public int failedInARow() {
        return failedInARow.get();
    }

    /** How the last one failed, as in "failed with UNAVAILABLE"; empty while none has. */
    public String lastFailure() {
        return lastFailure;
    }
}
