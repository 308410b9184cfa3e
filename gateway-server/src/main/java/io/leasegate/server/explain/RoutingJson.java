package io.leasegate.server.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.balance.PickExplanation.Candidacy;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointStats;
import io.leasegate.endpoint.Instance;
import io.leasegate.proxy.HypotheticalCall;
import io.leasegate.proxy.Outcome;
import io.leasegate.routing.Destination;
import io.leasegate.routing.DestinationExplanation;
import io.leasegate.routing.Fault;
import io.leasegate.routing.MirrorTarget;
import io.leasegate.routing.RoutingExplanation;
import io.leasegate.routing.RoutingExplanation.NameTried;
import io.leasegate.routing.RoutingExplanation.RouteTried;

/** The way of a hypothetical call as JSON; docs/explain.md has the members. Stateless. */
final class RoutingJson {

    /** A share that differs from all calls by less than this is that of all. */
    private static final double ROUNDING = 1e-9;

    private RoutingJson() {}

    static ObjectNode of(HypotheticalCall call, RoutingExplanation way) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("path", call.path().toString());
        root.put("authority", call.authority().toString());
        root.put("revision", way.revision());
        root.put("source", way.source());
        Outcome outcome = call.outcome(way);
        root.put("outcome", outcome.code());
        root.put("message", message(outcome, way));
        ArrayNode routes = root.putArray("routes");
        for (RouteTried r : way.routes()) {
            routes.addObject()
                    .put("route", r.position())
                    .put("match", r.match())
                    .put("matched", r.matched())
                    .put("whyNot", r.whyNot());
        }
        ArrayNode names = root.putArray("names");
        for (NameTried n : way.names()) {
            names.addObject()
                    .put("by", n.by())
                    .put("name", n.name())
                    .put("found", n.found())
                    .put("instances", n.instances());
        }
        ArrayNode destinations = root.putArray("destinations");
        way.destinations().forEach(d -> destination(destinations.addObject(), d));
        return root;
    }

    private static String message(Outcome outcome, RoutingExplanation way) {
        return outcome == Outcome.NO_HEALTHY_ENDPOINT && way.chosen() != null
                ? "no healthy instance of " + way.chosen().describe()
                : way.miss();
    }

    private static void destination(ObjectNode node, DestinationExplanation d) {
        node.put("service", d.destination().cluster().name());
        node.put("version", d.destination().subset().version().toString());
        node.put("subset", d.destination().subset().describe().strip());
        node.put("share", d.share());
        node.put("chosen", d.chosen());
        onPurpose(node, d.destination());
        node.put("policy", d.pick().policy());
        node.put("rule", d.pick().rule());
        node.put("panic", d.pick().panic());
        node.put("scoreName", d.pick().scoreName());
        node.put("pick", pick(d));
        ArrayNode candidates = node.putArray("candidates");
        long now = System.nanoTime();
        d.candidates().forEach(c -> candidate(candidates.addObject(), c, now));
    }

    /** What the route does to its calls beside sending them there. */
    private static void onPurpose(ObjectNode node, Destination d) {
        MirrorTarget mirror = d.mirror();
        if (mirror != null) {
            node.putObject("mirror")
                    .put("service", mirror.destination().cluster().name())
                    .put("subset", mirror.destination().subset().describe().strip())
                    .put("share", mirror.share());
        }
        Fault fault = d.fault();
        if (fault != null) {
            node.putObject("fault")
                    .put("delayShare", fault.delayShare())
                    .put("delayMillis", fault.delayNanos() / 1e6)
                    .put("abortShare", fault.abortShare())
                    .put("abortStatus", fault.abortStatus());
        }
    }

    /** The address of the one that certainly gets the call; empty where chance or turn decides, or nobody can get it. */
    private static String pick(DestinationExplanation d) {
        return d.candidates().stream()
                .filter(c -> c.in() && c.share() > 1 - ROUNDING)
                .map(c -> c.endpoint().id().address())
                .findFirst()
                .orElse("");
    }

    private static void candidate(ObjectNode node, Candidacy c, long nowNanos) {
        Endpoint e = c.endpoint();
        Instance instance = e.instance();
        EndpointStats stats = e.stats();
        node.put("address", e.id().address());
        node.put("version", instance.version());
        node.put("zone", instance.traits().zone());
        node.put("state", e.shownState().shownAs());
        node.put("in", c.in());
        node.put("reason", c.reason());
        node.put("weight", instance.weight());
        node.put("effectiveWeight", c.weight());
        putKnown(node, "score", c.score());
        putKnown(node, "share", c.share());
        node.put("inFlight", stats.inFlight());
        node.put("latencyMillis", stats.latencyNanos(nowNanos) / 1e6);
        node.put("failureShare", stats.failureShare(nowNanos));
    }

    private static void putKnown(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        }
    }
}
