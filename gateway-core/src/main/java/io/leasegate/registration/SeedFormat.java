package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

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
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.object();
        if (object == null) {
            return addressedKey(entry.key())
                    ? new ParseResult.Malformed(entry.objection(), BY_KEY)
                    : new ParseResult.Foreign(entry.objection());
        }
        boolean name = object.has("name");
        boolean addr = object.has("addr");
        if (!(name && addr) && !((name || addr) && addressedKey(entry.key()))) {
            return new ParseResult.Foreign("the value has no fields name and addr");
        }
        Evidence evidence = name && addr ? BY_FIELDS : BY_ONE_FIELD;
        try {
            return new ParseResult.Registered(List.of(registration(object)), evidence);
        } catch (MalformedException e) {
            return new ParseResult.Malformed(e.reason(), evidence);
        }
    }

    private static Registration registration(ObjectNode object) throws MalformedException {
        String service = Fields.service("name", Fields.optionalText(object, "name", Integer.MAX_VALUE));
        HostPort address = Fields.address("addr", Fields.optionalText(object, "addr", Integer.MAX_VALUE));
        String version = Fields.optionalText(object, "version", Fields.MAX_VERSION_CHARS);
        long weight = Fields.weight(object, "weight");
        Map<String, String> metadata = Fields.metadata("metadata", object.get("metadata"));
        addIfPresent(metadata, object, "id");
        addIfPresent(metadata, object, "tags");
        return new Registration(
                service, address.host(), address.port(), weight, version == null ? "" : version, metadata, false);
    }

    /** Fields that descendants of the format put beside the metadata, and that people look for there. */
    private static void addIfPresent(Map<String, String> metadata, ObjectNode object, String field)
            throws MalformedException {
        JsonNode node = object.get(field);
        if (node != null && !node.isNull()) {
            Fields.put(metadata, field, field, node);
        }
    }

    private static boolean addressedKey(String key) {
        int slash = key.lastIndexOf('/');
        if (!key.startsWith("/") || slash == 0) {
            return false;
        }
        try {
            HostPort.parse(key.substring(slash + 1));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
