package io.leasegate.server.cli;

import io.leasegate.discovery.ControlThread;
import io.leasegate.discovery.DiscoveryListener;
import io.leasegate.discovery.DiscoverySettings;
import io.leasegate.discovery.Refusal;
import io.leasegate.discovery.Registries;
import io.leasegate.discovery.Registry;
import io.leasegate.discovery.RegistrySink;
import io.leasegate.discovery.RegistryStatus;
import io.leasegate.endpoint.Instance;
import io.leasegate.registration.Evidence;
import io.leasegate.registration.Interpretation;
import io.leasegate.registration.ParseResult;
import io.leasegate.registration.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Reads the sources beside etcd once. Stateless. */
final class SourceReader {

    private SourceReader() {}

    /**
     * What the sources list.
     *
     * @param settings the sources, without etcd
     * @param limit for all of them
     * @param warnings is told what is wrong with a source that could be read nevertheless
     * @throws CommandFailure when one of them could not be read within the limit; the message says why
     */
    static List<KeyReport> read(DiscoverySettings settings, Duration limit, Consumer<String> warnings)
            throws CommandFailure, InterruptedException {
        List<KeyReport> reports = new ArrayList<>();
        try (ControlThread control = new ControlThread()) {
            List<Registry> registries = Registries.of(settings, control, DiscoveryListener.NONE);
            List<Collector> collectors = registries.stream().map(Collector::new).toList();
            control.execute(() -> collectors.forEach(c -> c.registry.start(c)));
            long end = System.nanoTime() + limit.toNanos();
            try {
                for (Collector c : collectors) {
                    boolean read = c.complete.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                    RegistryStatus status = c.registry.status();
                    if (!read) {
                        throw new CommandFailure(status.name() + " could not be read within " + limit.toSeconds()
                                + " s: " + status.error());
                    }
                    if (!status.error().isEmpty()) {
                        warnings.accept(status.name() + ": " + status.error());
                    }
                    reports.addAll(c.reports());
                }
            } finally {
                control.execute(() -> registries.forEach(Registry::close));
            }
        }
        return reports;
    }

    /** Takes what one registry tells. */
    private static final class Collector implements RegistrySink {

        final Registry registry;
        final CountDownLatch complete = new CountDownLatch(1);
        private final Map<String, List<Instance>> byKey = new ConcurrentHashMap<>();

        Collector(Registry registry) {
            this.registry = registry;
        }

        @Override
        public void change(String key, List<Instance> instances) {
            byKey.put(key, instances);
        }

        @Override
        public void commit(long revision, boolean removal, long receivedNanos) {
            complete.countDown();
        }

        List<KeyReport> reports() {
            List<KeyReport> reports = new ArrayList<>();
            Evidence evidence = Evidence.fields(
                    switch (registry.name()) {
                        case "dns" -> "found under the name";
                        case "file" -> "listed in the file";
                        default -> "listed in the configuration";
                    });
            byKey.values()
                    .forEach(list -> list.forEach(i -> {
                        Registration r = new Registration(i.id().service(), i.id().host(), i.id().port(), i.traits());
                        reports.add(report(i.key(), new ParseResult.Registered(List.of(r), evidence, List.of())));
                    }));
            for (Refusal refusal : registry.refusals()) {
                reports.add(report(refusal.key(), new ParseResult.NotARegistration(refusal.reason(), evidence)));
            }
            return reports;
        }

        private KeyReport report(String key, ParseResult result) {
            return new KeyReport(registry.name(), key, new Interpretation(registry.name(), result), "", 0, 0);
        }
    }
}
