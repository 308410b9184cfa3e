package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and bounds the fields that formats share; each refusal names the field, its value, and what was expected. */
final class Fields {

    static final int MAX_SERVICE_CHARS = 255;
    static final int MAX_VERSION_CHARS = 128;
    static final int MAX_METADATA_ENTRIES = 64;
    static final int MAX_METADATA_NAME_CHARS = 256;
    static final int MAX_METADATA_VALUE_CHARS = 4096;

    /** Keeps the sum over any number of instances that fits in memory within a long. */
    static final long MAX_WEIGHT = Integer.MAX_VALUE;

    private Fields() {}

    /** The field's text, or null when the field is missing or null. */
    static @Nullable String optionalText(ObjectNode object, String field, int maxChars) throws MalformedException {
        JsonNode node = object.get(field);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isTextual()) {
            throw new MalformedException(field + ": " + Quote.json(node) + " (expected a string)");
        }
        if (node.textValue().length() > maxChars) {
            throw new MalformedException(
                    field + ": " + node.textValue().length() + " characters (expected at most " + maxChars + ")");
        }
        return node.textValue();
    }

    /** A service name. */
    static String service(String field, @Nullable String name) throws MalformedException {
        if (name == null) {
            throw new MalformedException(field + ": missing (expected the service's name)");
        }
        if (name.isBlank()) {
            throw new MalformedException(field + ": " + Quote.text(name) + " (expected the service's name)");
        }
        if (name.length() > MAX_SERVICE_CHARS) {
            throw new MalformedException(
                    field + ": " + name.length() + " characters (expected at most " + MAX_SERVICE_CHARS + ")");
        }
        for (int i = 0; i < name.length(); i++) {
            if (Character.isISOControl(name.charAt(i))) {
                throw new MalformedException(
                        field + ": " + Quote.text(name) + " (expected a name without control characters)");
            }
        }
        return name;
    }

    /** An address. */
    static HostPort address(String field, @Nullable String text) throws MalformedException {
        if (text == null) {
            throw new MalformedException(field + ": missing (expected host:port)");
        }
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw new MalformedException(field + ": " + e.getMessage());
        }
    }

    /** A weight that is a JSON number, 1 when the field is missing or null. */
    static long weight(ObjectNode object, String field) throws MalformedException {
        JsonNode node = object.get(field);
        if (node == null || node.isNull()) {
            return 1;
        }
        if (!node.isIntegralNumber()
                || !node.canConvertToLong()
                || node.longValue() < 0
                || node.longValue() > MAX_WEIGHT) {
            throw new MalformedException(
                    field + ": " + Quote.json(node) + " (expected a whole number from 0 to " + MAX_WEIGHT + ")");
        }
        return node.longValue();
    }

    /**
     * Metadata as text: the members of an object, or what is no object under the field's own name in lower case. Members that are
     * neither text nor number nor boolean stand in their JSON form.
     */
    static Map<String, String> metadata(String field, @Nullable JsonNode node) throws MalformedException {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (node == null || node.isNull()) {
            return metadata;
        }
        if (!(node instanceof ObjectNode object)) {
            put(metadata, field, field.toLowerCase(java.util.Locale.ROOT), node);
            return metadata;
        }
        if (object.size() > MAX_METADATA_ENTRIES) {
            throw new MalformedException(
                    field + ": " + object.size() + " entries (expected at most " + MAX_METADATA_ENTRIES + ")");
        }
        for (Map.Entry<String, JsonNode> e : object.properties()) {
            put(metadata, field, e.getKey(), e.getValue());
        }
        return metadata;
    }

    /** Adds one more value to metadata, unless that name is taken. */
    static void put(Map<String, String> metadata, String field, String name, JsonNode node) throws MalformedException {
        if (name.length() > MAX_METADATA_NAME_CHARS) {
            throw new MalformedException(field + ": the name " + Quote.text(name) + " has " + name.length()
                    + " characters (expected at most " + MAX_METADATA_NAME_CHARS + ")");
        }
        String text = node.isValueNode() ? node.asText() : node.toString();
        if (text.length() > MAX_METADATA_VALUE_CHARS) {
            throw new MalformedException(field + ": the value of " + Quote.text(name) + " has " + text.length()
                    + " characters (expected at most " + MAX_METADATA_VALUE_CHARS + ")");
        }
        metadata.putIfAbsent(name, text);
    }
}
