package io.leasegate.routing;

import io.leasegate.balance.LeastRequestLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import java.util.List;
import java.util.Map;

/** Tables of given clusters without routes, for tests of what only shows a table. */
public final class TestTables {

    private TestTables() {}

    public static RouteTable of(long version, long revision, String source, Cluster... clusters) {
        return new RouteTable(version, revision, source, List.of(clusters), List.of(), KnownNames.NONE);
    }

    /** One service with least-request over its endpoints, by its name. */
    public static RouteTable routing(String service, Endpoint... endpoints) {
        List<Endpoint> all = List.of(endpoints);
        Cluster cluster = new Cluster(service, all);
        Destination d = new Destination(cluster, Subset.ALL, new LeastRequestLoadBalancer().picker(all));
        KnownNames names = new KnownNames(new NameMap<>(Map.of(service, d)), new NameMap<>(Map.of()), Map.of());
        return new RouteTable(1, 7, "etcd", List.of(cluster), List.of(), names);
    }

    public static Endpoint endpoint(String service, int port) {
        return endpoint(service, port, Map.of());
    }

    public static Endpoint endpoint(String service, int port, Map<String, String> metadata) {
        EndpointId id = new EndpointId(service, "127.0.0.1", port);
        return new Endpoint(new Instance(
                id, 10, "v1", metadata, false, "seed", "/" + service + "/" + id.address(), 0x694d9bL, 15, 41));
    }
}
