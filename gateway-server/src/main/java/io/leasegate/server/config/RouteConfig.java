package io.leasegate.server.config;

import io.leasegate.h2.GrpcStatus;
import io.leasegate.routing.AddressRange;
import io.leasegate.routing.Subset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A configured route.
 *
 * @param match when it applies
 * @param destinations where its calls go, each with its share; at least one with a weight above 0
 * @param mirror where copies go, null for nowhere
 * @param fault what is done to the calls on purpose, null for nothing
 * @param versionHeader the request header that may name the version that a call goes to; in lower case, empty for none
 * @param requestHeaders changes to what the instance sees
 * @param responseHeaders changes to what the client sees
 */
public record RouteConfig(
        Match match,
        List<Destination> destinations,
        @Nullable Mirror mirror,
        @Nullable Fault fault,
        String versionHeader,
        HeaderChanges requestHeaders,
        HeaderChanges responseHeaders) {

    public RouteConfig {
        destinations = List.copyOf(destinations);
    }

    /**
     * The conditions of a route; all that are given must hold, at least one is given, and at most one of {@code path},
     * {@code pathPrefix} and {@code grpcService}.
     *
     * @param path the exact {@code :path}, or null
     * @param pathPrefix what {@code :path} begins with, or null
     * @param grpcService a full gRPC service name, or null
     * @param grpcMethod a method of it, or null for all
     * @param authority the host of {@code :authority}, with or without its port, or null
     * @param headers conditions on other request headers
     * @param identity who the client's certificate speaks for, or null
     * @param listener the name of the listener that calls come in by, or null
     * @param sources ranges of the client's IP address; none where it does not matter
     */
    public record Match(
            @Nullable String path,
            @Nullable String pathPrefix,
            @Nullable String grpcService,
            @Nullable String grpcMethod,
            @Nullable String authority,
            List<HeaderCondition> headers,
            @Nullable TextCondition identity,
            @Nullable String listener,
            List<AddressRange> sources) {

        public Match {
            headers = List.copyOf(headers);
            sources = List.copyOf(sources);
        }
    }

    /** How a text is compared. */
    public enum TextKind {
        EXACT,
        PREFIX,
        REGEX,
        PRESENT
    }

    /**
     * A condition on a text that may be absent.
     *
     * @param kind how it is compared
     * @param value the text, prefix or expression (RE2 syntax, valid); {@code true} or {@code false} for {@code PRESENT}
     */
    public record TextCondition(TextKind kind, String value) {}

    /**
     * A condition on one request header.
     *
     * @param name in lower case
     * @param value what its value must be like
     */
    public record HeaderCondition(String name, TextCondition value) {}

    /**
     * One of the places that a route leads to.
     *
     * @param service the service's name
     * @param subset which instances of it
     * @param weight its share relative to the other destinations, 0 or more
     * @param call the service's settings per call with those of the route laid over
     */
    public record Destination(String service, Subset subset, int weight, CallConfig call) {}

    /**
     * Copies of calls, whose answers are dropped.
     *
     * @param service the service that gets them
     * @param subset which instances of it
     * @param share the part of the calls that is copied, 0 to 1
     * @param bufferBytes how much of one call is held for an instance that does not take it, before the copy is given up
     */
    public record Mirror(String service, Subset subset, double share, int bufferBytes) {}

    /** What is done to calls on purpose; at least one of the two. */
    public record Fault(@Nullable Delay delay, @Nullable Abort abort) {}

    /**
     * Calls that are sent later.
     *
     * @param share the part of the calls, 0 to 1
     */
    public record Delay(Duration duration, double share) {}

    /**
     * Calls that are answered by the gateway itself.
     *
     * @param share the part of the calls, 0 to 1
     */
    public record Abort(GrpcStatus status, String message, double share) {}

    /**
     * Changes to headers, applied in the order remove, set, add. Names are in lower case.
     *
     * @param set replaces all values of the header
     * @param add adds one value
     * @param remove drops all values
     */
    public record HeaderChanges(Map<String, String> set, Map<String, String> add, List<String> remove) {

        public HeaderChanges {
            set = Ordered.copy(set);
            add = Ordered.copy(add);
            remove = List.copyOf(remove);
        }

        public boolean isEmpty() {
            return set.isEmpty() && add.isEmpty() && remove.isEmpty();
        }
    }
}
