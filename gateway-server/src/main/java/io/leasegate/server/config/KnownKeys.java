package io.leasegate.server.config;

import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * All keys that the reader knows, learnt from the reader itself: it runs once over a stand-in for a file that has everything.
 * Elements of lists are written {@code []}, free names {@code NAME}.
 */
final class KnownKeys {

    private static final Set<String> ALL = learn();

    private KnownKeys() {}

    /** Blocks and values, in alphabetical order. */
    static Set<String> all() {
        return ALL;
    }

    /** The keys directly below the given one, without its path. */
    static List<String> below(String path) {
        return ALL.stream()
                .filter(k -> k.startsWith(path + "."))
                .map(k -> k.substring(path.length() + 1))
                .filter(k -> k.indexOf('.') < 0 && k.indexOf('[') < 0)
                .toList();
    }

    private static Set<String> learn() {
        Set<String> keys = new TreeSet<>();
        ReadContext context = new ReadContext(Path.of("catalog"), keys);
        Node anything = new Node("", "", ConfigValueFactory.fromAnyRef("anything"), context);
        anything.asBlock(ConfigReader::read);
        return keys;
    }
}
