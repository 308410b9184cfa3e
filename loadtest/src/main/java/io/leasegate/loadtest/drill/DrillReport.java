package io.leasegate.loadtest.drill;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.loadtest.calls.CallEnd;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a rolling restart led to, for people and for machines. Stateless. */
public final class DrillReport {

    private static final int SHOWN = 5;

    private DrillReport() {}

    public static void print(PrintWriter out, RollingRestart.Settings settings, List<RestartResult> results) {
        out.printf(
                "Rolling restart of %d instances of %s under %.0f calls/s%n%n",
                settings.instances(), settings.service(), settings.callsPerSecond());
        out.printf("%-10s %9s %9s %9s %11s %6s%n", "", "restarts", "calls", "failed", "duplicates", "lost");
        for (RestartResult result : results) {
            out.printf(
                    "%-10s %9d %9d %9d %11d %6d   %s%n",
                    result.mode().title(),
                    result.restarts(),
                    result.totals().made(),
                    result.totals().failed(),
                    result.duplicates().size(),
                    result.lost(),
                    verdict(result));
        }
        results.forEach(result -> printFailures(out, result));
        out.flush();
    }

    private static String verdict(RestartResult result) {
        if (!result.isPassed()) {
            return "FAILED";
        }
        return result.totals().failed() == 0
                ? "ok"
                : "ok: those that failed had been sent to an instance that was killed";
    }

    private static void printFailures(PrintWriter out, RestartResult result) {
        String title = result.mode().title();
        if (result.totals().failed() > 0) {
            out.printf(
                    "%n%s: failed by status: %s; by outcome: %s%n",
                    title, byStatus(result), counts(result.totals().byOutcome()));
        }
        if (result.totals().ok() == 0) {
            out.printf("%s: no call was answered%n", title);
        }
        printSome(out, title + ": had no right to fail: ", result.beyondExcuse());
        printSome(out, title + ": executed more than once: call ", result.duplicates());
        printSome(out, title + ": answered, and executed by nobody: call ", result.answeredByNobody());
        printSome(out, title + ": ", result.endedTwice());
    }

    private static void printSome(PrintWriter out, String before, List<?> things) {
        things.stream().limit(SHOWN).forEach(thing -> out.println(before + thing));
        if (things.size() > SHOWN) {
            out.println("  and " + (things.size() - SHOWN) + " more");
        }
    }

    private static String byStatus(RestartResult result) {
        return counts(result.failed().stream()
                .collect(Collectors.groupingBy(CallEnd::status, Collectors.summingInt(e -> 1))));
    }

    private static String counts(Map<String, Integer> counts) {
        return counts.isEmpty()
                ? "none"
                : counts.entrySet().stream()
                        .map(e -> e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", "));
    }

    public static ObjectNode json(RollingRestart.Settings settings, List<RestartResult> results) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("drill", "rolling-restart");
        json.put("service", settings.service());
        json.put("instances", settings.instances());
        json.put("callsPerSecond", settings.callsPerSecond());
        ArrayNode modes = json.putArray("modes");
        for (RestartResult result : results) {
            ObjectNode mode = modes.addObject();
            mode.put("mode", result.mode().name().toLowerCase(Locale.ROOT));
            mode.put("restarts", result.restarts());
            mode.put("calls", result.totals().made());
            mode.put("ok", result.totals().ok());
            mode.put("failed", result.totals().failed());
            mode.put("duplicates", result.duplicates().size());
            mode.put("lost", result.lost());
            ObjectNode byStatus = mode.putObject("byStatus");
            result.totals().byStatus().forEach(byStatus::put);
            ObjectNode byOutcome = mode.putObject("byOutcome");
            result.totals().byOutcome().forEach(byOutcome::put);
            ArrayNode wrong = mode.putArray("wrong");
            result.beyondExcuse().forEach(end -> wrong.add("had no right to fail: " + end));
            result.duplicates().forEach(id -> wrong.add("executed more than once: call " + id));
            result.answeredByNobody().forEach(id -> wrong.add("answered, and executed by nobody: call " + id));
            result.endedTwice().forEach(wrong::add);
            mode.put("passed", result.isPassed());
        }
        return json.put("passed", results.stream().allMatch(RestartResult::isPassed));
    }
}
