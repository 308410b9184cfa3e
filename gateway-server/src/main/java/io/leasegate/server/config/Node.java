package io.leasegate.server.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A value in the file with its path. When the catalog of keys is made, a node stands for any value: it is block, list and text at
 * once, with one element.
 *
 * @param path as the user wrote it, {@code leasegate.listeners[0].port}
 * @param pattern the same without what is particular: {@code leasegate.listeners[].port}
 */
record Node(String path, String pattern, ConfigValue value, ReadContext context) {

    private static final int MAX_SHOWN = 80;

    static String child(String path, String key) {
        String shown = key.matches("[A-Za-z0-9_-]+") ? key : ConfigUtil.quoteString(key);
        return path.isEmpty() ? shown : path + "." + shown;
    }

    ConfigOrigin origin() {
        return value.origin();
    }

    boolean isBlock() {
        return context.isCatalog() || value.valueType() == ConfigValueType.OBJECT;
    }

    boolean isList() {
        return context.isCatalog() || value.valueType() == ConfigValueType.LIST;
    }

    /** Notes that the value is not what it must be, in the form {@code path: value (expected …)}. */
    void unexpected(String expected) {
        wrong("expected " + expected);
    }

    /** Notes what is wrong with the value, in the form {@code path: value (why)}. */
    void wrong(String why) {
        context.problem(path + ": " + shown() + " (" + why + ")", origin());
    }

    /** Notes that the name that leads to the value, the last part of the path, is not what it must be. */
    void unexpectedKey(String expected) {
        context.problem(path + ": not a name that can stand here (expected " + expected + ")", origin());
    }

    /** The name that leads to the value, read as the given kind. */
    String keyAs(String key, Kind<String> kind) {
        if (!context.isCatalog()) {
            try {
                return kind.parser().parse(key);
            } catch (Unexpected e) {
                unexpectedKey(e.expected());
            }
        }
        return key;
    }

    <T> T as(Kind<T> kind) {
        if (context.isCatalog()) {
            return kind.placeholder();
        }
        try {
            return kind.parser().parse(text());
        } catch (Unexpected e) {
            unexpected(e.expected());
            return kind.placeholder();
        }
    }

    /** The text of a simple value, numbers as they are written. */
    private String text() throws Unexpected {
        return switch (value.valueType()) {
            case STRING -> (String) value.unwrapped();
            case NUMBER, BOOLEAN -> asWritten();
            case OBJECT -> throw new Unexpected("one value, not a block");
            case LIST -> throw new Unexpected("one value, not a list");
            case NULL -> throw new Unexpected("a value");
        };
    }

    /** The text of a number as it is in the file, {@code 1.10} and not {@code 1.1}: it may be a version. */
    private String asWritten() {
        return value.atKey("value").getString("value");
    }

    /** Reads the block; notes its unknown keys. */
    <T> T asBlock(Function<Section, T> reader) {
        return Section.read(path, pattern, List.of(this), this, reader);
    }

    /** The elements; none, and a problem, when it is no list. */
    List<Node> elements() {
        if (context.isCatalog()) {
            return List.of(new Node(path + "[]", pattern + "[]", value, context));
        }
        if (!isList()) {
            unexpected("a list: [ … ]");
            return List.of();
        }
        List<Node> nodes = new ArrayList<>();
        for (ConfigValue element : (ConfigList) value) {
            nodes.add(new Node(path + "[" + nodes.size() + "]", pattern + "[]", element, context));
        }
        return nodes;
    }

    /** The values of a block whose keys are free names, by name in the order of the file; none, and a problem, when it is no block. */
    Map<String, Node> entries() {
        if (context.isCatalog()) {
            return Map.of("NAME", new Node(path + ".NAME", pattern + ".NAME", value, context));
        }
        if (!isBlock()) {
            unexpected("a block: { NAME = … }");
            return Map.of();
        }
        List<Map.Entry<String, ConfigValue>> inOrder = new ArrayList<>(((ConfigObject) value).entrySet());
        inOrder.sort((a, b) -> {
            int byLine = Integer.compare(
                    a.getValue().origin().lineNumber(), b.getValue().origin().lineNumber());
            return byLine != 0 ? byLine : a.getKey().compareTo(b.getKey());
        });
        Map<String, Node> nodes = new LinkedHashMap<>();
        for (Map.Entry<String, ConfigValue> e : inOrder) {
            nodes.put(e.getKey(), new Node(child(path, e.getKey()), pattern + ".NAME", e.getValue(), context));
        }
        return nodes;
    }

    /** The value for a message: as written where that is one line, else in the form of JSON, and not too long. */
    private String shown() {
        if (value.valueType() == ConfigValueType.STRING) {
            String text = (String) value.unwrapped();
            if (text.matches("[^\\s\"]([^\\p{Cntrl}\"]*[^\\s\"])?")) {
                return shortened(text);
            }
        }
        return shortened(
                value.valueType() == ConfigValueType.NUMBER
                        ? asWritten()
                        : value.render(ConfigRenderOptions.concise()));
    }

    private static String shortened(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }
}
