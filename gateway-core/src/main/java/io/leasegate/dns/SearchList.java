package io.leasegate.dns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which full names a short one may stand for: {@code search} and {@code options ndots:} of {@code /etc/resolv.conf}, see resolv.conf(5).
 * Immutable.
 *
 * @param domains what is appended, in this order
 * @param dots how many dots a name has that is first tried as it is
 */
record SearchList(List<String> domains, int dots) {

    private static final Logger LOG = LoggerFactory.getLogger(SearchList.class);
    private static final Path FILE = Path.of("/etc/resolv.conf");

    /** The limit of resolv.conf(5). */
    private static final int MAX_DOTS = 15;

    SearchList {
        domains = List.copyOf(domains);
    }

    /** That of the system; without a domain where it has no such file. */
    static SearchList system() {
        try {
            return parse(Files.exists(FILE) ? Files.readAllLines(FILE) : List.of());
        } catch (IOException e) {
            LOG.warn("{} cannot be read, names are looked up as they are: {}", FILE, e.getMessage());
            return parse(List.of());
        }
    }

    /** From the lines of a resolv.conf; the last {@code search} or {@code domain} counts. */
    static SearchList parse(List<String> lines) {
        List<String> domains = List.of();
        int dots = 1;
        for (String line : lines) {
            List<String> words = List.of(line.strip().split("\\s+"));
            String keyword = words.get(0);
            if (keyword.equals("search") || keyword.equals("domain")) {
                // A lone dot means the root: names as they are.
                domains = words.subList(1, words.size()).stream()
                        .filter(d -> !d.equals("."))
                        .toList();
            } else if (keyword.equals("options")) {
                for (String option : words) {
                    if (option.matches("ndots:[0-9]{1,4}")) {
                        dots = Math.min(Integer.parseInt(option.substring("ndots:".length())), MAX_DOTS);
                    }
                }
            }
        }
        return new SearchList(domains, dots);
    }

    /** The full names to ask for one after the other, each with a dot at its end; one at least. */
    List<String> candidates(String name) {
        if (name.endsWith(".")) {
            return List.of(name);
        }
        List<String> names = new ArrayList<>();
        domains.forEach(d -> names.add(name + "." + (d.endsWith(".") ? d : d + ".")));
        long has = name.chars().filter(c -> c == '.').count();
        names.add(has >= dots ? 0 : names.size(), name + ".");
        return names;
    }
}
