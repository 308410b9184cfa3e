package io.leasegate.proxy;

import io.leasegate.tls.UpstreamTls;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Gateway} is made with.
 *
 * @param listeners where clients connect
 * @param ioThreads event loops, 1 or more
 * @param upstream how the instances of a service, given by its name, are connected to
 * @param upstreamTls how they are spoken to in TLS; null where they are not even when their registration asks for it
 */
public record GatewaySettings(
        List<ListenerSettings> listeners,
        int ioThreads,
        Function<String, UpstreamSettings> upstream,
        Function<String, @Nullable UpstreamTls> upstreamTls) {

    /** Clear text toward all instances. */
    public GatewaySettings(
            List<ListenerSettings> listeners, int ioThreads, Function<String, UpstreamSettings> upstream) {
        this(listeners, ioThreads, upstream, service -> null);
    }

    public GatewaySettings {
        listeners = List.copyOf(listeners);
        if (ioThreads < 1) {
            throw new IllegalArgumentException("ioThreads: " + ioThreads + " (expected 1 or more)");
        }
    }
}
