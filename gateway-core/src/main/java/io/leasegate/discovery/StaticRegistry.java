package io.leasegate.discovery;

import java.util.List;

/** Instances from the configuration. They never change. */
public final class StaticRegistry implements Registry {

    /** Format and key of static instances; etcd has no empty key, so that none is mistaken for them. */
    private static final String FORMAT = "static";

    private static final String KEY = "";

    private final StaticSettings settings;
    private final long sinceEpochMillis = System.currentTimeMillis();
    private volatile boolean started;

    public StaticRegistry(StaticSettings settings) {
        this.settings = settings;
    }

    @Override
    public String name() {
        return FORMAT;
    }

    @Override
    public void start(RegistrySink sink) {
        sink.change(
                KEY,
                settings.instances(FORMAT, KEY).values().stream()
                        .flatMap(List::stream)
                        .toList());
        sink.expect(settings.services().keySet());
        sink.commit(0, false, 0);
        started = true;
    }

    @Override
    public RegistryStatus status() {
        return new RegistryStatus(
                name(),
                started,
                started,
                started ? "" : "not asked yet",
                0,
                sinceEpochMillis,
                started ? 0 : -1,
                0,
                0,
                1,
                0,
                0,
                0);
    }

    @Override
    public List<Refusal> refusals() {
        return List.of();
    }

    @Override
    public void close() {}
}
