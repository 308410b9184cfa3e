package io.leasegate.server.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A block that is being read: its own text in the file, over the blocks that give its defaults. A key is taken from the first of
 * them that has it. Every key that is asked for is known by that; what is in the block and was not asked for is an unknown key, and
 * an error.
 *
 * <p>An error in a value names the path and line where the value is written, also when that is in a block of defaults. So an error
 * in a default shows up once, however many blocks it serves.
 */
final class Section {

    private final String path;
    private final String pattern;
    private final List<Node> layers;
    private final ConfigOrigin origin;
    private final ReadContext context;
    private final boolean unreadable;
    private final Set<String> known = new LinkedHashSet<>();

    private Section(
            String path,
            String pattern,
            List<Node> layers,
            ConfigOrigin origin,
            ReadContext context,
            boolean unreadable) {
        this.path = path;
        this.pattern = pattern;
        this.layers = layers;
        this.origin = origin;
        this.context = context;
        this.unreadable = unreadable;
    }

    /**
     * Reads a block.
     *
     * @param path where the block is, or would be
     * @param layers the block itself and those with its defaults, what is more particular first; those that are no block are errors
     * @param parent stands for the block where there is no layer
     */
    static <T> T read(String path, String pattern, List<Node> layers, Node parent, Function<Section, T> reader) {
        List<Node> blocks = new ArrayList<>();
        for (Node layer : layers) {
            if (layer.isBlock()) {
                blocks.add(layer);
            } else {
                layer.unexpected("a block: { … }");
            }
        }
        ConfigOrigin origin = blocks.isEmpty() ? parent.origin() : blocks.get(0).origin();
        Section section =
                new Section(path, pattern, blocks, origin, parent.context(), blocks.isEmpty() && !layers.isEmpty());
        T result = reader.apply(section);
        section.reportUnknownKeys();
        return result;
    }

    String path() {
        return path;
    }

    ReadContext context() {
        return context;
    }

    /** Whether the block is written somewhere, be it empty. */
    boolean isPresent() {
        return !layers.isEmpty();
    }

    /** Notes a problem of the block as a whole. */
    void problem(String message) {
        context.problem(path + ": " + message, origin);
    }

    /** Notes a problem with what a key should hold. */
    void problem(String key, String message) {
        context.problem(Node.child(path, key) + ": " + message, origin);
    }

    /** Notes that a key must be there, and what for; unless the whole is no block, which has been noted. */
    void missing(String key, String expected) {
        if (unreadable) {
            return;
        }
        problem(key, "missing (" + expected + ")");
    }

    /** The value of the key, or null when it is set nowhere. */
    @Nullable
    Node find(String key) {
        List<Node> nodes = all(key);
        return nodes.isEmpty() ? null : nodes.get(0);
    }

    /** Whether the key is set in the user's file, be it in this block or in one with its defaults. */
    boolean isSetByUser(String key) {
        Node node = find(key);
        return node != null && !Reference.isOrigin(node.origin());
    }

    /** The values of the key in all layers, what is more particular first. */
    private List<Node> all(String key) {
        return all(key, Node.child(pattern, key));
    }

    /** The same for a key that is one of many of its kind. */
    List<Node> all(String key, String childPattern) {
        known.add(key);
        context.addToCatalog(childPattern);
        List<Node> nodes = new ArrayList<>(layers.size());
        for (Node layer : layers) {
            ConfigValue value = context.isCatalog() ? layer.value() : ((ConfigObject) layer.value()).get(key);
            if (value != null && value.valueType() != ConfigValueType.NULL) {
                nodes.add(new Node(Node.child(layer.path(), key), childPattern, value, context));
            }
        }
        if (!nodes.isEmpty()) {
            NotYetInEffect.warn(nodes.get(0));
        }
        return nodes;
    }

    /** The value of a key that must be set here or in the defaults. */
    <T> T get(String key, Kind<T> kind) {
        Node node = find(key);
        if (node == null) {
            missing(key, "expected " + expectation(kind));
            return kind.placeholder();
        }
        return node.as(kind);
    }

    private static String expectation(Kind<?> kind) {
        try {
            kind.parser().parse("");
            return "a value";
        } catch (Unexpected e) {
            return e.expected();
        }
    }

    /** The value of a key that may be left out. */
    <T> @Nullable T find(String key, Kind<T> kind) {
        Node node = find(key);
        return node == null ? null : node.as(kind);
    }

    /** The value of a key that may be left out, or the given one. */
    <T> T find(String key, Kind<T> kind, T otherwise) {
        Node node = find(key);
        return node == null ? otherwise : node.as(kind);
    }

    /** The elements of a list that may be left out. */
    List<Node> elements(String key) {
        Node node = find(key);
        return node == null ? List.of() : node.elements();
    }

    /** The elements of the list in the defaults. */
    List<Node> defaultElements(String key) {
        List<Node> nodes = all(key);
        return nodes.isEmpty() ? List.of() : nodes.get(nodes.size() - 1).elements();
    }

    /** The values of a list of the given kind that may be left out. */
    <T> List<T> list(String key, Kind<T> kind) {
        List<T> values = new ArrayList<>();
        for (Node element : elements(key)) {
            values.add(element.as(kind));
        }
        return values;
    }

    /** The names in a block whose keys are free, in the order of the file. */
    Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (Node layer : layers) {
            names.addAll(layer.entries().keySet());
        }
        return names;
    }

    /** Reads a block that may be left out in part or as a whole, since its keys have defaults or may be left out themselves. */
    <T> T block(String key, Function<Section, T> reader) {
        return block(key, List.of(), reader);
    }

    /** The same with further defaults: the blocks of this key in the given blocks. */
    <T> T block(String key, List<Node> further, Function<Section, T> reader) {
        List<Node> nodes = new ArrayList<>(all(key));
        for (Node other : further) {
            ConfigValue value = other.value() instanceof ConfigObject o ? o.get(key) : null;
            if (value != null && value.valueType() != ConfigValueType.NULL) {
                nodes.add(new Node(Node.child(other.path(), key), other.pattern(), value, context));
            }
        }
        Node parent = new Node(path, pattern, stand(), context);
        return read(Node.child(path, key), Node.child(pattern, key), nodes, parent, reader);
    }

    /** Reads a block that may be left out as a whole; null then. */
    <T> @Nullable T optionalBlock(String key, Function<Section, T> reader) {
        return find(key) == null ? null : block(key, reader);
    }

    /** Something with this section's origin, for blocks without any text. */
    private ConfigValue stand() {
        return ConfigValueFactory.fromAnyRef("").withOrigin(origin);
    }

    private void reportUnknownKeys() {
        if (context.isCatalog()) {
            return;
        }
        for (Node layer : layers) {
            for (var entry : ((ConfigObject) layer.value()).entrySet()) {
                if (!known.contains(entry.getKey())) {
                    String unknown = Node.child(layer.path(), entry.getKey());
                    context.problem(
                            unknown + ": unknown key (" + suggestion(layer.path(), entry.getKey()) + ")",
                            entry.getValue().origin());
                }
            }
        }
    }

    /** Names the key that was probably meant: a similar one of this block, one of the same name elsewhere, or all of this block. */
    private String suggestion(String layerPath, String key) {
        String nearest = NearestKey.among(known, key);
        if (NearestKey.isClose(nearest, key)) {
            return "did you mean " + Node.child(layerPath, nearest) + "?";
        }
        for (String pattern : KnownKeys.all()) {
            if (pattern.endsWith("." + key)) {
                return "did you mean " + pattern + "?";
            }
        }
        if (layerPath.isEmpty()) {
            String below = NearestKey.among(KnownKeys.below("leasegate"), key);
            return "did you mean leasegate." + below + "? All keys stand below leasegate";
        }
        String all = "nearest is " + Node.child(layerPath, nearest) + "; known here: " + String.join(", ", known);
        return pattern.endsWith(".NAME") ? all + "; a name with dots is written in quotes: \"lab.Echo\"" : all;
    }
}
