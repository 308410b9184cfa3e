package io.leasegate.loadtest.calls;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What calls a {@link Caller} makes. Immutable.
 *
 * @param port of the gateway, on 127.0.0.1
 * @param service goes into {@code :authority}
 * @param connections how many it makes them on
 * @param callsPerSecond on all of them together
 * @param deadlineMillis what each call has as its {@code grpc-timeout}
 * @param marginMillis how long after its deadline a call is given for lost: a busy machine, and a client that reads late, are no fault of the
 *     gateway's
 * @param kinds one of them for each call, by chance
 * @param cancelShare what share of the calls it cancels somewhere in the middle, 0 to 1
 * @param seed decides what is left to chance
 */
public record Plan(
        int port,
        String service,
        int connections,
        double callsPerSecond,
        int deadlineMillis,
        int marginMillis,
        List<CallKind> kinds,
        double cancelShare,
        long seed) {

    /** A margin for machines that are busy. */
    public static final int USUAL_MARGIN_MILLIS = 5000;

    public Plan {
        kinds = List.copyOf(kinds);
    }

    /** When a call that begins now is overdue. */
    long overdueNanos(long nowNanos) {
        return nowNanos + TimeUnit.MILLISECONDS.toNanos((long) deadlineMillis + marginMillis);
    }
}
