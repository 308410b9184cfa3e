package io.leasegate.loadtest.soak;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.loadtest.soak.Violations.Violation;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;

/** What a soak led to, for people and for machines. Stateless. */
public final class SoakReport {

    private SoakReport() {}

    public static void print(PrintWriter out, SoakResult result) {
        Settings settings = result.settings();
        out.printf(
                "Soak with seed %d: %d cycles of %d s, %.0f s in all%n%n",
                settings.seed(), settings.cycles(), settings.cycleMillis() / 1000, result.seconds());
        out.println("events");
        for (Trouble trouble : Trouble.values()) {
            out.printf("  %-24s %6d%n", trouble, result.events().getOrDefault(trouble, 0));
        }
        out.printf("calls %27d%n", result.totals().made());
        print(out, "by how they ended", result.totals().byWay());
        print(out, "by status", result.totals().byStatus());
        print(out, "by outcome, where the gateway answered", result.totals().byOutcome());
        out.printf("sent again when the gateway left %d%n", result.resent());
        out.printf("gateway's memory: at most %d MiB (limit %d MiB)%n", result.mostRssMib(), settings.rssLimitMib());
        out.println("in quiet times, from the first to the last:");
        for (Rest rest : result.rests()) {
            out.printf(
                    "  %d open files that are no connections, %d MiB direct memory, %d MiB resident%n",
                    rest.files(), rest.directMib(), rest.rssMib());
        }
        out.println();
        if (result.isPassed()) {
            out.println("PASSED: all that must always hold did.");
        } else {
            out.println("FAILED: " + result.violationCount() + " violations"
                    + (result.totals().ok() == 0 ? "; no call was answered" : ""));
            for (Violation violation : result.violations()) {
                out.println("  " + violation);
            }
            out.println("To repeat it: " + settings.command());
        }
        out.flush();
    }

    private static void print(PrintWriter out, String title, Map<String, Integer> counts) {
        out.println(title);
        new TreeMap<>(counts).forEach((name, count) -> out.printf("  %-24s %6d%n", name, count));
    }

    public static ObjectNode json(SoakResult result) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("seed", result.settings().seed());
        json.put("command", result.settings().command());
        json.put("cycles", result.settings().cycles());
        json.put("seconds", result.seconds());
        ObjectNode events = json.putObject("events");
        for (Trouble trouble : Trouble.values()) {
            events.put(trouble.name(), result.events().getOrDefault(trouble, 0));
        }
        json.put("calls", result.totals().made());
        json.put("ok", result.totals().ok());
        put(json.putObject("byWay"), result.totals().byWay());
        put(json.putObject("byStatus"), result.totals().byStatus());
        put(json.putObject("byOutcome"), result.totals().byOutcome());
        json.put("sentAgain", result.resent());
        json.put("mostRssMib", result.mostRssMib());
        ArrayNode rests = json.putArray("quiet");
        for (Rest rest : result.rests()) {
            rests.addObject()
                    .put("files", rest.files())
                    .put("directMib", rest.directMib())
                    .put("rssMib", rest.rssMib());
        }
        json.put("violationCount", result.violationCount());
        ArrayNode violations = json.putArray("violations");
        for (Violation violation : result.violations()) {
            violations
                    .addObject()
                    .put("atSeconds", violation.atSeconds())
                    .put("cycle", violation.cycle())
                    .put("what", violation.what());
        }
        return json.put("passed", result.isPassed());
    }

    private static void put(ObjectNode node, Map<String, Integer> counts) {
        new TreeMap<>(counts).forEach(node::put);
    }
}
