package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.leasegate.endpoint.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The format of the Go framework go-micro: a JSON object with {@code name}, {@code version}, {@code metadata}, {@code endpoints} (the
 * methods) and {@code nodes}, one of them as a rule, under {@code /micro/registry/SERVICE/NODE}.
 *
 * <p>Nodes with the protocol {@code grpc} register; {@code mucp} is the framework's own protocol.
 */
final class GoMicroFormat implements RegistrationFormat {

    private static final Evidence BY_FIELDS = Evidence.fields("the value has the fields name and nodes");

    @Override
    public String name() {
        return "go-micro";
    }

    @Override
    public List<String> fields() {
        return List.of("name", "version", "metadata", "endpoints", "nodes");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.object();
        JsonNode nodes = object == null ? null : object.get("nodes");
        if (object == null || nodes == null || !nodes.isArray() || !object.has("name") || !isOfNodes(object, nodes)) {
            return new ParseResult.Foreign("the value has no fields name and nodes");
        }
        return Reading.of(BY_FIELDS, notes -> registrations(entry, object, nodes, notes));
    }

    /** Others have fields of that name, too. */
    private static boolean isOfNodes(ObjectNode object, JsonNode nodes) {
        return nodes.isEmpty() ? object.has("version") : nodes.get(0).has("address");
    }

    private static List<Registration> registrations(RegistryEntry entry, ObjectNode object, JsonNode nodes, Notes notes)
            throws MalformedException, UnregisteredException {
        String service = Fields.service(entry, "name", Fields.optionalText(object, "name", Integer.MAX_VALUE));
        String version = Fields.version("version", object.get("version"));
        List<Registration> registrations = new ArrayList<>();
        String spoken = "";
        for (JsonNode node : nodes) {
            String protocol = protocol(node.get("metadata"));
            if (!protocol.isEmpty() && !protocol.equals("grpc")) {
                spoken = protocol;
                continue;
            }
            HostPort address = address(node);
            MetadataMap metadata = new MetadataMap(notes)
                    .addAll("nodes[].metadata", node.path("metadata").isObject() ? node.get("metadata") : null)
                    .addAll("metadata", object.path("metadata").isObject() ? object.get("metadata") : null)
                    .add("nodes[].id", "id", node.get("id"));
            Traits traits = Traits.builder()
                    .weight(Fields.looseWeight("metadata.weight", TextNode.valueOf(metadata.first("weight")), 1, notes))
                    .version(version)
                    .zone(Fields.label(metadata.first("zone")))
                    .region(Fields.label(metadata.first("region")))
                    .protocol(protocol)
                    .metadata(metadata.map())
                    .build();
            registrations.add(new Registration(service, address.host(), address.port(), traits));
        }
        if (registrations.isEmpty()) {
            throw new UnregisteredException(
                    spoken.isEmpty()
                            ? "not a registration: the service has no nodes"
                            : "not gRPC: the protocol is " + Quote.text(spoken));
        }
        return registrations;
    }

    /** The protocol, or where an old node does not say it, what it says of its server. */
    private static String protocol(@Nullable JsonNode metadata) {
        String protocol = Fields.label(Fields.any(metadata, "protocol"));
        if (protocol.isEmpty() && Fields.label(Fields.any(metadata, "server")).equals("grpc")) {
            protocol = "grpc";
        }
        return protocol.toLowerCase(Locale.ROOT);
    }

    private static HostPort address(JsonNode node) throws MalformedException {
        String address = Fields.anyText(node, "address");
        JsonNode port = node.get("port");
        // The first major version had the port apart.
        return port != null && address != null && HostPort.orNull(address) == null
                ? Fields.address("nodes[].address", address, "nodes[].port", port)
                : Fields.address("nodes[].address", address);
    }
}
