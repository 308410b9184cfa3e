package io.leasegate.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Prints the calls that had a request id, as {@code /api/explain} has them, for people. */
final class PastCallReport {

    private final PrintWriter out;
    private final Paint paint;

    PastCallReport(PrintWriter out, Paint paint) {
        this.out = out;
        this.paint = paint;
    }

    void print(JsonNode answer) {
        boolean first = true;
        for (JsonNode call : answer.path("calls")) {
            if (!first) {
                out.println();
            }
            first = false;
            printCall(call);
        }
    }

    private void printCall(JsonNode call) {
        boolean well =
                text(call, "outcome").equals("OK") && call.path("grpcStatus").asInt() == 0;
        String how = text(call, "outcome") + (call.has("grpcStatus") ? ", " + text(call, "grpcStatusName") : "");
        out.println("Call " + paint.bold(text(call, "path")) + ": " + (well ? paint.good(how) : paint.bad(how)));
        line("outcome", text(call, "meaning"));
        line("detail", text(call, "detail"));
        line("request id", text(call, "requestId"));
        line("began", text(call, "time"));
        line(
                "caller",
                text(call, "from") + (text(call, "identity").isEmpty() ? "" : ", " + text(call, "identity"))
                        + ", listener " + text(call, "listener"));
        line("authority", text(call, "authority"));
        line(
                "routed by",
                (call.has("route") ? "routes[" + call.path("route").asInt() + "]" : "no route")
                        + (text(call, "service").isEmpty() ? "" : ", to service " + text(call, "service"))
                        + ", revision " + call.path("revision").asLong());
        out.println();
        List<TextTable.Row> phases = new ArrayList<>();
        phases.add(new TextTable.Row(List.of("AFTER", "PHASE"), paint::bold));
        phase(phases, call, "routedMillis", "it was given an instance");
        phase(phases, call, "sentMillis", "it left for the instance");
        phase(phases, call, "firstResponseMillis", "the answer began");
        phase(
                phases,
                call,
                "totalMillis",
                "it ended; bytes of messages: "
                        + call.path("requestBytes").asLong() + " in, "
                        + call.path("responseBytes").asLong() + " out");
        TextTable.print(out, phases);
        JsonNode instances = call.path("instances");
        if (!instances.isEmpty()) {
            out.println();
            List<TextTable.Row> rows = new ArrayList<>();
            rows.add(new TextTable.Row(List.of("TRIED", "INSTANCE", "CHOSEN AFTER", "RESULT"), paint::bold));
            for (JsonNode i : instances) {
                rows.add(TextTable.Row.plain(List.of(
                        Integer.toString(rows.size()),
                        text(i, "address"),
                        millis(i.path("pickedMillis").asDouble()),
                        text(i, "result"))));
            }
            TextTable.print(out, rows);
        }
    }

    private void line(String name, String value) {
        if (!value.isEmpty()) {
            out.println(String.format("  %-11s %s", name, value));
        }
    }

    private static void phase(List<TextTable.Row> phases, JsonNode call, String name, String what) {
        phases.add(TextTable.Row.plain(
                call.has(name)
                        ? List.of(millis(call.path(name).asDouble()), what)
                        : List.of("-", what + " (it did not)")));
    }

    private static String millis(double millis) {
        return RoutingReport.number(millis) + " ms";
    }

    private static String text(JsonNode node, String name) {
        return TextTable.printable(node.path(name).asText());
    }
}
