package io.leasegate.server.cli;

import io.leasegate.discovery.DiscoverySettings;
import io.leasegate.discovery.EtcdSettings;
import io.leasegate.discovery.EtcdSnapshotReader;
import io.leasegate.discovery.RegistrySnapshot;
import io.leasegate.discovery.RegistryUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the registry and the other sources as a whole, as often as it is asked to. Used by one thread at a time, which it blocks. */
final class RegistrationsReader {

    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final DiscoverySettings settings;
    private final Consumer<String> warnings;

    /**
     * @param warnings is told what is wrong with a source that could be read nevertheless
     */
    RegistrationsReader(DiscoverySettings settings, Consumer<String> warnings) {
        this.settings = settings;
        this.warnings = warnings;
    }

    /**
     * Everything that the sources say by now, and what is wrong with it.
     *
     * @param addresses looks at the addresses, null for not doing so
     * @throws CommandFailure when a source could not be read in time; the message says why
     */
    RegistrationsReport read(@Nullable ProbedAddresses addresses) throws CommandFailure, InterruptedException {
        List<KeyReport> keys = new ArrayList<>();
        long revision = 0;
        String elsewhere = "";
        if (settings.etcd() != null) {
            RegistrySnapshot snapshot = snapshot(settings.etcd());
            revision = snapshot.revision();
            elsewhere = snapshot.elsewhere();
            for (RegistrySnapshot.Key k : snapshot.keys()) {
                keys.add(new KeyReport(
                        KeyReport.ETCD, k.key(), k.interpretation(), k.guess(), k.leaseId(), k.leaseTtlSeconds()));
            }
        }
        DiscoverySettings others = settings.withoutEtcd();
        if (others != null) {
            keys.addAll(SourceReader.read(others, LIMIT, warnings));
        }
        List<Finding> findings = RegistryLint.check(keys, elsewhere);
        if (addresses != null) {
            findings.addAll(addresses.findings(keys));
        }
        return new RegistrationsReport(revision, keys, findings);
    }

    private static RegistrySnapshot snapshot(EtcdSettings etcd) throws CommandFailure, InterruptedException {
        try {
            return EtcdSnapshotReader.read(etcd, LIMIT);
        } catch (RegistryUnavailableException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }
}
