package io.leasegate.registration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.endpoint.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Dubbo's registrations by application: a JSON object with {@code serviceName}, {@code host} and {@code port}, under
 * {@code /services/APPLICATION/HOST:PORT}. Java writes the fields in lower case, Go in capitals.
 *
 * <p>{@code dubbo.endpoints} in the metadata, a text that holds a list of ports and protocols, says which ports speak gRPC: those of the
 * protocols {@code tri} and {@code grpc}.
 */
final class DubboApplicationFormat implements RegistrationFormat {

    /** Protocols of Dubbo that are gRPC on the wire. */
    static final Set<String> GRPC_PROTOCOLS = Set.of("tri", "grpc");

    /** What Dubbo gives an instance that says nothing. */
    static final long DEFAULT_WEIGHT = 100;

    private static final Evidence BY_JAVA_FIELDS =
            Evidence.fields("the value has the fields serviceName, host and port");
    private static final Evidence BY_GO_FIELDS = Evidence.fields("the value has the fields ServiceName, Host and Port");
    private static final Evidence BY_PARENT =
            Evidence.layout("the key is /services/ and one part, and the value is empty or a number");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public String name() {
        return "dubbo-application";
    }

    @Override
    public List<String> fields() {
        return List.of("serviceName", "host", "port", "enabled", "healthy", "metadata");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.object();
        if (object == null) {
            return entry.path().size() == 2
                            && entry.path().part(0).equals("services")
                            && DubboInterfaceFormat.isEmptyOrNumber(entry)
                    ? new ParseResult.NotARegistration(
                            "not a registration: Dubbo's parent key of an application", BY_PARENT)
                    : new ParseResult.Foreign("the value has no fields serviceName, host and port");
        }
        JsonNode name = field(object, "serviceName");
        JsonNode port = field(object, "port");
        if (name == null || (port == null && field(object, "address") == null)) {
            return new ParseResult.Foreign("the value has no fields serviceName, host and port");
        }
        return Reading.of(
                object.has("serviceName") ? BY_JAVA_FIELDS : BY_GO_FIELDS,
                notes -> registrations(entry, object, notes));
    }

    private static List<Registration> registrations(RegistryEntry entry, ObjectNode object, Notes notes)
            throws MalformedException, UnregisteredException {
        JsonNode name = field(object, "serviceName");
        String service =
                Fields.service(entry, "serviceName", name == null || !name.isTextual() ? null : name.textValue());
        MetadataMap metadata = new MetadataMap(notes).addAll("metadata", field(object, "metadata"));
        JsonNode tag = field(object, "tag");
        Traits.Builder traits = Traits.builder()
                .weight(Fields.positiveWeight("weight", field(object, "weight"), DEFAULT_WEIGHT, notes))
                .version(Fields.label(metadata.first("version")))
                .zone(Fields.label(metadata.first("zone")))
                .region(Fields.label(metadata.first("region")))
                .tags(Fields.tags("tag", tag, notes))
                .enabled(Fields.flag(either(object, "enabled", "enable"), true))
                .healthy(Fields.healthy(field(object, "healthy")))
                .metadata(metadata.map());
        List<Port> ports = ports(field(object, "metadata"));
        if (ports.isEmpty()) {
            HostPort address = address(object);
            return List.of(new Registration(service, address.host(), address.port(), traits.build()));
        }
        List<Registration> registrations = new ArrayList<>();
        for (Port p : ports) {
            HostPort address =
                    Fields.address("host", text(object, "host"), "metadata.dubbo.endpoints[].port", p.number());
            registrations.add(new Registration(
                    service,
                    address.host(),
                    address.port(),
                    traits.protocol(p.protocol()).build()));
        }
        return registrations;
    }

    /** A port of {@code dubbo.endpoints} that speaks gRPC. */
    private record Port(String protocol, @Nullable JsonNode number) {}

    private static List<Port> ports(@Nullable JsonNode metadata) throws MalformedException, UnregisteredException {
        JsonNode endpoints = Fields.any(metadata, "dubbo.endpoints");
        if (endpoints == null || (endpoints.isTextual() && endpoints.textValue().isBlank())) {
            return List.of();
        }
        JsonNode list = endpoints.isTextual() ? json(endpoints.textValue()) : endpoints;
        if (list == null || !list.isArray()) {
            throw new MalformedException("metadata.dubbo.endpoints: " + Quote.json(endpoints)
                    + " (expected a list of objects with port and protocol, as text)");
        }
        List<Port> ports = new ArrayList<>();
        String spoken = "";
        for (JsonNode e : list) {
            String protocol = Fields.label(field(e, "protocol")).toLowerCase(Locale.ROOT);
            if (GRPC_PROTOCOLS.contains(protocol)) {
                Port port = new Port(protocol, field(e, "port"));
                if (ports.stream().noneMatch(p -> String.valueOf(p.number()).equals(String.valueOf(port.number())))) {
                    ports.add(port);
                }
            } else {
                spoken = protocol;
            }
        }
        if (ports.isEmpty() && !list.isEmpty()) {
            throw new UnregisteredException("not gRPC: the protocol is " + Quote.text(spoken) + ", not tri or grpc");
        }
        return ports;
    }

    private static @Nullable JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static HostPort address(ObjectNode object) throws MalformedException {
        String host = text(object, "host");
        String whole = text(object, "address");
        return (host == null || host.isBlank() || field(object, "port") == null) && whole != null
                ? Fields.address("address", whole)
                : Fields.address("host", host, "port", field(object, "port"));
    }

    private static @Nullable String text(ObjectNode object, String name) {
        JsonNode node = field(object, name);
        return node == null || !node.isTextual() ? null : node.textValue();
    }

    private static @Nullable JsonNode either(ObjectNode object, String name, String other) {
        JsonNode node = field(object, name);
        return node == null ? field(object, other) : node;
    }

    /** The field, whatever the case of its letters. */
    private static @Nullable JsonNode field(@Nullable JsonNode object, String name) {
        JsonNode exact = Fields.any(object, name);
        if (exact != null || !(object instanceof ObjectNode o)) {
            return exact;
        }
        for (Map.Entry<String, JsonNode> e : o.properties()) {
            if (e.getKey().equalsIgnoreCase(name) && !e.getValue().isNull()) {
                return e.getValue();
            }
        }
        return null;
    }
}
