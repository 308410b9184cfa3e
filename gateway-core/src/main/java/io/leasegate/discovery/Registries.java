package io.leasegate.discovery;

import java.util.ArrayList;
import java.util.List;

/** The registries of a configuration. Stateless. */
public final class Registries {

    private Registries() {}

    /**
     * All registries that are configured, not started, in the order of their precedence: the first that has an address speaks for it.
     *
     * @param loop where they run
     * @param listener hears what happens, on the loop
     */
    public static List<Registry> of(DiscoverySettings settings, ControlLoop loop, DiscoveryListener listener) {
        List<Registry> all = new ArrayList<>();
        if (settings.etcd() != null) {
            all.add(new EtcdRegistry(settings.etcd(), loop, listener));
        }
        if (settings.file() != null) {
            all.add(new FileRegistry(settings.file(), loop, listener));
        }
        if (settings.dns() != null) {
            all.add(new DnsRegistry(settings.dns(), loop, listener));
        }
        if (settings.statics() != null) {
            all.add(new StaticRegistry(settings.statics()));
        }
        return List.copyOf(all);
    }
}
