package io.leasegate.loadtest.calls;

import io.leasegate.loadtest.wire.ClientStream;
import org.jspecify.annotations.Nullable;

/** A call that has not ended. Used on its caller's event loop. */
final class OpenCall {

    final int id;
    final CallKind kind;
    final long beganNanos;

    /** When it is overdue, of {@link System#nanoTime()}. */
    long overdueNanos;

    /** Null while it waits for a connection again. */
    @Nullable
    ClientStream stream;

    OpenCall(int id, CallKind kind, long beganNanos, long overdueNanos) {
        this.id = id;
        this.kind = kind;
        this.beganNanos = beganNanos;
        this.overdueNanos = overdueNanos;
    }

    CallEnd end(CallEnd.Way way, String status, String outcome, String message) {
        return new CallEnd(id, kind, way, status, outcome, message, beganNanos, System.nanoTime());
    }
}
