package io.leasegate.suites;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Cases that are known to fail, from a file with a line {@code SUITE CASE} for each and comments behind {@code #}. They are told and
 * do not fail a run. Immutable.
 */
final class KnownFailures {

    private final Map<String, Set<String>> bySuite;

    private KnownFailures(Map<String, Set<String>> bySuite) {
        this.bySuite = bySuite;
    }

    static KnownFailures read(Path file) throws IOException {
        return Files.exists(file) ? parse(Files.readString(file)) : parse("");
    }

    static KnownFailures parse(String text) throws IOException {
        Map<String, Set<String>> bySuite = new LinkedHashMap<>();
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int space = line.indexOf(' ');
            if (space < 0) {
                throw new IOException("known failures: " + line + " (expected SUITE CASE)");
            }
            bySuite.computeIfAbsent(line.substring(0, space), s -> new LinkedHashSet<>())
                    .add(line.substring(space + 1).strip());
        }
        return new KnownFailures(bySuite);
    }

    Set<String> of(Suite suite) {
        return bySuite.getOrDefault(suite.name(), Set.of());
    }
}
