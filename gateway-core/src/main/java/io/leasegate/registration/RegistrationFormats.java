package io.leasegate.registration;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The formats that a source accepts, and the choice among them for each entry: the names of a value's fields decide, then the layout
 * of the key, then the order of the list. Immutable, safe from any thread.
 */
public final class RegistrationFormats {

    /** The configuration value that stands for all formats. */
    public static final String AUTO = "auto";

    /** Every known format; a new one is one more line. */
    private static final List<RegistrationFormat> ALL = List.of(
            new SeedFormat(), //
            new EtcdNamingFormat());

    private final List<RegistrationFormat> formats;

    RegistrationFormats(List<RegistrationFormat> formats) {
        this.formats = List.copyOf(formats);
    }

    /** The names of all formats. */
    public static List<String> known() {
        return ALL.stream().map(RegistrationFormat::name).toList();
    }

    /** All formats. */
    public static RegistrationFormats auto() {
        return new RegistrationFormats(ALL);
    }

    /**
     * The named formats; {@value #AUTO} stands for all.
     *
     * @throws IllegalArgumentException when a name is unknown or the list is empty
     */
    public static RegistrationFormats of(List<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("formats: none (expected " + AUTO + " or some of " + known() + ")");
        }
        List<RegistrationFormat> chosen = new ArrayList<>();
        for (String name : names) {
            if (name.equals(AUTO)) {
                return auto();
            }
            RegistrationFormat format = ALL.stream()
                    .filter(f -> f.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "formats: " + name + " (expected " + AUTO + " or some of " + known() + ")"));
            if (!chosen.contains(format)) {
                chosen.add(format);
            }
        }
        return new RegistrationFormats(chosen);
    }

    /** The names of the formats that are accepted here. */
    public List<String> names() {
        return formats.stream().map(RegistrationFormat::name).toList();
    }

    /** What the entry is. Never throws for what an entry holds. */
    public Interpretation interpret(RegistryEntry entry) {
        if (entry.key().length() > RegistryEntry.MAX_KEY_CHARS) {
            return refused("the key has " + entry.key().length() + " characters (expected at most "
                    + RegistryEntry.MAX_KEY_CHARS + ")");
        }
        if (entry.valueLength() > RegistryEntry.MAX_VALUE_BYTES) {
            return refused("the value has " + entry.valueLength() + " bytes (expected at most "
                    + RegistryEntry.MAX_VALUE_BYTES + ")");
        }
        Interpretation byKey = null;
        for (RegistrationFormat format : formats) {
            ParseResult result = format.parse(entry);
            Evidence evidence = evidence(result);
            if (evidence == null) {
                continue;
            }
            if (evidence.kind() == Evidence.Kind.FIELDS) {
                return new Interpretation(format.name(), result);
            }
            if (byKey == null) {
                byKey = new Interpretation(format.name(), result);
            }
        }
        return byKey != null ? byKey : refused("no accepted format " + names() + " fits: " + describe(entry));
    }

    private static @Nullable Evidence evidence(ParseResult result) {
        if (result instanceof ParseResult.Registered r) {
            return r.evidence();
        }
        if (result instanceof ParseResult.NotARegistration n) {
            return n.evidence();
        }
        return result instanceof ParseResult.Malformed m ? m.evidence() : null;
    }

    private static Interpretation refused(String reason) {
        return new Interpretation("", new ParseResult.Foreign(reason));
    }

    private static String describe(RegistryEntry entry) {
        if (entry.object() == null) {
            return entry.objection();
        }
        StringBuilder fields = new StringBuilder();
        Iterator<String> names = entry.object().fieldNames();
        while (names.hasNext() && fields.length() < 80) {
            fields.append(fields.isEmpty() ? "" : ", ").append(Quote.oneLine(names.next()));
        }
        return "the value is a JSON object with "
                + (fields.isEmpty() ? "no fields" : "the fields " + fields + (names.hasNext() ? ", ..." : ""));
    }
}
