package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.leasegate.endpoint.Traits;
import java.util.ArrayList;
import java.util.List;

/**
 * The format of the Go framework Kratos: a JSON object with {@code id}, {@code name}, {@code version}, {@code metadata} and
 * {@code endpoints}, a list of URLs of all protocols, under {@code NAMESPACE/NAME/ID}.
 *
 * <p>The endpoints with {@code grpc://} and {@code grpcs://} register. TLS was {@code grpc://host:port?isSecure=true} until 2022.
 */
final class KratosFormat implements RegistrationFormat {

    private static final Evidence BY_FIELDS = Evidence.fields("the value has the fields name and endpoints");

    /** What the framework's weighted balancer gives an instance that says nothing. */
    private static final long DEFAULT_WEIGHT = 100;

    @Override
    public String name() {
        return "kratos";
    }

    @Override
    public List<String> fields() {
        return List.of("id", "name", "version", "metadata", "endpoints");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.object();
        if (object == null || !object.has("name") || !object.has("endpoints") || object.has("nodes")) {
            return new ParseResult.Foreign("the value has no fields name and endpoints");
        }
        JsonNode endpoints = object.get("endpoints");
        boolean mayBeUrls = endpoints.isNull()
                || (endpoints.isArray()
                        && (endpoints.isEmpty() || endpoints.get(0).isTextual()));
        return mayBeUrls
                ? Reading.of(BY_FIELDS, notes -> registrations(entry, object, endpoints, notes))
                : new ParseResult.Foreign("endpoints is no list of URLs");
    }

    private static List<Registration> registrations(
            RegistryEntry entry, ObjectNode object, JsonNode endpoints, Notes notes)
            throws MalformedException, UnregisteredException {
        String service = Fields.service(entry, "name", Fields.optionalText(object, "name", Integer.MAX_VALUE));
        List<EndpointUrl> urls = urls(endpoints, notes);
        String version = Fields.version("version", object.get("version"));
        MetadataMap metadata = new MetadataMap(notes)
                .addAll("metadata", object.get("metadata"))
                .add("id", "id", object.get("id"));
        JsonNode weight = TextNode.valueOf(metadata.first("weight"));
        Traits.Builder traits = Traits.builder()
                .weight(Fields.looseWeight("metadata.weight", weight, DEFAULT_WEIGHT, notes))
                .version(version)
                .zone(Fields.label(metadata.first("zone")))
                .region(Fields.label(metadata.first("region")))
                .protocol("grpc")
                .metadata(metadata.map());
        List<Registration> registrations = new ArrayList<>();
        for (EndpointUrl url : urls) {
            registrations.add(new Registration(
                    service,
                    url.address().host(),
                    url.address().port(),
                    traits.tls(url.tls()).build()));
        }
        return registrations;
    }

    /** The endpoints that speak gRPC, one for each address. */
    private static List<EndpointUrl> urls(JsonNode endpoints, Notes notes)
            throws MalformedException, UnregisteredException {
        List<EndpointUrl> urls = new ArrayList<>();
        String wrong = "";
        StringBuilder others = new StringBuilder();
        for (JsonNode node : endpoints) {
            String text = node.isTextual() ? node.textValue() : "";
            if (!text.regionMatches(true, 0, "grpc://", 0, 7) && !text.regionMatches(true, 0, "grpcs://", 0, 8)) {
                others.append(others.isEmpty() ? "" : ", ").append(others.length() < 100 ? Quote.json(node) : "...");
                continue;
            }
            try {
                EndpointUrl url = EndpointUrl.parse(text);
                if (urls.stream().noneMatch(u -> u.address().equals(url.address()))) {
                    urls.add(url);
                }
            } catch (IllegalArgumentException e) {
                wrong = "endpoints: " + e.getMessage();
                notes.add(wrong);
            }
        }
        if (urls.isEmpty() && !wrong.isEmpty()) {
            throw new MalformedException(wrong);
        }
        if (urls.isEmpty()) {
            String shown = others.length() > 120 ? others.substring(0, 120) + "..." : others.toString();
            throw new UnregisteredException(
                    shown.isEmpty()
                            ? "not gRPC: the instance has no endpoints"
                            : "not gRPC: no endpoint begins with grpc:// or grpcs://, there is " + shown);
        }
        return urls;
    }
}
