package io.leasegate.discovery;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.registration.HostPort;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Instances that the configuration or a file lists. Immutable.
 *
 * @param services the instances by the name of their service
 */
public record StaticSettings(Map<String, List<StaticInstance>> services) {

    public StaticSettings {
        Map<String, List<StaticInstance>> copy = new HashMap<>();
        services.forEach((name, instances) -> {
            Set<HostPort> seen = new HashSet<>();
            for (StaticInstance i : instances) {
                if (!seen.add(HostPort.parse(i.address()))) {
                    throw new IllegalArgumentException("services." + name + ": address \"" + i.address()
                            + "\" is there twice (expected each address once)");
                }
            }
            copy.put(name, List.copyOf(instances));
        });
        services = Map.copyOf(copy);
    }

    /**
     * The instances as a source tells them, in the order in which they are listed.
     *
     * @param format the source's name
     * @param key where they stand
     */
    Map<String, List<Instance>> instances(String format, String key) {
        Map<String, List<Instance>> byService = new HashMap<>();
        services.forEach((service, members) -> byService.put(
                service,
                members.stream().map(m -> m.instance(service, format, key)).toList()));
        return byService;
    }

    /**
     * One instance.
     *
     * @param address {@code host:port}
     * @param weight relative share of calls, 0 or more
     * @param version the version, empty for none
     * @param metadata what else is to be known of it
     */
    public record StaticInstance(String address, long weight, String version, Map<String, String> metadata) {

        public StaticInstance {
            try {
                HostPort.parse(address);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("address: " + e.getMessage(), e);
            }
            if (weight < 0) {
                throw new IllegalArgumentException("weight: " + weight + " (expected 0 or more)");
            }
            metadata = Map.copyOf(metadata);
        }

        private Instance instance(String service, String format, String key) {
            HostPort parsed = HostPort.parse(address);
            return new Instance(
                    new EndpointId(service, parsed.host(), parsed.port()),
                    weight,
                    version,
                    metadata,
                    false,
                    format,
                    key,
                    0,
                    0,
                    0);
        }
    }
}
