package io.leasegate.loadtest.calls;

/**
 * How a call ended. Immutable.
 *
 * @param id its {@code x-call-id}
 * @param kind what was called
 * @param way how it ended
 * @param status the name of gRPC's status where it ended with one, else what came in its place
 * @param outcome the code of the gateway's outcome where the gateway answered; else empty
 * @param message what came with the status
 * @param beganNanos when the call was made, of {@link System#nanoTime()}
 * @param endedNanos when it ended
 */
public record CallEnd(
        int id,
        CallKind kind,
        Way way,
        String status,
        String outcome,
        String message,
        long beganNanos,
        long endedNanos) {

    /** The ways in which a call ends. */
    public enum Way {
        /** With a status, of gRPC or, when the stream was reset, of HTTP/2. */
        ANSWERED,
        /** The caller cancelled it, or vanished with its connection. */
        GIVEN_UP,
        /** The gateway left before it took the call, and no other connection could be made in time. */
        NOT_SENT,
        /** Without a status: the response ended, or the connection broke, and nobody had announced it. */
        WITHOUT_STATUS,
        /** Not at all within its deadline and a margin. */
        OVERDUE
    }

    public boolean isOk() {
        return way == Way.ANSWERED && status.equals(Statuses.OK);
    }

    /** Whether the caller got something else than what it asked for. */
    public boolean isFailed() {
        return !isOk() && way != Way.GIVEN_UP && way != Way.NOT_SENT;
    }

    /** Whether it had no status within its deadline and a margin, or ended without one. */
    public boolean isLost() {
        return way == Way.OVERDUE || way == Way.WITHOUT_STATUS;
    }

    @Override
    public String toString() {
        return "call " + id + " (" + kind + "): " + (way == Way.ANSWERED ? "" : way + " ") + status
                + (outcome.isEmpty() ? "" : " [" + outcome + "]") + (message.isEmpty() ? "" : ": " + message)
                + " after " + (endedNanos - beganNanos) / 1_000_000 + " ms";
    }
}
