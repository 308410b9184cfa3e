package io.leasegate.server;

import io.leasegate.discovery.Discovery;
import io.leasegate.discovery.Refusal;
import io.leasegate.discovery.RegistryStatus;
import io.leasegate.server.metrics.RegistryFigures;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What the metrics show of etcd, read from discovery's status. Stateless. */
final class EtcdFigures implements RegistryFigures {

    private final Discovery discovery;

    EtcdFigures(Discovery discovery) {
        this.discovery = discovery;
    }

    private RegistryStatus status() {
        return discovery.status("etcd");
    }

    @Override
    public boolean connected() {
        return status().connected();
    }

    @Override
    public long millisSinceConfirmed() {
        return status().confirmedAgeMillis();
    }

    @Override
    public long relists() {
        return Math.max(0, status().lists() - 1);
    }

    @Override
    public long watchRestarts() {
        return status().disconnects();
    }

    @Override
    public int held() {
        return status().held();
    }

    @Override
    public boolean restored() {
        return status().restoredEpochMillis() != 0;
    }

    @Override
    public Map<String, Integer> refused() {
        Map<String, Integer> counts = new HashMap<>();
        for (Refusal r : discovery.refusals()) {
            counts.merge(r.kind().name().toLowerCase(Locale.ROOT), 1, Integer::sum);
        }
        return counts;
    }
}
