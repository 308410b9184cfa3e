package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads and bounds the fields that formats share; each refusal names the field, its value, and what was expected. */
final class Fields {

    static final int MAX_SERVICE_CHARS = 255;
    static final int MAX_VERSION_CHARS = 128;
    static final int MAX_TAGS = 64;
    static final int MAX_TAG_CHARS = 256;

    /** Keeps the sum over any number of instances that fits in memory within a long. */
    static final long MAX_WEIGHT = Integer.MAX_VALUE;

    /** How many instances one key may register. */
    static final int MAX_ADDRESSES = 64;

    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]{1,32}(\\.[0-9]{1,32})?([eE][+-]?[0-9]{1,3})?");
    private static final Set<String> YES = Set.of("true", "yes", "on", "1");
    private static final Set<String> NO = Set.of("false", "no", "off", "0");

    /** What formats call an instance that is not to be used, in lower case. */
    private static final Set<String> SICK = Set.of(
            "down",
            "unhealthy",
            "critical",
            "offline",
            "dead",
            "fail",
            "failed",
            "failing",
            "out_of_service",
            "not_serving");

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

    /** A version: a string, or a whole number in its place; empty when there is none. */
    static String version(String field, @Nullable JsonNode node) throws MalformedException {
        if (node == null || node.isNull()) {
            return "";
        }
        if (!node.isTextual() && !node.isIntegralNumber()) {
            throw new MalformedException(field + ": " + Quote.json(node) + " (expected a string)");
        }
        return version(field, node.asText());
    }

    static String version(String field, String text) throws MalformedException {
        if (text.length() > MAX_VERSION_CHARS) {
            throw new MalformedException(
                    field + ": " + text.length() + " characters (expected at most " + MAX_VERSION_CHARS + ")");
        }
        return text;
    }

    /** The service that an entry registers: what the configuration says, else what the entry says. */
    static String service(RegistryEntry entry, String field, @Nullable String name) throws MalformedException {
        String configured = entry.prefix().service();
        return configured.isEmpty() ? service(field, name) : configured;
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
            return HostPort.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw new MalformedException(field + ": " + e.getMessage());
        }
    }

    /** An address, or a URL of gRPC; the scheme is empty when there is none. */
    static EndpointUrl endpoint(String field, @Nullable String text) throws MalformedException {
        if (text != null && text.contains("://")) {
            try {
                EndpointUrl url = EndpointUrl.parse(text.strip());
                if (url.scheme().equals("grpc") || url.scheme().equals("grpcs")) {
                    return url;
                }
            } catch (IllegalArgumentException e) {
                throw new MalformedException(field + ": " + e.getMessage());
            }
        }
        return new EndpointUrl("", address(field, text), "", Map.of());
    }

    /** An address that is given as host and port. */
    static HostPort address(String hostField, @Nullable String host, String portField, @Nullable JsonNode port)
            throws MalformedException {
        if (host == null || host.isBlank()) {
            throw new MalformedException(hostField + ": missing (expected a host name or an IP address)");
        }
        int number = port(portField, port);
        try {
            return HostPort.of(host.strip(), number);
        } catch (IllegalArgumentException e) {
            throw new MalformedException(hostField + ": " + e.getMessage());
        }
    }

    /** A port: a number, or a string that holds one. */
    static int port(String field, @Nullable JsonNode node) throws MalformedException {
        if (node == null || node.isNull()) {
            throw new MalformedException(field + ": missing (expected 1-65535)");
        }
        String text =
                node.isIntegralNumber() || node.isTextual() ? node.asText().strip() : "";
        if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 65535) {
            return Integer.parseInt(text);
        }
        throw new MalformedException(field + ": " + Quote.json(node) + " (expected 1-65535)");
    }

    /**
     * A weight where the format knows one: a number from 0, or a string that holds one. Missing, null and blank are the format's
     * default.
     */
    static long weight(String field, @Nullable JsonNode node, long otherwise) throws MalformedException {
        if (node == null || isAbsent(node)) {
            return otherwise;
        }
        double value = number(node);
        if (!(value >= 0)) {
            throw new MalformedException(
                    field + ": " + Quote.json(node) + " (expected a number from 0 to " + MAX_WEIGHT + ")");
        }
        return rounded(value);
    }

    /** A weight where it is one of many things that may be said: what is no number from 0 is noted and counts as the default. */
    static long looseWeight(String field, @Nullable JsonNode node, long otherwise, Notes notes) {
        if (node == null || isAbsent(node)) {
            return otherwise;
        }
        double value = number(node);
        if (!(value >= 0)) {
            notes.add(field + ": " + Quote.json(node) + " is no number from 0; it counts as " + otherwise);
            return otherwise;
        }
        return rounded(value);
    }

    /** The same where the format's own readers take 0 and less for the default. */
    static long positiveWeight(String field, @Nullable JsonNode node, long otherwise, Notes notes) {
        double value = node == null || isAbsent(node) ? 0 : number(node);
        return value <= 0 ? otherwise : looseWeight(field, node, otherwise, notes);
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isNull()
                || node.isMissingNode()
                || (node.isTextual() && node.textValue().isBlank());
    }

    /** The number that a node is or holds; not a number otherwise. */
    private static double number(@Nullable JsonNode node) {
        if (node != null && node.isNumber()) {
            return node.doubleValue();
        }
        String text = node != null && node.isTextual() ? node.textValue().strip() : "";
        return NUMBER.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
    }

    /** The nearest whole number, but never 0 for a share above 0. */
    private static long rounded(double value) {
        return value == 0 ? 0 : value >= MAX_WEIGHT ? MAX_WEIGHT : Math.max(1, Math.round(value));
    }

    /** A flag in any of the forms that flags have; null when it is in none of them. */
    static @Nullable Boolean flag(@Nullable JsonNode node) {
        if (node == null || !node.isValueNode() || node.isNull()) {
            return null;
        }
        String text = node.asText().strip().toLowerCase(Locale.ROOT);
        return YES.contains(text) ? Boolean.TRUE : NO.contains(text) ? Boolean.FALSE : null;
    }

    /** A flag that is true unless it says otherwise. */
    static boolean flag(@Nullable JsonNode node, boolean otherwise) {
        Boolean flag = flag(node);
        return flag == null ? otherwise : flag;
    }

    /** Health as a flag, a word, or an object whose {@code status} is one of these; healthy unless it clearly says otherwise. */
    static boolean healthy(@Nullable JsonNode node) {
        JsonNode status = node instanceof ObjectNode object ? object.get("status") : node;
        Boolean flag = flag(status);
        if (flag != null) {
            return flag;
        }
        return status == null
                || !status.isTextual()
                || !SICK.contains(status.textValue().strip().toLowerCase(Locale.ROOT));
    }

    /** Labels: an array of them, or one text with commas. */
    static List<String> tags(String field, @Nullable JsonNode node, Notes notes) {
        List<String> tags = new ArrayList<>();
        if (node instanceof ArrayNode array) {
            array.forEach(tag -> addTag(tags, field, tag.isValueNode() ? tag.asText() : tag.toString(), notes));
        } else if (node != null && node.isTextual()) {
            for (String tag : node.textValue().split(",", MAX_TAGS + 1)) {
                addTag(tags, field, tag, notes);
            }
        }
        return tags;
    }

    private static void addTag(List<String> tags, String field, String text, Notes notes) {
        String tag = text.strip();
        if (tag.isEmpty()) {
            return;
        }
        if (tags.size() >= MAX_TAGS || tag.length() > MAX_TAG_CHARS) {
            notes.add(field + ": " + Quote.text(tag) + " is left out: at most " + MAX_TAGS + " tags of " + MAX_TAG_CHARS
                    + " characters are kept");
            return;
        }
        tags.add(tag);
    }

    /** The text of a field for people: empty when it is missing, bounded like a version. */
    static String label(@Nullable JsonNode node) {
        String text = node == null || node.isNull() || !node.isValueNode() ? "" : node.asText();
        return label(text);
    }

    static String label(String text) {
        String stripped = text.strip();
        return stripped.length() > MAX_VERSION_CHARS ? stripped.substring(0, MAX_VERSION_CHARS) : stripped;
    }

    /** The first of the fields that is there, or null. */
    static @Nullable JsonNode any(@Nullable JsonNode object, String... names) {
        for (String name : names) {
            JsonNode node = object == null ? null : object.get(name);
            if (node != null && !node.isNull()) {
                return node;
            }
        }
        return null;
    }

    /** The text of the first of the fields that has one, or null. */
    static @Nullable String anyText(@Nullable JsonNode object, String... names) {
        JsonNode node = any(object, names);
        return node == null || !node.isTextual() ? null : node.textValue();
    }
}
