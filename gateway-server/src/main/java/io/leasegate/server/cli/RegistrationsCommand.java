package io.leasegate.server.cli;

import io.leasegate.discovery.EtcdSnapshotReader;
import io.leasegate.discovery.RegistrySnapshot;
import io.leasegate.discovery.RegistryUnavailableException;
import io.leasegate.server.ConfigMapping;
import io.leasegate.server.config.ConfigurationException;
import io.leasegate.server.config.EtcdConfig;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leasegate registrations}: reads the registry once and says what each key is taken for. */
@Command(
        name = "registrations",
        description = "Read the registry once and print what each key is taken for, or why it is refused.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        usageHelpAutoWidth = true)
final class RegistrationsCommand implements Callable<Integer> {

    private static final Duration LIMIT = Duration.ofSeconds(15);

    @Mixin
    private final ConfigFile config = new ConfigFile();

    @Option(names = "--json", description = "Print JSON for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException, CommandFailure, InterruptedException {
        EtcdConfig etcd = config.load(spec.commandLine().getErr()).discovery().etcd();
        if (etcd == null) {
            throw new CommandFailure(config.path()
                    + ": no registry is configured, only static instances (add leasegate.discovery.etcd.endpoints)");
        }
        RegistrationsReport report = report(etcd);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(report.json());
        } else {
            report.printText(out);
        }
        return 0;
    }

    private static RegistrationsReport report(EtcdConfig etcd) throws CommandFailure, InterruptedException {
        try {
            RegistrySnapshot snapshot = EtcdSnapshotReader.read(ConfigMapping.etcd(etcd), LIMIT);
            List<KeyReport> keys = new ArrayList<>();
            for (RegistrySnapshot.Key k : snapshot.keys()) {
                keys.add(new KeyReport(k.key(), k.interpretation(), k.leaseId(), k.leaseTtlSeconds()));
            }
            return new RegistrationsReport(snapshot.revision(), keys);
        } catch (RegistryUnavailableException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }
}
