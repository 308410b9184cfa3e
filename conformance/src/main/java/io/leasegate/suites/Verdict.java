package io.leasegate.suites;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is said of a suite that has run.
 *
 * @param good whether every case passed that is not known to fail
 * @param summary in one line
 * @param remarks what else is worth a line
 */
record Verdict(boolean good, String summary, List<String> remarks) {

    private static final int TOLD = 10;

    static Verdict of(Suite suite, Score score, Set<String> known) {
        List<String> remarks = new ArrayList<>();
        int unknown = 0;
        for (String name : score.failed()) {
            if (known.contains(name)) {
                remarks.add("known to fail: " + name);
            } else {
                unknown++;
                if (unknown <= TOLD) {
                    remarks.add("FAILED: " + name + "\n" + score.reason(name));
                }
            }
        }
        if (unknown > TOLD) {
            remarks.add("… and " + (unknown - TOLD) + " more (--keep keeps the suite's own output)");
        }
        known.stream()
                .filter(name -> !score.failed().contains(name))
                .forEach(name -> remarks.add("passes, strike it from the known failures: " + name));
        boolean whole = score.total() == suite.cases();
        if (!whole) {
            remarks.add("ran " + score.total() + " cases (expected " + suite.cases() + ")");
        }
        boolean good = unknown == 0 && whole;
        String state = good ? score.failed().isEmpty() ? "ok" : "ok but for known failures" : "FAILED";
        return new Verdict(good, score.passes() + "/" + suite.cases() + " " + state, remarks);
    }
}
