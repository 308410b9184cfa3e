package io.leasegate.routing;

import io.leasegate.endpoint.Endpoint;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that routing knows at one moment. Immutable; made by {@link RouteTableBuilder}, replaced as a whole through
 * {@link RouteTableRef}, safe from any thread.
 *
 * <p>A request goes where the first matching route says. Where none matches, the service is looked for by the host of
 * {@code :authority}, by the full gRPC service name in {@code :path}, and by the last part of that name in lower case; last by that full
 * name among what instances say they serve. A name whose service has endpoints goes before one whose service has lost its last.
 */
public final class RouteTable {

    /** How much of a name that a caller sent is repeated to it. */
    private static final int MAX_QUOTED_CHARS = 200;

    private final long version;
    private final long revision;
    private final String source;
    private final List<Cluster> clusters;
    private final List<RouteEntry> routes;
    private final KnownNames names;

    RouteTable(
            long version,
            long revision,
            String source,
            List<Cluster> clusters,
            List<RouteEntry> routes,
            KnownNames names) {
        this.version = version;
        this.revision = revision;
        this.source = source;
        this.clusters = List.copyOf(clusters);
        this.routes = List.copyOf(routes);
        this.names = names;
    }

    /** The table that knows nothing. */
    static RouteTable empty(String source) {
        return new RouteTable(0, 0, source, List.of(), List.of(), KnownNames.NONE);
    }

    /** The same table, found to reflect another revision as well. */
    RouteTable withRevision(long newRevision) {
        return new RouteTable(version, newRevision, source, clusters, routes, names);
    }

    KnownNames names() {
        return names;
    }

    /** Counts the changes of what is routed; stays when a newer registry revision changed nothing of it. */
    public long version() {
        return version;
    }

    /** The registry revision that the table reflects, 0 where etcd is no source. */
    public long revision() {
        return revision;
    }

    /** Where the instances come from: {@code etcd}, {@code file}, {@code dns}, {@code static}, or several joined by plus signs. */
    public String source() {
        return source;
    }

    /** All clusters that have endpoints, ordered by name. */
    public List<Cluster> clusters() {
        return clusters;
    }

    /** Where the request goes, or null when nothing fits ({@link #describeMiss} says what was looked for). */
    public @Nullable Destination match(RequestHead request) {
        return match(request, null);
    }

    /**
     * How the request is routed, step by step, and who can get it. Not for event loops: it allocates, and takes time with the number of
     * instances.
     *
     * @param request always has the same {@link RequestHead#choice}
     */
    public RoutingExplanation explain(RequestHead request) {
        MatchTrace trace = new MatchTrace();
        Destination destination = match(request, trace);
        return trace.explain(this, request, destination);
    }

    List<RouteEntry> routes() {
        return routes;
    }

    /** @param trace is told each step, where there is one */
    private @Nullable Destination match(RequestHead request, @Nullable MatchTrace trace) {
        for (int i = 0; i < routes.size(); i++) {
            RouteEntry e = routes.get(i);
            int failing = e.failing(request);
            if (trace != null) {
                trace.route(failing);
            }
            if (failing == RouteMatch.HOLDS) {
                return e.destination(request);
            }
        }
        CharSequence authority = request.authority();
        Destination byAuthority = byHost(authority);
        if (trace != null) {
            trace.name("authority", authority, 0, hostEnd(authority), byAuthority);
        }
        if (usable(byAuthority)) {
            return byAuthority;
        }
        CharSequence path = request.path();
        int end = serviceEnd(path);
        if (end < 0) {
            return byAuthority;
        }
        Destination byService = names.registered().get(path, 1, end, false);
        if (trace != null) {
            trace.name("grpc-service", path, 1, end, byService);
        }
        if (usable(byService)) {
            return byService;
        }
        int last = lastPart(path, end);
        Destination byLastPart = names.registered().get(path, last, end, true);
        if (trace != null) {
            trace.name("last part of grpc-service, in lower case", path, last, end, byLastPart);
        }
        if (usable(byLastPart)) {
            return byLastPart;
        }
        Destination learned = names.learned().get(path, 1, end, false);
        if (trace != null) {
            trace.name("what instances say they serve", path, 1, end, learned);
        }
        if (learned != null) {
            return learned;
        }
        return byAuthority != null ? byAuthority : byService != null ? byService : byLastPart;
    }

    /** As it is written, or in lower case: hosts are equal whatever their case (RFC 3986 section 3.2.2). */
    private @Nullable Destination byHost(CharSequence authority) {
        int end = hostEnd(authority);
        Destination exact = names.registered().get(authority, 0, end, false);
        return exact != null ? exact : names.registered().get(authority, 0, end, true);
    }

    /** What {@link #match} looked for in vain, in words for the caller. */
    public String describeMiss(RequestHead request) {
        CharSequence authority = request.authority();
        StringBuilder s = new StringBuilder("no service for this request: no route matches");
        int host = hostEnd(authority);
        if (host > 0) {
            quote(s.append(", nothing is registered as "), authority, 0, host);
            s.append(" (:authority)");
        }
        CharSequence path = request.path();
        int end = serviceEnd(path);
        if (end < 0) {
            return quote(s.append(", the path "), path, 0, path.length())
                    .append(" names none (expected /package.Service/Method)")
                    .toString();
        }
        quote(s.append(host > 0 ? ", as " : ", nothing is registered as "), path, 1, end);
        String last = path.subSequence(lastPart(path, end), end).toString().toLowerCase(Locale.ROOT);
        if (!last.contentEquals(path.subSequence(1, end))) {
            quote(s.append(" or as "), last, 0, last.length());
        }
        return s.append(" (:path), and no instance says by server reflection that it serves it")
                .toString();
    }

    private static StringBuilder quote(StringBuilder s, CharSequence text, int start, int end) {
        s.append('\'');
        if (end - start > MAX_QUOTED_CHARS) {
            s.append(text, start, start + MAX_QUOTED_CHARS).append("...");
        } else {
            s.append(text, start, end);
        }
        return s.append('\'');
    }

    private static boolean usable(@Nullable Destination d) {
        return d != null && !d.cluster().endpoints().isEmpty();
    }

    /** Where the host in an authority ends: before the port, behind the bracket of an IPv6 address. */
    static int hostEnd(CharSequence authority) {
        int n = authority.length();
        for (int i = n - 1; i >= 0; i--) {
            char c = authority.charAt(i);
            if (c == ':') {
                return i;
            }
            if (c < '0' || c > '9') {
                return n;
            }
        }
        return n;
    }

    /** Where the service name in {@code /package.Service/Method} ends, or -1 when the path has another form. */
    private static int serviceEnd(CharSequence path) {
        if (path.length() < 2 || path.charAt(0) != '/') {
            return -1;
        }
        for (int i = 1; i < path.length(); i++) {
            if (path.charAt(i) == '/') {
                return i > 1 ? i : -1;
            }
        }
        return -1;
    }

    private static int lastPart(CharSequence path, int end) {
        for (int i = end - 1; i > 0; i--) {
            if (path.charAt(i) == '.') {
                return i + 1;
            }
        }
        return 1;
    }

    /** What the instances of a registered service say they serve: the full names of gRPC services by version. */
    public Map<String, List<String>> grpcServices(String service) {
        return names.grpcServices().getOrDefault(service, Map.of());
    }

    /** The registered service that has this gRPC service by the word of its instances, or null: the one that calls go to where several have. */
    public @Nullable String serviceThatOffers(String grpcService) {
        Destination d = names.learned().get(grpcService, 0, grpcService.length(), false);
        return d == null ? null : d.cluster().name();
    }

    /** How many gRPC services are known by the word of instances. */
    public int grpcServiceCount() {
        return names.learned().size();
    }

    /** The endpoint with the given address in the named cluster, or null: for tests and admin pages. */
    public @Nullable Endpoint find(String service, String address) {
        for (Cluster c : clusters) {
            if (c.name().equals(service)) {
                for (Endpoint e : c.endpoints()) {
                    if (e.id().address().equals(address)) {
                        return e;
                    }
                }
            }
        }
        return null;
    }
}
