package io.leasegate.server;

import io.leasegate.discovery.ControlLoop.Scheduled;
import io.leasegate.discovery.Discovery;
import io.leasegate.discovery.RegistryStatus;
import io.leasegate.proxy.Gateway;
import io.leasegate.server.admin.Barrier;
import java.util.stream.Collectors;

/**
 * A revision is routed by when the table that reflects it is published, what it took out has left the event loops, and each of them has
 * ended the turn that it was in then. Safe from any thread.
 */
final class RevisionBarrier implements Barrier {

    private final Discovery discovery;
    private final Gateway gateway;

    RevisionBarrier(Discovery discovery, Gateway gateway) {
        this.discovery = discovery;
        this.gateway = gateway;
    }

    @Override
    public Runnable whenRouted(long revision, Runnable task) {
        Scheduled waiting = discovery.whenRouted(revision, () -> gateway.afterThisTurn(task));
        return waiting::cancel;
    }

    @Override
    public String obstacle() {
        return discovery.status().stream()
                .filter(s -> !s.connected())
                .map(RegistryStatus::error)
                .collect(Collectors.joining("; "));
    }
}
