package io.leasegate.endpoint;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * What is known of an instance beside its address: the one model that every registration format and source is read into. Immutable.
 *
 * @param weight relative share of calls, 0 or more
 * @param version the version, empty when there is none
 * @param zone the zone, empty when there is none
 * @param region the region, empty when there is none
 * @param tags labels without a value
 * @param protocol what the instance says it speaks, in lower case; empty when it says nothing
 * @param tls whether the instance asks for TLS
 * @param enabled whether its operator wants it to have calls
 * @param healthy whether its registration calls it healthy; most formats have no word on it, which is {@code true}
 * @param metadata what else is said, as text
 */
public record Traits(
        long weight,
        String version,
        String zone,
        String region,
        List<String> tags,
        String protocol,
        boolean tls,
        boolean enabled,
        boolean healthy,
        Map<String, String> metadata) {

    /** Weight 1 and nothing else. */
    public static final Traits NONE = builder().build();

    public Traits {
        requireNonNull(version, "version");
        requireNonNull(zone, "zone");
        requireNonNull(region, "region");
        requireNonNull(protocol, "protocol");
        tags = List.copyOf(tags);
        metadata = Map.copyOf(metadata);
        if (weight < 0) {
            throw new IllegalArgumentException("weight: " + weight + " (expected 0 or more)");
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Whether the instance may be given calls: it is shown either way. */
    public boolean takesCalls() {
        return enabled && healthy;
    }

    /** Why the instance is given no calls, in words for an operator; empty when it is. */
    public String objection() {
        return enabled ? healthy ? "" : "its registration says that it is not healthy" : "disabled by its registration";
    }

    /** Collects traits, each of which may be left out. For use by one thread. */
    public static final class Builder {

        private long weight = 1;
        private String version = "";
        private String zone = "";
        private String region = "";
        private List<String> tags = List.of();
        private String protocol = "";
        private boolean tls;
        private boolean enabled = true;
        private boolean healthy = true;
        private Map<String, String> metadata = Map.of();

        private Builder() {}

        public Builder weight(long share) {
            weight = share;
            return this;
        }

        public Builder version(String name) {
            version = name;
            return this;
        }

        public Builder zone(String name) {
            zone = name;
            return this;
        }

        public Builder region(String name) {
            region = name;
            return this;
        }

        public Builder tags(List<String> labels) {
            tags = labels;
            return this;
        }

        public Builder protocol(String name) {
            protocol = name;
            return this;
        }

        public Builder tls(boolean wanted) {
            tls = wanted;
            return this;
        }

        public Builder enabled(boolean flag) {
            enabled = flag;
            return this;
        }

        public Builder healthy(boolean flag) {
            healthy = flag;
            return this;
        }

        public Builder metadata(Map<String, String> values) {
            metadata = values;
            return this;
        }

        public Traits build() {
            return new Traits(weight, version, zone, region, tags, protocol, tls, enabled, healthy, metadata);
        }
    }
}
