package io.leasegate.routing;

import io.leasegate.endpoint.Traits;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which instances of a service a route means; all conditions must hold.
 *
 * @param version the versions
 * @param tags labels that an instance has, all of them
 * @param metadata what its registration says besides, all of it
 */
public record Subset(VersionMatch version, Set<String> tags, Map<String, String> metadata) {

    /** Every instance. */
    public static final Subset ALL = new Subset(VersionMatch.ANY, Set.of(), Map.of());

    private static final int MAX_QUOTED_CHARS = 100;

    public Subset {
        tags = Set.copyOf(tags);
        metadata = Map.copyOf(metadata);
    }

    /** The instances whose version has exactly this text; all for the empty text. */
    public static Subset ofVersion(String version) {
        return version.isEmpty() ? ALL : new Subset(VersionMatch.exactly(version), Set.of(), Map.of());
    }

    /** The same with one version in the place of those that it has. */
    Subset withVersion(String one) {
        return new Subset(VersionMatch.exactly(one), tags, metadata);
    }

    public boolean isAll() {
        return version.isAny() && tags.isEmpty() && metadata.isEmpty();
    }

    public boolean contains(Traits instance) {
        return version.contains(instance.version())
                && instance.tags().containsAll(tags)
                && instance.metadata().entrySet().containsAll(metadata.entrySet());
    }

    /** Why an instance is none of them; empty when it is. */
    public String whyNot(Traits instance) {
        if (!version.contains(instance.version())) {
            return "version " + version + " wanted, "
                    + (instance.version().isEmpty() ? "it has none" : "it is " + instance.version());
        }
        for (String tag : new TreeSet<>(tags)) {
            if (!instance.tags().contains(tag)) {
                return "tag " + tag + " wanted, it has " + (instance.tags().isEmpty() ? "none" : instance.tags());
            }
        }
        for (Map.Entry<String, String> e : new TreeMap<>(metadata).entrySet()) {
            String has = instance.metadata().get(e.getKey());
            if (!e.getValue().equals(has)) {
                return "metadata " + e.getKey() + " = " + e.getValue() + " wanted, it has "
                        + (has == null ? "none" : has);
            }
        }
        return "";
    }

    /** For messages, to stand behind a service's name; empty for all. */
    public String describe() {
        StringBuilder s = new StringBuilder();
        if (!version.isAny()) {
            String v = version.toString();
            s.append(" in version ").append(v, 0, Math.min(v.length(), MAX_QUOTED_CHARS));
        }
        if (!tags.isEmpty()) {
            s.append(" with tags ").append(new TreeSet<>(tags));
        }
        if (!metadata.isEmpty()) {
            s.append(" with metadata ").append(new TreeMap<>(metadata));
        }
        return s.toString();
    }
}
