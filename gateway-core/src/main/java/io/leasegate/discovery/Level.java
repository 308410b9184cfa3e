package io.leasegate.discovery;

import java.util.ArrayDeque;

/**
 * A number that rises and falls, and the most that it was within a time. For use by one thread.
 *
 * <p>Invariant: from first to last the counts fall and the times rise. A count that a later one has reached can never again be the most.
 */
final class Level {

    /** A count, and until when it held; {@link Long#MAX_VALUE} while it does. */
    private record Step(int count, long untilNanos) {}

    private final ArrayDeque<Step> steps = new ArrayDeque<>();

    Level() {
        steps.add(new Step(0, Long.MAX_VALUE));
    }

    int now() {
        return steps.getLast().count;
    }

    void change(int by, long nowNanos) {
        Step last = steps.removeLast();
        int next = last.count + by;
        if (by < 0) {
            steps.add(new Step(last.count, nowNanos));
        }
        while (!steps.isEmpty() && steps.getLast().count <= next) {
            steps.removeLast();
        }
        steps.add(new Step(next, Long.MAX_VALUE));
    }

    /** The most that it was since then, its present value included. */
    int mostSince(long nanos) {
        while (steps.getFirst().untilNanos != Long.MAX_VALUE && steps.getFirst().untilNanos - nanos < 0) {
            steps.removeFirst();
        }
        return steps.getFirst().count;
    }
}
