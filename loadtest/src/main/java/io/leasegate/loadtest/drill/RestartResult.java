package io.leasegate.loadtest.drill;

import io.leasegate.loadtest.calls.CallEnd;
import io.leasegate.loadtest.calls.Ledger.Totals;
import java.util.List;

/**
 * What callers noticed of the restarts in one mode. Immutable.
 *
 * @param mode how all instances were restarted, one by one
 * @param restarts how many
 * @param totals of the calls meanwhile
 * @param failed the failed ones
 * @param beyondExcuse those of them that had no right to fail
 * @param duplicates ids of calls that instances executed more than once
 * @param answeredByNobody ids of calls that were answered with OK although no instance executed them
 * @param endedTwice calls that ended more than once
 */
public record RestartResult(
        RestartMode mode,
        int restarts,
        Totals totals,
        List<CallEnd> failed,
        List<CallEnd> beyondExcuse,
        List<Integer> duplicates,
        List<Integer> answeredByNobody,
        List<String> endedTwice) {

    public RestartResult {
        failed = List.copyOf(failed);
        beyondExcuse = List.copyOf(beyondExcuse);
        duplicates = List.copyOf(duplicates);
        answeredByNobody = List.copyOf(answeredByNobody);
        endedTwice = List.copyOf(endedTwice);
    }

    /** Calls that had no status within their deadline and a margin, or ended without one. */
    public long lost() {
        return failed.stream().filter(CallEnd::isLost).count();
    }

    public boolean isPassed() {
        return totals.ok() > 0
                && beyondExcuse.isEmpty()
                && duplicates.isEmpty()
                && answeredByNobody.isEmpty()
                && endedTwice.isEmpty();
    }
}
