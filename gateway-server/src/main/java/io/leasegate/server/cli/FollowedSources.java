package io.leasegate.server.cli;

import io.leasegate.discovery.ControlThread;
import io.leasegate.discovery.DiscoveryListener;
import io.leasegate.discovery.DiscoverySettings;
import io.leasegate.discovery.Registries;
import io.leasegate.discovery.Registry;
import io.leasegate.discovery.RegistrySink;
import io.leasegate.discovery.RegistryStatus;
import java.util.List;

/** The sources of a configuration, followed from the beginning until this is closed. What they say comes on a control thread of its own. */
final class FollowedSources implements AutoCloseable {

    private final ControlThread control = new ControlThread();
    private final List<Registry> registries;

    <T extends RegistrySink & DiscoveryListener> FollowedSources(DiscoverySettings settings, T follower) {
        registries = Registries.of(settings, control, follower);
        control.execute(() -> registries.forEach(r -> r.start(follower)));
    }

    List<RegistryStatus> statuses() {
        return registries.stream().map(Registry::status).toList();
    }

    @Override
    public void close() {
        control.execute(() -> registries.forEach(Registry::close));
        control.close();
    }
}
