package io.leasegate.routing;

import com.google.re2j.Pattern;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.semver4j.RangesList;
import org.semver4j.RangesListFactory;
import org.semver4j.Semver;

/**
 * The versions of instances that a route means: any, one, or a range of semantic versions as npm writes them (node-semver: {@code ^1.2}, {@code ~1.2},
 * {@code >=1.2 <2}, {@code 1.x}, {@code 1.2 - 1.4}, and several with {@code ||}). A version before a release, such as 1.3.0-rc.1, is in no range that does not
 * name one of the same release. Equal by its text. Immutable.
 */
public final class VersionMatch {

    /** Whatever version an instance has, or none. */
    public static final VersionMatch ANY = new VersionMatch("", null, Set.of());

    /** A version that leaves something out. */
    private static final Pattern SHORT = Pattern.compile("v?[0-9]+(\\.[0-9]+){0,2}");

    private final String text;
    private final @Nullable RangesList range;
    private final Set<String> several;

    private VersionMatch(String text, @Nullable RangesList range, Set<String> several) {
        this.text = text;
        this.range = range;
        this.several = several;
    }

    /** Exactly the version with this text; any for the empty text. */
    public static VersionMatch exactly(String version) {
        return version.isEmpty() ? ANY : new VersionMatch(version, null, Set.of());
    }

    /** Each of these versions exactly, of which one may be empty: that of instances without a version. */
    static VersionMatch anyOf(Set<String> versions) {
        String text = new TreeSet<>(versions)
                .stream().map(v -> v.isEmpty() ? "none" : v).collect(Collectors.joining(" or "));
        return new VersionMatch(text, null, Set.copyOf(versions));
    }

    /**
     * A version, or a range of them where the text has the form of one.
     *
     * @throws IllegalArgumentException where the text begins or is joined as a range is, and cannot be read as one
     */
    public static VersionMatch of(String text) {
        if (!isRange(text)) {
            return exactly(text);
        }
        // The library passes over what it does not understand, and what does not go together.
        for (String section : text.split("\\|\\|", -1)) {
            String[] ends = section.split(" - ", -1);
            boolean readable = ends.length == 1
                    ? areUnderstood(section)
                    : ends.length == 2 && isUnderstood(ends[0].strip()) && isUnderstood(ends[1].strip());
            if (!readable) {
                throw new IllegalArgumentException("not a range of versions: " + text);
            }
        }
        RangesList ranges = RangesListFactory.create(text);
        return new VersionMatch(text, ranges, Set.of());
    }

    private static boolean areUnderstood(String section) {
        String[] parts = section.strip().replaceAll("([<>=])\\s+", "$1").split("\\s+", -1);
        for (String part : parts) {
            boolean standsAlone = part.startsWith("^") || part.startsWith("~");
            if ((standsAlone && parts.length > 1) || !isUnderstood(part)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUnderstood(String part) {
        return !RangesListFactory.create(part).get().isEmpty();
    }

    private static boolean isRange(String text) {
        return (!text.isEmpty() && "<>=^~".indexOf(text.charAt(0)) >= 0)
                || text.indexOf('*') >= 0
                || text.contains(" - ")
                || text.contains("||")
                || text.endsWith(".x");
    }

    public boolean isAny() {
        return text.isEmpty();
    }

    /** Whether an instance's version is one of them. {@code v1.2} is read as 1.2.0; what looks like no version is in no range. */
    public boolean contains(String version) {
        if (range == null) {
            return several.isEmpty() ? text.isEmpty() || text.equals(version) : several.contains(version);
        }
        Semver strict = Semver.parse(version);
        Semver parsed = strict == null && SHORT.matcher(version).matches() ? Semver.coerce(version) : strict;
        return parsed != null && range.isSatisfiedBy(parsed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VersionMatch that
                && text.equals(that.text)
                && (range == null) == (that.range == null)
                && several.equals(that.several);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
