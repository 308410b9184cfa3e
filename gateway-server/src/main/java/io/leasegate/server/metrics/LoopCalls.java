package io.leasegate.server.metrics;

import io.leasegate.h2.GrpcStatus;
import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.Outcome;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has counted. Only that loop adds, so that adding is a plain read and a write that no other loop waits for;
 * the scrape reads all loops and sums up. Micrometer's counter and timer, which all loops share, cost a call 97 ns with one loop and
 * 300 to 400 ns with two; this costs 37 ns with either.
 */
final class LoopCalls {

    /** Upper ends of the buckets in nanoseconds: from a call through an idle gateway to a long stream. */
    private static final long[] BUCKET_NANOS = {
        250_000L,
        500_000L,
        1_000_000L,
        2_500_000L,
        5_000_000L,
        10_000_000L,
        25_000_000L,
        50_000_000L,
        100_000_000L,
        250_000_000L,
        500_000_000L,
        1_000_000_000L,
        2_500_000_000L,
        5_000_000_000L,
        10_000_000_000L,
        60_000_000_000L,
    };

    /** The bounded buckets and the one without a bound. */
    static final int BUCKETS = BUCKET_NANOS.length + 1;

    static final int OUTCOMES = Outcome.values().length;
    private static final int DEFINED_STATUSES = GrpcStatus.values().length;
    /** None sent, the defined ones, any other number. */
    static final int STATUSES = DEFINED_STATUSES + 2;

    /** The calls of one method that ended in one way: buckets, then the sum of nanoseconds, then the statuses. */
    static final class Ended {

        private static final int SUM = BUCKETS;
        private static final int FIRST_STATUS = SUM + 1;

        private final AtomicLongArray cells = new AtomicLongArray(FIRST_STATUS + STATUSES);

        private void add(long nanos, int grpcStatus) {
            increase(cells, bucket(nanos), 1);
            increase(cells, SUM, nanos);
            increase(cells, FIRST_STATUS + statusIndex(grpcStatus), 1);
        }

        long inBucket(int index) {
            return cells.getOpaque(index);
        }

        long sumNanos() {
            return cells.getOpaque(SUM);
        }

        long withStatus(int index) {
            return cells.getOpaque(FIRST_STATUS + index);
        }
    }

    /** The calls of one method. */
    static final class OfMethod {

        private static final int REQUEST_BYTES = 0;
        private static final int RESPONSE_BYTES = 1;
        private static final int RETRIES = 2;

        private final AtomicLongArray totals = new AtomicLongArray(RETRIES + 1);
        private final AtomicReferenceArray<@Nullable Ended> byOutcome = new AtomicReferenceArray<>(OUTCOMES);

        private void add(AccessRecord call) {
            int outcome = call.outcome().ordinal();
            Ended ended = byOutcome.getPlain(outcome);
            if (ended == null) {
                ended = new Ended();
                byOutcome.setRelease(outcome, ended);
            }
            ended.add(Math.max(0, call.totalNanos()), call.grpcStatus());
            increase(totals, REQUEST_BYTES, call.requestBytes());
            increase(totals, RESPONSE_BYTES, call.responseBytes());
            if (call.attempts() > 1) {
                increase(totals, RETRIES, call.attempts() - 1);
            }
        }

        @Nullable
        Ended ended(int outcome) {
            return byOutcome.getAcquire(outcome);
        }

        long requestBytes() {
            return totals.getOpaque(REQUEST_BYTES);
        }

        long responseBytes() {
            return totals.getOpaque(RESPONSE_BYTES);
        }

        long retries() {
            return totals.getOpaque(RETRIES);
        }
    }

    private final AtomicReferenceArray<@Nullable OfMethod> byMethod;
    private final AtomicLong started = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();

    LoopCalls(int maxMethods) {
        byMethod = new AtomicReferenceArray<>(maxMethods);
    }

    /** Event loop only. */
    void onStart() {
        started.setOpaque(started.getPlain() + 1);
    }

    /** Event loop only. */
    void onEnd(Method method, AccessRecord call) {
        ended.setOpaque(ended.getPlain() + 1);
        OfMethod calls = byMethod.getPlain(method.index());
        if (calls == null) {
            calls = new OfMethod();
            byMethod.setRelease(method.index(), calls);
        }
        calls.add(call);
    }

    @Nullable
    OfMethod of(Method method) {
        return byMethod.getAcquire(method.index());
    }

    long inFlight() {
        // In this order: a call that ends in between counts as in flight and not as minus one.
        long before = ended.getOpaque();
        return started.getOpaque() - before;
    }

    /** The upper ends of the buckets in seconds, the last one infinite. */
    static double[] bucketSeconds() {
        double[] seconds = new double[BUCKETS];
        for (int i = 0; i < BUCKET_NANOS.length; i++) {
            seconds[i] = BUCKET_NANOS[i] / 1e9;
        }
        seconds[BUCKETS - 1] = Double.POSITIVE_INFINITY;
        return seconds;
    }

    /** What the label says for a status index. */
    static String statusLabel(int index) {
        return index == 0 ? "none" : index > DEFINED_STATUSES ? MethodIndex.OTHER : Integer.toString(index - 1);
    }

    private static int statusIndex(int grpcStatus) {
        return grpcStatus < 0 ? 0 : grpcStatus < DEFINED_STATUSES ? grpcStatus + 1 : DEFINED_STATUSES + 1;
    }

    private static int bucket(long nanos) {
        int i = 0;
        while (i < BUCKET_NANOS.length && nanos > BUCKET_NANOS[i]) {
            i++;
        }
        return i;
    }

    private static void increase(AtomicLongArray cells, int index, long amount) {
        cells.setOpaque(index, cells.getPlain(index) + amount);
    }
}
