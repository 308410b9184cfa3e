package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.endpoint.Traits;
import java.util.List;
import java.util.Locale;

/**
 * The format of the Go framework Kitex: a JSON object with {@code network}, {@code address}, {@code weight} and {@code tags} under
 * {@code PREFIX/SERVICE/ADDRESS}. The service is in the key alone. What a server speaks is not recorded.
 */
final class KitexFormat implements RegistrationFormat {

    private static final Evidence BY_FIELDS = Evidence.fields("the value has the fields network and address");

    /** What the framework's resolver gives an instance whose weight is 0 or less. */
    private static final long DEFAULT_WEIGHT = 10;

    @Override
    public String name() {
        return "kitex";
    }

    @Override
    public List<String> fields() {
        return List.of("network", "address", "weight", "tags");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.object();
        if (object == null
                || !object.has("network")
                || !object.has("address")
                || entry.path().startsWith(HertzFormat.PREFIX)) {
            return new ParseResult.Foreign("the value has no fields network and address");
        }
        return Reading.of(BY_FIELDS, notes -> List.of(registration(entry, object, notes)));
    }

    private static Registration registration(RegistryEntry entry, ObjectNode object, Notes notes)
            throws MalformedException, UnregisteredException {
        String network = Fields.optionalText(object, "network", Fields.MAX_TAG_CHARS);
        if (network != null
                && !network.isEmpty()
                && !network.toLowerCase(Locale.ROOT).startsWith("tcp")) {
            throw new UnregisteredException("not gRPC: the network is " + Quote.text(network) + ", not tcp");
        }
        HostPort address = Fields.address("address", Fields.optionalText(object, "address", Integer.MAX_VALUE));
        String service = Fields.service(
                entry,
                "service (the part of the key before the address)",
                entry.path().part(-2));
        JsonNode tags = object.get("tags");
        MetadataMap metadata = new MetadataMap(notes).addAll("tags", tags);
        Traits traits = Traits.builder()
                .weight(Fields.positiveWeight("weight", object.get("weight"), DEFAULT_WEIGHT, notes))
                .version(Fields.label(metadata.first("version")))
                .zone(Fields.label(metadata.first("zone")))
                .region(Fields.label(metadata.first("region")))
                .protocol(Fields.label(metadata.first("protocol")).toLowerCase(Locale.ROOT))
                .metadata(metadata.map())
                .build();
        return new Registration(service, address.host(), address.port(), traits);
    }
}
