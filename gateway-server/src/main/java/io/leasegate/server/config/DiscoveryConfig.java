package io.leasegate.server.config;

import io.leasegate.discovery.NamedSettings.Name;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where instances are found: at least one of these.
 *
 * @param etcd the registry, null when there is none
 * @param file the file that is watched, null when there is none
 * @param dnsServices the names that are followed by DNS, by service name; empty for none
 * @param staticServices the instances that the configuration lists, by service name; empty for none
 */
public record DiscoveryConfig(
        @Nullable EtcdConfig etcd,
        @Nullable FileConfig file,
        Map<String, List<Name>> dnsServices,
        Map<String, List<StaticInstance>> staticServices) {

    public DiscoveryConfig {
        dnsServices = Ordered.copy(dnsServices);
        staticServices = Ordered.copy(staticServices);
    }

    /**
     * An instance that the configuration or a file lists.
     *
     * @param host a host name, an IPv4 address, or an IPv6 address without brackets
     * @param port 1 to 65535
     * @param weight relative share of calls, 0 or more
     * @param version empty when there is none
     * @param metadata free text by name
     */
    public record StaticInstance(String host, int port, long weight, String version, Map<String, String> metadata) {

        public StaticInstance {
            metadata = Ordered.copy(metadata);
        }
    }
}
