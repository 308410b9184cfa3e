package io.leasegate.server.dev;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the user wants of the stack.
 *
 * @param home the folder of the launcher
 * @param registry where the gateway learns of the instances
 * @param port of the gateway; null for the usual one, 0 for any free one
 * @param adminPort of its admin listener, likewise
 * @param etcdPort of etcd's clients, likewise
 * @param stopLimitMillis how long each part may take to end before it is killed
 */
record DevSettings(
        Path home,
        RegistryKind registry,
        @Nullable Integer port,
        @Nullable Integer adminPort,
        @Nullable Integer etcdPort,
        long stopLimitMillis) {

    enum RegistryKind {
        ETCD,
        STATIC;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
