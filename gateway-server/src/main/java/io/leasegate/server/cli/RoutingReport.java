package io.leasegate.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Prints the way of a hypothetical call, as {@code /api/explain} has it, for people. */
final class RoutingReport {

    private final PrintWriter out;
    private final Paint paint;

    RoutingReport(PrintWriter out, Paint paint) {
        this.out = out;
        this.paint = paint;
    }

    void print(JsonNode way) {
        String authority = text(way, "authority");
        out.println("Call " + paint.bold(text(way, "path")) + (authority.isEmpty() ? "" : ", authority " + authority)
                + paint.faint("  (revision " + way.path("revision").asLong() + " of " + text(way, "source") + ")"));
        printRoutes(way.path("routes"));
        printNames(way.path("names"));
        way.path("destinations").forEach(this::printDestination);
        out.println();
        String outcome = text(way, "outcome");
        out.println(
                outcome.equals("OK")
                        ? verdict(way.path("destinations"))
                        : paint.bad("The call ends with " + outcome + ": ") + text(way, "message"));
    }

    private void printRoutes(JsonNode routes) {
        out.println();
        if (routes.isEmpty()) {
            out.println("No routes are configured.");
            return;
        }
        List<TextTable.Row> rows = new ArrayList<>();
        rows.add(heading("ROUTE", "MATCHES", "CONDITIONS", "WHY NOT"));
        for (JsonNode r : routes) {
            boolean matched = r.path("matched").asBoolean();
            rows.add(new TextTable.Row(
                    List.of(
                            "routes[" + r.path("route").asInt() + "]",
                            matched ? "yes" : "no",
                            text(r, "match"),
                            text(r, "whyNot")),
                    matched ? paint::good : UnaryOperator.identity()));
        }
        TextTable.print(out, rows);
    }

    private void printNames(JsonNode names) {
        if (names.isEmpty()) {
            return;
        }
        out.println();
        List<TextTable.Row> rows = new ArrayList<>();
        rows.add(heading("NO ROUTE: SERVICE BY", "NAME", "FOUND"));
        for (JsonNode n : names) {
            String found = text(n, "found");
            int instances = n.path("instances").asInt();
            rows.add(new TextTable.Row(
                    List.of(
                            text(n, "by"),
                            text(n, "name"),
                            found.isEmpty()
                                    ? "nothing is registered as that"
                                    : "service " + found + ", instances: " + instances),
                    instances > 0 ? paint::good : UnaryOperator.identity()));
        }
        TextTable.print(out, rows);
    }

    private void printDestination(JsonNode d) {
        String subset = text(d, "subset");
        boolean split = d.path("share").asDouble() < 1;
        out.println();
        out.println("Service " + paint.bold(text(d, "service")) + (subset.isEmpty() ? "" : " " + subset)
                + (split
                        ? ": " + percent(d.path("share").asDouble()) + " of such calls"
                                + (d.path("chosen").asBoolean() ? ", this time this one" : "")
                        : ""));
        printOnPurpose(d);
        String policy = text(d, "policy");
        out.println((policy.isEmpty() ? "" : policy + ": ")
                + text(d, "rule")
                + (d.path("panic").asBoolean()
                        ? paint.odd("; PANIC: too few are healthy, so others are used too")
                        : ""));
        JsonNode candidates = d.path("candidates");
        if (candidates.isEmpty()) {
            out.println(paint.bad("No instance is registered."));
            return;
        }
        String score = text(d, "scoreName");
        List<TextTable.Row> rows = new ArrayList<>();
        rows.add(heading(
                "INSTANCE",
                "",
                "SHARE",
                "SCORE",
                "WEIGHT",
                "IN FLIGHT",
                "LATENCY",
                "FAILING",
                "VERSION",
                "ZONE",
                "STATE",
                "WHY"));
        candidates.forEach(c -> rows.add(row(c)));
        TextTable.print(out, rows);
        if (!score.isEmpty()) {
            out.println(paint.faint("score: " + TextTable.printable(score)));
        }
    }

    private void printOnPurpose(JsonNode d) {
        if (d.has("mirror")) {
            JsonNode mirror = d.path("mirror");
            String subset = text(mirror, "subset");
            out.println("mirror: copies of " + percent(mirror.path("share").asDouble()) + " of the calls go to service "
                    + text(mirror, "service") + (subset.isEmpty() ? "" : " " + subset));
        }
        if (d.has("fault")) {
            JsonNode fault = d.path("fault");
            out.println(paint.odd("fault, on purpose: "
                    + percent(fault.path("delayShare").asDouble()) + " of the calls are delayed by "
                    + number(fault.path("delayMillis").asDouble()) + " ms, "
                    + percent(fault.path("abortShare").asDouble()) + " are aborted with status "
                    + fault.path("abortStatus").asInt()));
        }
    }

    private TextTable.Row row(JsonNode c) {
        boolean in = c.path("in").asBoolean();
        double weight = c.path("weight").asDouble();
        double effective = c.path("effectiveWeight").asDouble();
        String reason = text(c, "reason");
        return new TextTable.Row(
                List.of(
                        text(c, "address"),
                        in ? "in" : "out",
                        c.has("share") ? percent(c.path("share").asDouble()) : "?",
                        c.has("score") ? number(c.path("score").asDouble()) : "-",
                        number(weight) + (effective == weight ? "" : " (now " + number(effective) + ")"),
                        c.path("inFlight").asText(),
                        number(c.path("latencyMillis").asDouble()) + " ms",
                        percent(c.path("failureShare").asDouble()),
                        dash(text(c, "version")),
                        dash(text(c, "zone")),
                        text(c, "state"),
                        reason),
                !in ? paint::bad : reason.isEmpty() ? paint::good : paint::odd);
    }

    private String verdict(JsonNode destinations) {
        for (JsonNode d : destinations) {
            if (d.path("chosen").asBoolean()) {
                String pick = text(d, "pick");
                int in = 0;
                for (JsonNode c : d.path("candidates")) {
                    in += c.path("in").asBoolean() ? 1 : 0;
                }
                return pick.isEmpty()
                        ? paint.good("One of " + in + " instances of service " + text(d, "service") + " gets the call.")
                        : paint.good("Instance " + pick + " gets the call.");
            }
        }
        return "";
    }

    private TextTable.Row heading(String... titles) {
        return new TextTable.Row(List.of(titles), paint::bold);
    }

    private static String text(JsonNode node, String name) {
        return TextTable.printable(node.path(name).asText());
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static String percent(double share) {
        return share == 0 ? "0%" : number(100 * share) + "%";
    }

    /** With as many digits as tell something. */
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.3g" : "%.0f", value);
    }
}
