package io.leasegate.loadtest.soak;

import io.leasegate.loadtest.calls.Ledger.Totals;
import java.util.List;
import java.util.Map;

/**
 * What a soak led to. Immutable.
 *
 * @param settings that it was held with
 * @param seconds how long it took in all
 * @param events how many of each trouble there were
 * @param totals of all calls
 * @param resent calls that the gateway had not taken when it left
 * @param mostRssMib the most that the gateway had in memory, in MiB
 * @param rests what was left of the gateway's resources in each quiet time
 * @param violations the first ones, in the order of time
 * @param violationCount how many there were
 */
public record SoakResult(
        Settings settings,
        double seconds,
        Map<Trouble, Integer> events,
        Totals totals,
        int resent,
        long mostRssMib,
        List<Rest> rests,
        List<Violations.Violation> violations,
        int violationCount) {

    public SoakResult {
        events = Map.copyOf(events);
        rests = List.copyOf(rests);
        violations = List.copyOf(violations);
    }

    public boolean isPassed() {
        return violationCount == 0 && totals.ok() > 0;
    }
}
