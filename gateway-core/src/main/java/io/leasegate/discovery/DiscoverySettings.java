package io.leasegate.discovery;

import org.jspecify.annotations.Nullable;

/**
 * Which registries are followed; at least one. Where several have one address of a service, the word of the first in this order counts.
 *
 * @param etcd the etcd to follow, null for none
 * @param file the file to watch, null for none
 * @param dns the names to follow, null for none
 * @param statics the instances that the configuration names, null for none
 */
public record DiscoverySettings(
        @Nullable EtcdSettings etcd,
        @Nullable FileSettings file,
        @Nullable NamedSettings dns,
        @Nullable StaticSettings statics) {

    public DiscoverySettings {
        if (etcd == null && file == null && dns == null && statics == null) {
            throw new IllegalArgumentException("discovery: nothing is configured (expected etcd, file, dns or static)");
        }
    }

    /** Without other sources than etcd and the configuration. */
    public DiscoverySettings(@Nullable EtcdSettings etcd, @Nullable StaticSettings statics) {
        this(etcd, null, null, statics);
    }

    /** The same without etcd; null when there is nothing else. */
    public @Nullable DiscoverySettings withoutEtcd() {
        return file == null && dns == null && statics == null ? null : new DiscoverySettings(null, file, dns, statics);
    }
}
