package io.leasegate.loadtest.calls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Every call that was made: how often it was executed, and how it ended. A few bytes for each. Any thread. */
public final class Ledger {

    /** Counts over all calls. Immutable but for the maps, which are the caller's. */
    public record Totals(
            int made,
            int ok,
            int failed,
            Map<String, Integer> byWay,
            Map<String, Integer> byStatus,
            Map<String, Integer> byOutcome) {}

    private static final int KEPT = 1000;
    private static final byte OPEN = 0;
    private static final byte ENDED_OK = 1;
    private static final byte ENDED_OTHERWISE = 2;

    private final String prefix;
    private final Map<String, Integer> byWay = new TreeMap<>();
    private final Map<String, Integer> byStatus = new TreeMap<>();
    private final Map<String, Integer> byOutcome = new TreeMap<>();
    private final List<CallEnd> failed = new ArrayList<>();
    private final List<CallEnd> lost = new ArrayList<>();
    private final List<String> endedTwice = new ArrayList<>();
    private byte[] executions = new byte[4096];
    private byte[] ends = new byte[4096];
    private int made;
    private int failures;
    private int ok;

    /** @param prefix what the {@code x-call-id} of its calls begins with; empty or some letters, for each ledger another */
    public Ledger(String prefix) {
        this.prefix = prefix;
    }

    /** What a call has as its {@code x-call-id}. */
    String callId(int id) {
        return prefix + id;
    }

    /** A new call; its id, counted from 0. */
    synchronized int make() {
        if (made == ends.length) {
            executions = Arrays.copyOf(executions, made * 2);
            ends = Arrays.copyOf(ends, made * 2);
        }
        return made++;
    }

    synchronized void ended(CallEnd end) {
        if (ends[end.id()] != OPEN) {
            endedTwice.add("ended a second time: " + end);
            return;
        }
        ends[end.id()] = end.isOk() ? ENDED_OK : ENDED_OTHERWISE;
        byWay.merge(end.way().name(), 1, Integer::sum);
        if (end.way() == CallEnd.Way.ANSWERED) {
            byStatus.merge(end.status(), 1, Integer::sum);
        }
        if (!end.outcome().isEmpty()) {
            byOutcome.merge(end.outcome(), 1, Integer::sum);
        }
        if (end.isOk()) {
            ok++;
        } else if (end.isFailed()) {
            failures++;
            if (failed.size() < KEPT) {
                failed.add(end);
            }
            if (end.isLost() && lost.size() < KEPT) {
                lost.add(end);
            }
        }
    }

    /** Headers came for a call that had ended. */
    synchronized void answeredTwice(String what) {
        endedTwice.add(what);
    }

    /** An instance has taken the call. Ids that are not this ledger's are passed over. */
    public synchronized void executed(String callId) {
        if (!callId.startsWith(prefix)) {
            return;
        }
        try {
            int id = Integer.parseInt(callId.substring(prefix.length()));
            if (id >= 0 && id < made && executions[id] < Byte.MAX_VALUE) {
                executions[id]++;
            }
        } catch (NumberFormatException e) {
            // Somebody else's call, or a line that a killed process has not written to its end.
        }
    }

    public synchronized Totals totals() {
        return new Totals(made, ok, failures, new TreeMap<>(byWay), new TreeMap<>(byStatus), new TreeMap<>(byOutcome));
    }

    /** The failed ones; of very many, those that failed first. */
    public synchronized List<CallEnd> failed() {
        return List.copyOf(failed);
    }

    /** Those that had no status in time; each is told once. */
    public synchronized List<CallEnd> takeLost() {
        List<CallEnd> taken = List.copyOf(lost);
        lost.clear();
        return taken;
    }

    /** Calls for which there was more than one end; each is told once. */
    public synchronized List<String> takeEndedTwice() {
        List<String> taken = List.copyOf(endedTwice);
        endedTwice.clear();
        return taken;
    }

    /** Ids of calls that were executed more than once. */
    public synchronized List<Integer> duplicates() {
        List<Integer> found = new ArrayList<>();
        for (int id = 0; id < made; id++) {
            if (executions[id] > 1) {
                found.add(id);
            }
        }
        return found;
    }

    /** Ids of calls that were answered with OK although no instance has executed them. */
    public synchronized List<Integer> answeredByNobody() {
        List<Integer> found = new ArrayList<>();
        for (int id = 0; id < made; id++) {
            if (ends[id] == ENDED_OK && executions[id] == 0) {
                found.add(id);
            }
        }
        return found;
    }
}
