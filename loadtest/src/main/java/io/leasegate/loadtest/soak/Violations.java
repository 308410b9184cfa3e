package io.leasegate.loadtest.soak;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What must never be and was, with its time. Any thread. */
public final class Violations {

    /**
     * One of them. Immutable.
     *
     * @param atSeconds from the beginning of the soak
     * @param cycle the number of the cycle
     * @param what it is
     */
    public record Violation(double atSeconds, int cycle, String what) {
        @Override
        public String toString() {
            return "%.1f s, cycle %d: %s".formatted(atSeconds, cycle, what);
        }
    }

    private static final int KEPT = 200;

    private final long beganNanos = System.nanoTime();
    private final Consumer<String> told;
    private final List<Violation> found = new ArrayList<>();
    private final Set<String> known = new HashSet<>();
    private int cycle;
    private int count;

    Violations(Consumer<String> told) {
        this.told = told;
    }

    synchronized void cycle(int number) {
        cycle = number;
    }

    double seconds() {
        return (System.nanoTime() - beganNanos) / 1e9;
    }

    /** What was told before, word for word, is not told again. */
    synchronized void add(String what) {
        if (!known.add(what)) {
            return;
        }
        count++;
        if (found.size() < KEPT) {
            Violation violation = new Violation(seconds(), cycle, what);
            found.add(violation);
            told.accept("BROKEN " + violation);
        }
    }

    /** How many there were; more than are kept, if very many. */
    public synchronized int count() {
        return count;
    }

    public synchronized List<Violation> all() {
        return List.copyOf(found);
    }
}
