package io.leasegate.suites;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** How the cases of a suite went. Filled by one thread. */
final class Score {

    private final Map<String, String> failures = new LinkedHashMap<>();
    private int total;

    Score pass(String name) {
        total++;
        return this;
    }

    Score fail(String name, String why) {
        total++;
        failures.put(name, why);
        return this;
    }

    /** Notes a case whose outcome is known. */
    Score add(String name, boolean passed, String why) {
        return passed ? pass(name) : fail(name, why);
    }

    /** Notes cases that passed and whose names are of no interest. */
    Score passed(int count) {
        total += count;
        return this;
    }

    int total() {
        return total;
    }

    int passes() {
        return total - failures.size();
    }

    Set<String> failed() {
        return failures.keySet();
    }

    String reason(String name) {
        return failures.getOrDefault(name, "");
    }
}
