package io.leasegate.server.metrics;

import io.leasegate.tls.CertificateFile;
import io.leasegate.tls.TlsListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Shows the files of TLS: how long they serve, and whether changed ones could be used. Told by the thread that watches them. */
final class TlsMetrics implements TlsListener {

    private final MeterRegistry registry;
    private final Set<Path> files = new HashSet<>();
    private final Set<String> owners = new HashSet<>();
    private volatile @Nullable TlsFigures figures;

    TlsMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void bind(TlsFigures newFigures) {
        figures = newFigures;
    }

    @Override
    public void onReloaded(String owner, String content) {
        reloads(owner, "ok").increment();
    }

    @Override
    public void onRejected(String owner, String reason) {
        reloads(owner, "rejected").increment();
    }

    private Counter reloads(String owner, String result) {
        return Counter.builder("leasegate.tls.reloads")
                .description("Changed files of TLS that were read")
                .tag("owner", owner)
                .tag("result", result)
                .register(registry);
    }

    /** Brings the series of files and owners up to date. One thread at a time. */
    void refresh() {
        TlsFigures f = figures;
        if (f == null) {
            return;
        }
        for (CertificateFile c : f.certificates()) {
            if (files.add(c.file())) {
                Gauge.builder("leasegate.tls.certificate.expiry", f, now -> secondsLeft(now, c.file()))
                        .description("Time until the certificate ends; below zero when it has")
                        .baseUnit("seconds")
                        .tag("file", c.file().toString())
                        .tag("content", c.authorities() ? "authorities" : "certificate")
                        .strongReference(true)
                        .register(registry);
            }
        }
        for (String owner : f.rejected().keySet()) {
            if (owners.add(owner)) {
                Gauge.builder(
                                "leasegate.tls.files.rejected",
                                f,
                                now -> now.rejected().getOrDefault(owner, 0))
                        .description("Sets of files that cannot be used as they are now")
                        .tag("owner", owner)
                        .strongReference(true)
                        .register(registry);
            }
        }
    }

    private static double secondsLeft(TlsFigures figures, Path file) {
        for (CertificateFile c : figures.certificates()) {
            if (c.file().equals(file)) {
                return Duration.between(Instant.now(), c.notAfter()).toSeconds();
            }
        }
        return Double.NaN;
    }
}
