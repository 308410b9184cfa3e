package io.leasegate.server.config;

import com.typesafe.config.ConfigOrigin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all parts of one reading share: the file, and what was found wrong so far. Used by one thread. */
final class ReadContext {

    private final Path file;
    private final @Nullable Set<String> catalog;
    private final Set<Problem> problems = new LinkedHashSet<>();
    private final Set<Problem> warnings = new LinkedHashSet<>();

    /**
     * @param file the configuration file; relative paths in it are taken from its directory
     * @param catalog collects the keys that are known when not to read is the purpose, else null
     */
    ReadContext(Path file, @Nullable Set<String> catalog) {
        this.file = file;
        this.catalog = catalog;
    }

    Path file() {
        return file;
    }

    /** Whether this reading is there to learn the keys: every block is visited once, and problems are of no interest. */
    boolean isCatalog() {
        return catalog != null;
    }

    void addToCatalog(String pattern) {
        if (catalog != null) {
            catalog.add(pattern);
        }
    }

    void problem(String message, ConfigOrigin origin) {
        problems.add(at(message, origin));
    }

    void warning(String message, ConfigOrigin origin) {
        warnings.add(at(message, origin));
    }

    /** Notes a problem in another file. */
    void problem(Problem elsewhere) {
        problems.add(elsewhere);
    }

    /** Whether something is wrong with a key whose path begins with the given text. */
    boolean hasProblemUnder(String path) {
        return problems.stream().anyMatch(p -> p.message().startsWith(path));
    }

    List<Problem> problems() {
        return sorted(problems);
    }

    List<Problem> warnings() {
        return sorted(warnings);
    }

    Path resolve(String path) {
        Path directory = file.toAbsolutePath().getParent();
        return directory == null ? Path.of(path) : directory.resolve(path).normalize();
    }

    private static List<Problem> sorted(Set<Problem> set) {
        List<Problem> list = new ArrayList<>(set);
        list.sort(Problem.BY_PLACE);
        return list;
    }

    private Problem at(String message, ConfigOrigin origin) {
        boolean hasLine = origin.lineNumber() > 0 && !Reference.isOrigin(origin);
        return new Problem(message, place(origin), hasLine ? origin.lineNumber() : 0);
    }

    /** The file as the user named it, an included one by its full path. */
    private String place(ConfigOrigin origin) {
        String name = origin.filename();
        return name == null || name.equals(file.toAbsolutePath().toString()) ? file.toString() : name;
    }
}
