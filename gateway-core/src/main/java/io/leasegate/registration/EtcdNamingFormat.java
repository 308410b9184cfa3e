package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The format of etcd's own Go packages {@code naming/endpoints} and the older {@code clientv3/naming}: a JSON object with
 * {@code Op}, {@code Addr} and {@code Metadata} under {@code TARGET/anything}, by convention {@code TARGET/ADDR}.
 *
 * <p>The service is the target, without a leading slash: what a Go client writes behind {@code etcd:///}. {@code Metadata} is free
 * form; where it is an object, {@code weight} and {@code version} in it are heeded when they have a usable form.
 */
final class EtcdNamingFormat implements RegistrationFormat {

    private static final Evidence BY_FIELDS = Evidence.fields("the value has the fields Addr and Op");
    private static final Evidence BY_ADDR = Evidence.fields("the value has the fields Addr and Metadata");

    @Override
    public String name() {
        return "etcd-naming";
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.object();
        if (object == null) {
            return new ParseResult.Foreign(entry.objection());
        }
        // MetadataX marks a relative of this format that keeps its name and weight elsewhere.
        if (!object.has("Addr") || !(object.has("Op") || object.has("Metadata")) || object.has("MetadataX")) {
            return new ParseResult.Foreign("the value has no fields Addr and Op");
        }
        Evidence evidence = object.has("Op") ? BY_FIELDS : BY_ADDR;
        try {
            long op = operation(object.get("Op"));
            if (op == 1) {
                return new ParseResult.NotARegistration("Op: 1 (the instance is marked as deleted)", evidence);
            }
            return new ParseResult.Registered(List.of(registration(entry.key(), object)), evidence);
        } catch (MalformedException e) {
            return new ParseResult.Malformed(e.reason(), evidence);
        }
    }

    private static long operation(@Nullable JsonNode op) throws MalformedException {
        if (op == null || op.isNull()) {
            return 0;
        }
        if (!op.isIntegralNumber() || !op.canConvertToLong() || op.longValue() < 0 || op.longValue() > 1) {
            throw new MalformedException("Op: " + Quote.json(op) + " (expected 0 for add or 1 for delete)");
        }
        return op.longValue();
    }

    private static Registration registration(String key, ObjectNode object) throws MalformedException {
        String addr = Fields.optionalText(object, "Addr", Integer.MAX_VALUE);
        HostPort address = Fields.address("Addr", addr);
        String service = Fields.service("target (the key up to its last slash)", target(key, String.valueOf(addr)));
        JsonNode node = object.get("Metadata");
        Map<String, String> metadata = Fields.metadata("Metadata", node);
        return new Registration(service, address.host(), address.port(), weight(node), version(node), metadata, false);
    }

    private static String target(String key, String addr) throws MalformedException {
        int end = key.endsWith("/" + addr) ? key.length() - addr.length() - 1 : key.lastIndexOf('/');
        if (end < 0) {
            throw new MalformedException("key: " + Quote.text(key) + " has no slash (expected TARGET/ADDRESS)");
        }
        int start = key.startsWith("/") ? 1 : 0;
        return key.substring(Math.min(start, end), end);
    }

    private static long weight(@Nullable JsonNode metadata) {
        JsonNode weight = member(metadata, "weight", "Weight");
        if (weight == null) {
            return 1;
        }
        long value = weight.isIntegralNumber() && weight.canConvertToLong()
                ? weight.longValue()
                : weight.isTextual() ? number(weight.textValue()) : -1;
        return value >= 0 && value <= Fields.MAX_WEIGHT ? value : 1;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static String version(@Nullable JsonNode metadata) {
        JsonNode version = member(metadata, "version", "Version");
        return version != null && version.isTextual() && version.textValue().length() <= Fields.MAX_VERSION_CHARS
                ? version.textValue()
                : "";
    }

    private static @Nullable JsonNode member(@Nullable JsonNode metadata, String name, String otherName) {
        if (!(metadata instanceof ObjectNode object)) {
            return null;
        }
        return object.has(name) ? object.get(name) : object.get(otherName);
    }
}
