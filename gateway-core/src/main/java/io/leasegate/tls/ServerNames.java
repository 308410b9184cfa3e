package io.leasegate.tls;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is meant for a server name, by whole names and by wildcards. A wildcard stands for exactly one label, the first (RFC 9525
 * section 6.3), and a whole name goes before it. Immutable.
 */
final class ServerNames<T> {

    private final Map<String, T> whole = new HashMap<>();
    /** By what follows the asterisk, the dot included. */
    private final Map<String, T> wildcards = new HashMap<>();

    private final T otherwise;

    /**
     * @param entries what is looked for with its names, in lower case; the first that has a name gets it
     * @param otherwise for every other name
     */
    ServerNames(List<Map.Entry<T, List<String>>> entries, T otherwise) {
        this.otherwise = otherwise;
        for (Map.Entry<T, List<String>> e : entries) {
            for (String name : e.getValue()) {
                if (name.startsWith("*.")) {
                    wildcards.putIfAbsent(name.substring(1), e.getKey());
                } else {
                    whole.putIfAbsent(name, e.getKey());
                }
            }
        }
    }

    /** @param name in lower case, null when the client gave none */
    T find(@Nullable String name) {
        if (name == null) {
            return otherwise;
        }
        String n = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        T exact = whole.get(n);
        if (exact != null) {
            return exact;
        }
        int dot = n.indexOf('.');
        T wild = dot <= 0 ? null : wildcards.get(n.substring(dot));
        return wild != null ? wild : otherwise;
    }
}
