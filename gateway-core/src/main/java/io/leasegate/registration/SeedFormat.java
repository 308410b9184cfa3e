package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.endpoint.Traits;
import java.util.List;
import java.util.Locale;

/**
 * The format of the Go original and its many descendants: a JSON object with {@code name}, {@code addr}, {@code version} and
 * {@code weight}, usually under {@code /name/version/addr} or {@code /name/addr}.
 *
 * <p>What the value says counts, whatever the key looks like: descendants differ in their keys. Unknown fields are passed over.
 */
final class SeedFormat implements RegistrationFormat {

    private static final Evidence BY_FIELDS = Evidence.fields("the value has the fields name and addr");
    private static final Evidence BY_ONE_FIELD =
            Evidence.key("the key ends in host:port and the value has name or addr");
    private static final Evidence BY_KEY = Evidence.key("the key begins with a slash and ends in host:port");

    @Override
    public String name() {
        return "seed";
    }

    @Override
    public List<String> fields() {
        return List.of("name", "addr", "version", "weight");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.object();
        if (object == null) {
            // A bare address under an address is whole, though of another kind.
            return entry.address() == null && isAddressed(entry)
                    ? new ParseResult.Malformed(entry.objection(), BY_KEY)
                    : new ParseResult.Foreign(entry.objection());
        }
        boolean name = object.has("name");
        boolean addr = object.has("addr");
        if (!(name && addr) && !((name || addr) && isAddressed(entry))) {
            return new ParseResult.Foreign("the value has no fields name and addr");
        }
        return Reading.of(
                name && addr ? BY_FIELDS : BY_ONE_FIELD, notes -> List.of(registration(entry, object, notes)));
    }

    private static Registration registration(RegistryEntry entry, ObjectNode object, Notes notes)
            throws MalformedException {
        String service = Fields.service(entry, "name", Fields.optionalText(object, "name", Integer.MAX_VALUE));
        EndpointUrl to = Fields.endpoint("addr", Fields.optionalText(object, "addr", Integer.MAX_VALUE));
        String version = Fields.version("version", object.get("version"));
        long weight = Fields.weight("weight", object.get("weight"), 1);
        JsonNode tags = object.get("tags");
        MetadataMap metadata = new MetadataMap(notes)
                .addAll("metadata", object.get("metadata"))
                .add("id", "id", object.get("id"));
        if (tags != null && !tags.isArray() && !tags.isTextual()) {
            metadata.add("tags", "tags", tags);
        }
        Traits traits = Traits.builder()
                .weight(weight)
                .version(version)
                .zone(said(object, "zone", metadata))
                .region(said(object, "region", metadata))
                .tags(Fields.tags("tags", tags, notes))
                .protocol(said(object, "protocol", metadata).toLowerCase(Locale.ROOT))
                .tls(to.tls())
                .enabled(Fields.flag(Fields.any(object, "enabled", "enable"), true))
                .healthy(Fields.healthy(Fields.any(object, "healthy", "health")))
                .metadata(metadata.map())
                .build();
        return new Registration(service, to.address().host(), to.address().port(), traits);
    }

    /** What a descendant says beside its metadata or in them. */
    private static String said(ObjectNode object, String field, MetadataMap metadata) {
        String own = Fields.label(object.get(field));
        return own.isEmpty() ? Fields.label(metadata.first(field)) : own;
    }

    private static boolean isAddressed(RegistryEntry entry) {
        return entry.key().startsWith("/")
                && entry.path().size() > 1
                && HostPort.orNull(entry.path().last()) != null;
    }
}
