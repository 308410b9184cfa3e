package io.leasegate.routing;

import java.util.List;
import java.util.Map;

/**
 * Where calls go by name when no route matches. Immutable.
 *
 * @param registered by the name of a registered service
 * @param learned by the full name of a gRPC service that instances say they serve
 * @param grpcServices what the instances of a registered service say they serve, by their version
 */
record KnownNames(
        NameMap<Destination> registered,
        NameMap<Destination> learned,
        Map<String, Map<String, List<String>>> grpcServices) {

    static final KnownNames NONE = new KnownNames(new NameMap<>(Map.of()), new NameMap<>(Map.of()), Map.of());
}
