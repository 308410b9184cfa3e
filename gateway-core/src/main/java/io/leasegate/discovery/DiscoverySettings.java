package io.leasegate.discovery;

import org.jspecify.annotations.Nullable;

/**
 * Which registries are followed; at least one. Where several have one address of a service, the word of the first in this order counts.
 *
 * @param etcd the etcd to follow, null for none
 * @param file the file to watch, null for none
 * @param statics the instances that the configuration names, null for none
 */
public record DiscoverySettings(
        @Nullable EtcdSettings etcd,
        @Nullable FileSettings file,
        @Nullable StaticSettings statics) {

    public DiscoverySettings {
        if (etcd == null && file == null && statics == null) {
            throw new IllegalArgumentException("discovery: nothing is configured (expected etcd, file or static)");
        }
    }

    /** Without other sources than etcd and the configuration. */
    public DiscoverySettings(@Nullable EtcdSettings etcd, @Nullable StaticSettings statics) {
        this(etcd, null, statics);
    }
}
