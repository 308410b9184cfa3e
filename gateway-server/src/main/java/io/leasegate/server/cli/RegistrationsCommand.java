package io.leasegate.server.cli;

import io.leasegate.discovery.DiscoverySettings;
import io.leasegate.discovery.EtcdSettings;
import io.leasegate.discovery.EtcdSnapshotReader;
import io.leasegate.discovery.RegistrySnapshot;
import io.leasegate.discovery.RegistryUnavailableException;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.registration.Registration;
import io.leasegate.server.ConfigMapping;
import io.leasegate.server.cli.AddressProbe.Outcome;
import io.leasegate.server.cli.AddressProbe.Result;
import io.leasegate.server.cli.AddressProbe.Target;
import io.leasegate.server.config.ConfigurationException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code leasegate registrations}: reads the registry and other sources, and says what each key is taken for, and what is wrong with it. */
@Command(
        name = "registrations",
        description = {
            "Read the registry and the other sources once and print what each key is taken for, or why it is refused.",
            "With --lint, also look for mistakes: refused and unknown values, addresses that nothing or something else than"
                    + " HTTP/2 listens at, addresses that are there twice, keys without a lease, mixed versions."
        },
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all went well; with --lint: no error was found",
            "1:the registry could not be read",
            "2:the command line or the configuration is wrong",
            "3:with --lint: an error was found; with --strict also a warning"
        })
final class RegistrationsCommand implements Callable<Integer> {

    static final int FOUND = 3;

    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration PROBES_LIMIT = Duration.ofSeconds(60);

    @Mixin
    private final ConfigFile config = new ConfigFile();

    @Option(names = "--json", description = "Print JSON for machines; with --watch, one object a line.")
    private boolean json;

    @Option(
            names = "--lint",
            description = "Look for mistakes, and exit with 3 when there are errors. Connects to each address.")
    private boolean lint;

    @Option(names = "--strict", description = "With --lint: exit with 3 for warnings, too.")
    private boolean strict;

    @Option(names = "--watch", description = "Go on and print each change, until interrupted.")
    private boolean watch;

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            description = "Colours: auto (on a terminal), always or never. Default: auto.")
    private Paint.When color = Paint.When.AUTO;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException, CommandFailure, InterruptedException {
        if (strict && !lint) {
            throw new ParameterException(spec.commandLine(), "--strict goes with --lint.");
        }
        if (watch && lint) {
            throw new ParameterException(spec.commandLine(), "--watch follows changes; it does not go with --lint.");
        }
        DiscoverySettings settings =
                ConfigMapping.look(config.load(spec.commandLine().getErr()));
        PrintWriter out = spec.commandLine().getOut();
        Paint paint = Paint.when(color);
        if (watch) {
            new RegistrationsWatch(out, paint, json).follow(settings);
            return 0;
        }
        RegistrationsReport report = report(settings);
        if (json) {
            out.println(report.json());
        } else {
            report.printText(out, paint);
            if (lint) {
                out.println();
                report.printFindings(out, paint);
            }
        }
        boolean bad =
                report.count(Finding.Severity.ERROR) > 0 || (strict && report.count(Finding.Severity.WARNING) > 0);
        return lint && bad ? FOUND : 0;
    }

    private RegistrationsReport report(DiscoverySettings settings) throws CommandFailure, InterruptedException {
        List<KeyReport> keys = new ArrayList<>();
        long revision = 0;
        String elsewhere = "";
        if (settings.etcd() != null) {
            RegistrySnapshot snapshot = read(settings.etcd());
            revision = snapshot.revision();
            elsewhere = snapshot.elsewhere();
            for (RegistrySnapshot.Key k : snapshot.keys()) {
                keys.add(new KeyReport(
                        KeyReport.ETCD, k.key(), k.interpretation(), k.guess(), k.leaseId(), k.leaseTtlSeconds()));
            }
        }
        DiscoverySettings others = settings.withoutEtcd();
        if (others != null) {
            PrintWriter err = spec.commandLine().getErr();
            keys.addAll(SourceReader.read(others, LIMIT, w -> err.println("warning: " + w)));
        }
        List<Finding> findings = new ArrayList<>();
        if (lint) {
            findings.addAll(probe(keys));
        }
        findings.addAll(RegistryLint.check(keys, elsewhere));
        return new RegistrationsReport(revision, keys, findings);
    }

    private static RegistrySnapshot read(EtcdSettings etcd) throws CommandFailure, InterruptedException {
        try {
            return EtcdSnapshotReader.read(etcd, LIMIT);
        } catch (RegistryUnavailableException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    /** What is found at the addresses; each is looked at once, however many keys have it. */
    static List<Finding> probe(List<KeyReport> keys) throws InterruptedException {
        Set<Target> targets = new LinkedHashSet<>();
        for (KeyReport key : keys) {
            key.taken().registrations().forEach(r -> targets.add(target(r)));
        }
        Map<Target, Result> results = new AddressProbe(PROBE_TIMEOUT).probe(targets, PROBES_LIMIT);
        List<Finding> findings = new ArrayList<>();
        for (KeyReport key : keys) {
            for (Registration r : key.taken().registrations()) {
                Result result = results.get(target(r));
                if (result != null && result.outcome() != Outcome.HTTP2) {
                    findings.add(finding(key, r, result));
                }
            }
        }
        return findings;
    }

    private static Target target(Registration r) {
        return new Target(r.host(), r.port(), r.traits().tls());
    }

    private static Finding finding(KeyReport key, Registration r, Result result) {
        String address = new EndpointId(r.service(), r.host(), r.port()).address();
        String message = result.outcome().message() + (result.detail().isEmpty() ? "" : ": " + result.detail());
        // An instance that is known to be out of rotation may well be down.
        return result.outcome() == Outcome.NOT_PROBED || !r.traits().takesCalls()
                ? Finding.warning(result.outcome().code(), key.key(), r.service(), address, message)
                : Finding.error(result.outcome().code(), key.key(), r.service(), address, message);
    }
}
