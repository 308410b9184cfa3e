package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.leasegate.endpoint.Traits;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The format of the Go package liyue201/grpc-lb: a JSON object with {@code InstanceId}, {@code Name}, {@code Version}, {@code Address}
 * and {@code Metadata}, whose values are lists of strings, under {@code DIRECTORY/NAME/VERSION/ID}. It is written again under a new
 * lease every fifth of its TTL.
 */
final class LiyueGrpcLbFormat implements RegistrationFormat {

    private static final Evidence BY_FIELDS = Evidence.fields("the value has the fields InstanceId and Address");

    @Override
    public String name() {
        return "liyue201-grpc-lb";
    }

    @Override
    public List<String> fields() {
        return List.of("InstanceId", "Name", "Version", "Address", "Metadata");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.object();
        if (object == null || !object.has("InstanceId") || !object.has("Address")) {
            return new ParseResult.Foreign("the value has no fields InstanceId and Address");
        }
        return Reading.of(BY_FIELDS, notes -> List.of(registration(entry, object, notes)));
    }

    private static Registration registration(RegistryEntry entry, ObjectNode object, Notes notes)
            throws MalformedException {
        String service = Fields.service(entry, "Name", Fields.optionalText(object, "Name", Integer.MAX_VALUE));
        EndpointUrl to = Fields.endpoint("Address", Fields.optionalText(object, "Address", Integer.MAX_VALUE));
        MetadataMap metadata = new MetadataMap(notes);
        JsonNode given = object.get("Metadata");
        if (given instanceof ObjectNode map) {
            for (Map.Entry<String, JsonNode> e : map.properties()) {
                metadata.addText("Metadata", e.getKey(), text(e.getValue()));
            }
        } else {
            metadata.addAll("Metadata", given);
        }
        metadata.add("InstanceId", "id", object.get("InstanceId"));
        JsonNode weight = TextNode.valueOf(metadata.first("weight").replaceFirst(",.*", ""));
        Traits traits = Traits.builder()
                .weight(Fields.positiveWeight("Metadata.weight", weight, 1, notes))
                .version(Fields.version("Version", object.get("Version")))
                .zone(Fields.label(metadata.first("zone")))
                .region(Fields.label(metadata.first("region")))
                .protocol(Fields.label(metadata.first("protocol")).toLowerCase(Locale.ROOT))
                .tls(to.tls())
                .metadata(metadata.map())
                .build();
        return new Registration(service, to.address().host(), to.address().port(), traits);
    }

    /** One value stands by itself, several with commas between them. */
    private static String text(JsonNode node) {
        if (!(node instanceof ArrayNode array)) {
            return node.isValueNode() ? node.asText() : node.toString();
        }
        StringJoiner values = new StringJoiner(",");
        array.forEach(v -> values.add(v.isValueNode() ? v.asText() : v.toString()));
        return values.toString();
    }
}
