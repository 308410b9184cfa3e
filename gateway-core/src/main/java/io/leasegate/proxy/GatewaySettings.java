package io.leasegate.proxy;

import java.util.List;
import java.util.function.Function;

/**
 * What a {@link Gateway} is made with.
 *
 * @param listeners where clients connect
 * @param ioThreads event loops, 1 or more
 * @param upstream how the instances of a service, given by its name, are connected to
 */
public record GatewaySettings(
        List<ListenerSettings> listeners, int ioThreads, Function<String, UpstreamSettings> upstream) {

    public GatewaySettings {
        listeners = List.copyOf(listeners);
        if (ioThreads < 1) {
            throw new IllegalArgumentException("ioThreads: " + ioThreads + " (expected 1 or more)");
        }
    }
}
