package io.leasegate.server.config;

import io.leasegate.routing.Subset;
import io.leasegate.routing.VersionMatch;
import io.leasegate.server.config.RouteConfig.Abort;
import io.leasegate.server.config.RouteConfig.Delay;
import io.leasegate.server.config.RouteConfig.Destination;
import io.leasegate.server.config.RouteConfig.Fault;
import io.leasegate.server.config.RouteConfig.HeaderChanges;
import io.leasegate.server.config.RouteConfig.HeaderCondition;
import io.leasegate.server.config.RouteConfig.Match;
import io.leasegate.server.config.RouteConfig.Mirror;
import io.leasegate.server.config.RouteConfig.TextCondition;
import io.leasegate.server.config.RouteConfig.TextKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code routes}. */
final class RouteReader {

    private static final Kind<Integer> WEIGHT = Kind.integer(0, 1_000_000);

    private static final Kind<VersionMatch> VERSION = new Kind<>(RouteReader::version, VersionMatch.ANY);
    private static final Kind<Integer> MIRROR_BUFFER = Kind.bytes(0, 64 << 20);
    private static final int DEFAULT_MIRROR_BUFFER = 1 << 20;

    private final ServiceReader services;
    private final List<String> listeners;

    /**
     * @param services has read the services, which give a route's calls their defaults
     * @param listeners the names of all listeners
     */
    RouteReader(ServiceReader services, List<String> listeners) {
        this.services = services;
        this.listeners = listeners;
    }

    List<RouteConfig> read(Section s) {
        List<RouteConfig> routes = new ArrayList<>();
        for (Node element : s.elements("routes")) {
            routes.add(element.asBlock(this::route));
        }
        return routes;
    }

    private RouteConfig route(Section s) {
        if (s.find("match") == null) {
            s.missing("match", "expected a block with at least one condition, such as { path-prefix = \"/\" }");
        }
        Match match = s.block("match", this::match);
        List<Destination> destinations = destinations(s);
        Mirror mirror = s.optionalBlock("mirror", RouteReader::mirror);
        Fault fault = s.optionalBlock("fault", RouteReader::fault);
        record Both(HeaderChanges request, HeaderChanges response) {}
        Both headers = s.block(
                "headers",
                h -> new Both(h.block("request", RouteReader::changes), h.block("response", RouteReader::changes)));
        String versionHeader = s.find("version-header", Headers.NAME, "");
        return new RouteConfig(
                match, destinations, mirror, fault, versionHeader, headers.request(), headers.response());
    }

    private Match match(Section s) {
        List<String> paths = new ArrayList<>();
        for (String key : List.of("path", "path-prefix", "grpc-service")) {
            if (s.find(key) != null) {
                paths.add(key);
            }
        }
        if (paths.size() > 1 && !s.context().isCatalog()) {
            s.problem(String.join(" and ", paths) + (paths.size() == 2 ? " are both set" : " are all set")
                    + " (expected one of path, path-prefix and grpc-service)");
        }
        Node method = s.find("grpc-method");
        if (method != null && s.find("grpc-service") == null) {
            s.missing("grpc-service", "grpc-method is set: name the service that it is a method of");
        }
        Match match = new Match(
                s.find("path", Addresses.URL_PATH),
                s.find("path-prefix", Addresses.URL_PATH),
                s.find("grpc-service", Addresses.GRPC_SERVICE),
                s.find("grpc-method", Addresses.GRPC_METHOD),
                s.find("authority", Addresses.AUTHORITY),
                conditions(s),
                identity(s),
                listener(s),
                s.list("source", Addresses.RANGE));
        if (paths.isEmpty()
                && method == null
                && match.authority() == null
                && match.headers().isEmpty()
                && match.identity() == null
                && s.find("listener") == null
                && s.find("source") == null) {
            // A block that is missing as a whole has been told.
            if (s.isPresent()) {
                s.problem(
                        "no condition (expected at least one of path-prefix, path, grpc-service, authority, headers, identity, listener and source)");
            }
        }
        return match;
    }

    private static List<HeaderCondition> conditions(Section s) {
        List<HeaderCondition> conditions = new ArrayList<>();
        Node headers = s.find("headers");
        if (headers == null) {
            return conditions;
        }
        Map<String, Node> byName = headerNames(headers, Headers.NAME);
        byName.forEach((name, node) -> conditions.add(new HeaderCondition(name, condition(node))));
        return conditions;
    }

    private static @Nullable TextCondition identity(Section s) {
        Node node = s.find("identity");
        return node == null ? null : condition(node);
    }

    private @Nullable String listener(Section s) {
        Node node = s.find("listener");
        if (node == null || s.context().isCatalog()) {
            return null;
        }
        String name = node.as(Kind.TEXT);
        if (!listeners.contains(name)) {
            node.unexpected("the name of a listener; there are " + String.join(", ", listeners));
        }
        return name;
    }

    /** A text for an exact match, or a block for the other kinds. */
    private static TextCondition condition(Node node) {
        return node.isBlock()
                ? node.asBlock(RouteReader::condition)
                : new TextCondition(TextKind.EXACT, node.as(Headers.VALUE));
    }

    private static TextCondition condition(Section s) {
        List<TextCondition> given = new ArrayList<>();
        String prefix = s.find("prefix", Headers.VALUE);
        if (prefix != null) {
            given.add(new TextCondition(TextKind.PREFIX, prefix));
        }
        String regex = s.find("regex", Kind.REGEX);
        if (regex != null) {
            given.add(new TextCondition(TextKind.REGEX, regex));
        }
        Boolean present = s.find("present", Kind.FLAG);
        if (present != null) {
            given.add(new TextCondition(TextKind.PRESENT, present.toString()));
        }
        if (given.size() != 1) {
            s.problem((given.isEmpty() ? "no condition" : "several conditions")
                    + " (expected one of prefix, regex and present)");
        }
        return given.isEmpty() ? new TextCondition(TextKind.PRESENT, "true") : given.get(0);
    }

    /** The entries of a block of headers by their names in lower case; a name that is there twice is an error. */
    private static Map<String, Node> headerNames(Node block, Kind<String> kind) {
        Map<String, Node> byName = new LinkedHashMap<>();
        block.entries().forEach((key, node) -> {
            String name = node.keyAs(key, kind);
            Node other = byName.putIfAbsent(name, node);
            if (other != null && !block.context().isCatalog()) {
                node.unexpectedKey("a header once: " + other.path() + " is the same one");
            }
        });
        return byName;
    }

    private List<Destination> destinations(Section s) {
        boolean hasSplit = s.find("split") != null;
        boolean hasService = s.find("service") != null;
        if (hasSplit && hasService && !s.context().isCatalog()) {
            s.problem("service and split are both set (expected one of them)");
        } else if (!hasSplit && !hasService) {
            s.missing("service", "expected the name of the service that the calls go to, or split");
        }
        List<Destination> destinations = new ArrayList<>();
        if (hasService || !hasSplit) {
            String service = s.find("service", Addresses.SERVICE, "-");
            destinations.add(destination(s, service, subset(s), 1));
        } else {
            for (String key : List.of("version", "tags", "metadata")) {
                if (s.find(key) != null) {
                    s.problem(key + " beside split (expected it in the elements of split)");
                }
            }
        }
        if (hasSplit) {
            destinations.addAll(split(s));
        }
        return destinations;
    }

    private List<Destination> split(Section s) {
        record Share(String service, Subset subset, int weight) {}
        Set<List<Object>> seen = new HashSet<>();
        List<Destination> destinations = new ArrayList<>();
        int total = 0;
        for (Node element : s.elements("split")) {
            Share share = element.asBlock(
                    e -> new Share(e.get("service", Addresses.SERVICE), subset(e), e.find("weight", WEIGHT, 1)));
            if (!seen.add(List.of(share.service, share.subset))) {
                element.wrong("the same service and version twice; add up the weights in one element");
            }
            total += share.weight;
            destinations.add(destination(s, share.service, share.subset, share.weight));
        }
        Node node = s.find("split");
        if (total == 0 && node != null && node.isList() && !s.context().hasProblemUnder(node.path())) {
            node.unexpected("at least one element with a weight above 0: [ { service = NAME, weight = 90 }, … ]");
        }
        return destinations;
    }

    /** The route's own blocks lie over those of the service that the calls go to. */
    private Destination destination(Section s, String service, Subset subset, int weight) {
        return new Destination(service, subset, weight, CallReader.read(s, services.layers(service)));
    }

    private static Subset subset(Section s) {
        return new Subset(
                s.find("version", VERSION, VersionMatch.ANY),
                Set.copyOf(s.list("tags", Kind.TEXT)),
                DiscoveryReader.metadata(s));
    }

    private static VersionMatch version(String text) throws Unexpected {
        try {
            return VersionMatch.of(text);
        } catch (IllegalArgumentException e) {
            throw new Unexpected("a version, or a range of them such as ^1.2, \">=1.2 <2\" or 1.x");
        }
    }

    private static Mirror mirror(Section s) {
        return new Mirror(
                s.get("service", Addresses.SERVICE),
                subset(s),
                s.find("percent", Kind.SHARE, 1d),
                s.find("buffer", MIRROR_BUFFER, DEFAULT_MIRROR_BUFFER));
    }

    private static Fault fault(Section s) {
        Delay delay = s.optionalBlock(
                "delay", d -> new Delay(d.get("duration", Kind.PERIOD), d.find("percent", Kind.SHARE, 1d)));
        Abort abort = s.optionalBlock(
                "abort",
                a -> new Abort(
                        a.get("status", Kind.FAILED_STATUS),
                        a.find("message", Kind.ANY_TEXT, "a fault that the route injects"),
                        a.find("percent", Kind.SHARE, 1d)));
        if (delay == null && abort == null) {
            s.problem("neither delay nor abort (expected at least one of them)");
        }
        return new Fault(delay, abort);
    }

    private static HeaderChanges changes(Section s) {
        return new HeaderChanges(values(s, "set"), values(s, "add"), s.list("remove", Headers.CHANGED_NAME));
    }

    private static Map<String, String> values(Section s, String key) {
        Map<String, String> values = new LinkedHashMap<>();
        Node node = s.find(key);
        if (node != null) {
            headerNames(node, Headers.CHANGED_NAME).forEach((name, value) -> values.put(name, value.as(Headers.VALUE)));
        }
        return values;
    }
}
