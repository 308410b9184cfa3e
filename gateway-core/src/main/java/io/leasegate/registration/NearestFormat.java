package io.leasegate.registration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Guesses what an entry that no format took may have been meant to be. Stateless. */
final class NearestFormat {

    /** Other names that people give to the same thing. */
    private static final Map<String, String> SYNONYMS = Map.of(
            "address", "addr",
            "service", "name",
            "servicename", "name",
            "appname", "name",
            "ip", "host",
            "hostname", "host");

    private NearestFormat() {}

    static String guess(RegistryEntry entry, List<RegistrationFormat> formats) {
        ObjectNode object = entry.object();
        if (object != null) {
            return byFields(entry, formats);
        }
        String text = entry.valueLength() <= 4 * HostPort.MAX_CHARS ? entry.text() : null;
        if (text == null) {
            return "";
        }
        if (HostPort.orNull(text) != null || isUrl(text)) {
            return "the value is an address: if it is a gRPC instance, name its prefix, as in { prefix = \""
                    + directory(entry.key()) + "\", format = go-kit, service = \"NAME\" }";
        }
        if (text.startsWith("{")) {
            return "the value begins like a JSON object: " + entry.objection();
        }
        return HostPort.orNull(entry.path().last()) != null
                ? "the key ends in an address, but no format has such a value"
                : "";
    }

    private static String byFields(RegistryEntry entry, List<RegistrationFormat> formats) {
        Set<String> given = new TreeSet<>(entry.fieldNames());
        Set<String> meant = given.stream().map(NearestFormat::plain).collect(Collectors.toSet());
        RegistrationFormat nearest = null;
        double best = 0;
        for (RegistrationFormat format : formats) {
            List<String> fields = format.fields();
            long shared = fields.stream().filter(f -> meant.contains(plain(f))).count();
            // Half of what the format has, and two fields at the least: less is chance.
            double share = fields.isEmpty() || shared < 2 ? 0 : (double) shared / fields.size();
            if (share >= 0.5 && share > best) {
                best = share;
                nearest = format;
            }
        }
        return nearest == null ? "" : explain(nearest, given);
    }

    private static String explain(RegistrationFormat format, Set<String> given) {
        String missing =
                format.fields().stream().filter(f -> !given.contains(f)).collect(Collectors.joining(", "));
        return "nearest is " + format.name()
                + (missing.isEmpty() ? "" : ", whose fields " + missing + " are missing or have other names");
    }

    private static String plain(String field) {
        String lower = field.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
        return SYNONYMS.getOrDefault(lower, lower);
    }

    private static boolean isUrl(String text) {
        return text.contains("://") && url(text) != null;
    }

    private static @Nullable EndpointUrl url(String text) {
        try {
            return EndpointUrl.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String directory(String key) {
        return Quote.oneLine(key.substring(0, key.lastIndexOf('/') + 1));
    }
}
