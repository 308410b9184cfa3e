package io.leasegate.server.config;

import java.util.List;

/**
 * Keys whose names are fixed and whose values are checked, while the feature behind them is not part of this version. Who sets one
 * is warned. An entry goes with the commit that brings its feature; the manual marks the same keys.
 */
final class NotYetInEffect {

    /** Key patterns; an entry stands for everything below it too. Those of a service hold for a route's as well. */
    static final List<String> PATTERNS = List.of("leasegate.services.NAME.limits.adaptive");

    private NotYetInEffect() {}

    /** Whether the key, or a block around it, waits for its feature. */
    static boolean covers(String pattern) {
        return PATTERNS.stream()
                .anyMatch(p -> pattern.equals(p) || pattern.startsWith(p + ".") || pattern.startsWith(p + "["));
    }

    /** Warns of a key that the user has set, once for a block that waits as a whole. */
    static void warn(Node node) {
        if (!node.context().isCatalog() && PATTERNS.contains(node.pattern()) && !Reference.isOrigin(node.origin())) {
            node.context()
                    .warning(node.path() + ": read and checked, but without effect in this version", node.origin());
        }
    }
}
