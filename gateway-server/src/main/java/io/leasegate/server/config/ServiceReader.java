package io.leasegate.server.config;

import io.leasegate.server.config.ServiceConfig.Balance;
import io.leasegate.server.config.ServiceConfig.GrpcHealth;
import io.leasegate.server.config.ServiceConfig.HashOn;
import io.leasegate.server.config.ServiceConfig.HashSource;
import io.leasegate.server.config.ServiceConfig.Limits;
import io.leasegate.server.config.ServiceConfig.Outlier;
import io.leasegate.server.config.ServiceConfig.Policy;
import io.leasegate.server.config.ServiceConfig.Reflection;
import io.leasegate.server.config.ServiceConfig.Tls;
import io.leasegate.tls.ClientTls;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code services}: a service's block lies over the one named {@code default}, key by key, and that over Leasegate's own
 * defaults.
 */
final class ServiceReader {

    private static final String DEFAULT = "default";

    private List<Node> defaults = List.of();
    private final Map<String, List<Node>> byName = new HashMap<>();

    ServicesConfig read(Section s) {
        String pattern = "leasegate.services.NAME";
        defaults = s.all(DEFAULT, pattern);
        ServiceConfig defaultConfig = service(s, DEFAULT, defaults);
        Map<String, ServiceConfig> configs = new LinkedHashMap<>();
        for (String name : s.names()) {
            if (name.equals(DEFAULT)) {
                continue;
            }
            List<Node> layers = new ArrayList<>(s.all(name, pattern));
            layers.addAll(defaults);
            byName.put(name, layers);
            configs.put(name, service(s, name, layers));
        }
        return new ServicesConfig(defaultConfig, configs);
    }

    /** The blocks that hold for the named service, the most particular first. */
    List<Node> layers(String service) {
        return byName.getOrDefault(service, defaults);
    }

    private static ServiceConfig service(Section services, String name, List<Node> layers) {
        String path = Node.child(services.path(), name);
        Node parent = layers.get(0);
        return Section.read(path, parent.pattern(), layers, parent, ServiceReader::service);
    }

    private static ServiceConfig service(Section s) {
        return new ServiceConfig(
                s.block("balance", ServiceReader::balance),
                s.block("health", h -> h.block("grpc", ServiceReader::grpcHealth)),
                s.block("reflection", ServiceReader::reflection),
                s.block("outlier", ServiceReader::outlier),
                s.block("limits", ServiceReader::limits),
                s.block("tls", ServiceReader::tls),
                CallReader.read(s, List.of()));
    }

    private static Balance balance(Section s) {
        Policy policy = s.get("policy", Kind.choice(Policy.class));
        HashOn hashOn = hashOn(s);
        if (policy.hashes() && hashOn == null) {
            s.missing("hash-on", "the policy hashes requests: write { header = \"x-user\" }, authority or source");
        }
        return new Balance(
                policy,
                hashOn,
                s.get("zone-aware", Kind.FLAG),
                s.get("slow-start", Kind.DURATION),
                s.get("panic-threshold", Kind.SHARE));
    }

    private static @Nullable HashOn hashOn(Section s) {
        Node node = s.find("hash-on");
        if (node == null) {
            return null;
        }
        if (node.isBlock()) {
            return node.asBlock(h -> new HashOn(HashSource.HEADER, h.get("header", Headers.NAME)));
        }
        Kind<HashOn> word = new Kind<>(
                text -> switch (text) {
                    case "authority" -> new HashOn(HashSource.AUTHORITY, "");
                    case "source" -> new HashOn(HashSource.SOURCE, "");
                    default -> throw new Unexpected("{ header = NAME }, authority or source");
                },
                new HashOn(HashSource.SOURCE, ""));
        return node.as(word);
    }

    private static GrpcHealth grpcHealth(Section s) {
        return new GrpcHealth(
                s.get("enabled", Kind.FLAG),
                s.get("service", Kind.ANY_TEXT),
                s.get("interval", ListenerReader.TIMER),
                s.get("timeout", ListenerReader.TIMER));
    }

    private static Reflection reflection(Section s) {
        return new Reflection(s.get("enabled", Kind.FLAG), s.get("timeout", ListenerReader.TIMER));
    }

    private static Outlier outlier(Section s) {
        return new Outlier(
                s.get("consecutive-failures", Kind.integer(1, Integer.MAX_VALUE)),
                s.get("interval", Kind.PERIOD),
                s.get("base-ejection", Kind.PERIOD),
                s.get("max-ejected", Kind.SHARE));
    }

    private static Limits limits(Section s) {
        Kind<Integer> atLeastOne = Kind.integer(1, Integer.MAX_VALUE);
        return new Limits(
                s.get("connections-per-endpoint", Kind.integer(1, 1000)),
                s.get("streams", Kind.orNone(atLeastOne)).orElse(null),
                s.get("pending", Kind.integer(0, Integer.MAX_VALUE)),
                s.get("pending-timeout", ListenerReader.TIMER),
                s.get("adaptive", Kind.FLAG));
    }

    /** Whether TLS is on must be said where anything else of it is: files without a word about that are a trap, and so an error. */
    private static Tls tls(Section s) {
        boolean enabled = s.get("enabled", Kind.FLAG);
        boolean hasMore = false;
        for (String key : List.of("ca", "certificate", "private-key", "server-name")) {
            // Each is asked for, so that it is a known key whatever else is set.
            hasMore |= s.find(key) != null;
        }
        if (hasMore && !s.isSetByUser("enabled") && !s.context().isCatalog()) {
            s.missing(
                    "enabled",
                    "TLS is configured: write enabled = true for all instances, or false for those alone that register with it");
            return new Tls(enabled, ClientTls.DEFAULT);
        }
        return new Tls(enabled, TlsFiles.client(s));
    }
}
