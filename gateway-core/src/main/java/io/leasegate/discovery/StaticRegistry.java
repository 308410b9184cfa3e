package io.leasegate.discovery;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import io.leasegate.registration.HostPort;
import java.util.ArrayList;
import java.util.List;

/** Instances from the configuration. They never change. */
public final class StaticRegistry implements Registry {

    /** Format and key of static instances; etcd has no empty key, so that none is mistaken for them. */
    private static final String FORMAT = "static";

    private static final String KEY = "";

    private final List<Instance> instances;
    private final long sinceEpochMillis = System.currentTimeMillis();
    private volatile boolean started;

    public StaticRegistry(StaticSettings settings) {
        List<Instance> all = new ArrayList<>();
        settings.services()
                .forEach((service, members) -> members.forEach(m -> {
                    HostPort address = HostPort.parse(m.address());
                    all.add(new Instance(
                            new EndpointId(service, address.host(), address.port()),
                            Traits.builder()
                                    .weight(m.weight())
                                    .version(m.version())
                                    .zone(m.metadata().getOrDefault("zone", ""))
                                    .region(m.metadata().getOrDefault("region", ""))
                                    .metadata(m.metadata())
                                    .build(),
                            FORMAT,
                            KEY,
                            0,
                            0,
                            0));
                }));
        instances = List.copyOf(all);
    }

    @Override
    public String name() {
        return "static";
    }

    @Override
    public void start(RegistrySink sink) {
        sink.change(KEY, instances);
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
