package io.leasegate.discovery;

import org.jspecify.annotations.Nullable;

/**
 * Which registries are followed; at least one.
 *
 * @param etcd the etcd to follow, null for none
 * @param statics the instances that the configuration names, null for none
 */
public record DiscoverySettings(
        @Nullable EtcdSettings etcd, @Nullable StaticSettings statics) {

    public DiscoverySettings {
        if (etcd == null && statics == null) {
            throw new IllegalArgumentException("discovery: nothing is configured (expected etcd, static or both)");
        }
    }
}
