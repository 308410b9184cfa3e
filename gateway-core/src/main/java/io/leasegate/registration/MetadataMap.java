package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Metadata in the making, as text. What is beyond a bound is left out and noted: metadata are for people and filters, and no reason to
 * do without an instance. For use by one thread.
 */
final class MetadataMap {

    static final int MAX_ENTRIES = 64;
    static final int MAX_NAME_CHARS = 256;
    static final int MAX_VALUE_CHARS = 4096;

    /** Bounds what one instance can make the table hold. */
    static final int MAX_CHARS = 16 * 1024;

    private final Notes notes;
    private final Map<String, String> map = new LinkedHashMap<>();
    private int chars;

    MetadataMap(Notes notes) {
        this.notes = notes;
    }

    Map<String, String> map() {
        return map;
    }

    /** The value of the first of these names that has one; empty when none has. */
    String first(String... names) {
        for (String name : names) {
            String value = map.get(name);
            if (value != null && !value.isBlank()) {
                return value;
            }
        }
        return "";
    }

    /**
     * Adds the members of an object, or what is no object under the field's own name in lower case. Members that are neither text nor
     * number nor boolean stand in their JSON form.
     */
    MetadataMap addAll(String field, @Nullable JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> e : object.properties()) {
                add(field, e.getKey(), e.getValue());
            }
        } else {
            add(field, field.toLowerCase(Locale.ROOT), node);
        }
        return this;
    }

    /** Adds one more value, unless the name is taken or the value is missing. */
    MetadataMap add(String field, String name, @Nullable JsonNode node) {
        if (node != null && !node.isMissingNode() && !(node.isNull() && name.equals(field.toLowerCase(Locale.ROOT)))) {
            addText(field, name, node.isNull() ? "" : node.isValueNode() ? node.asText() : node.toString());
        }
        return this;
    }

    /** Adds one more value, unless the name is taken. */
    MetadataMap addText(String field, String name, String value) {
        if (map.containsKey(name)) {
            return this;
        }
        String reason = name.length() > MAX_NAME_CHARS
                ? "has a name of " + name.length() + " characters (at most " + MAX_NAME_CHARS + " are kept)"
                : value.length() > MAX_VALUE_CHARS
                        ? "has " + value.length() + " characters (at most " + MAX_VALUE_CHARS + " are kept)"
                        : map.size() >= MAX_ENTRIES
                                ? "is one of more than " + MAX_ENTRIES + " entries"
                                : chars + name.length() + value.length() > MAX_CHARS
                                        ? "goes beyond " + MAX_CHARS + " characters of metadata"
                                        : "";
        if (reason.isEmpty()) {
            chars += name.length() + value.length();
            map.put(name, value);
        } else {
            notes.add(field + ": " + Quote.text(name) + " is left out: it " + reason);
        }
        return this;
    }
}
