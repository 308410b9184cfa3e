package io.leasegate.proxy;

import io.leasegate.dns.DnsSettings;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.routing.EvictionPolicy;
import io.leasegate.tls.UpstreamTls;
import io.netty.util.internal.PlatformDependent;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Gateway} is made with.
 *
 * @param listeners where clients connect
 * @param ioThreads event loops, 1 or more
 * @param maxQueuedBytes what all connections together may hold for peers that do not take it, before new calls are refused
 * @param upstream how the instances of a service, given by its name, are connected to
 * @param upstreamTls how they are spoken to in TLS; null where they are not even when their registration asks for it
 * @param revisionTrailer whether callers are told by which revision of the registry their call was routed
 * @param eviction what happens to the calls of a service, given by its name, when their instance leaves the registry
 * @param policies what holds for single calls of a service, given by its name, unless their route says otherwise; asked for each call, and so
 *     always gives the same object for a name
 * @param maxCalls how many calls of a service may be in flight, over all event loops; 0 for any number
 * @param dns how the host names of instances are looked up
 */
public record GatewaySettings(
        List<ListenerSettings> listeners,
        int ioThreads,
        long maxQueuedBytes,
        Function<String, UpstreamSettings> upstream,
        Function<String, @Nullable UpstreamTls> upstreamTls,
        boolean revisionTrailer,
        Function<String, EvictionPolicy> eviction,
        Function<String, CallPolicy> policies,
        ToIntFunction<String> maxCalls,
        DnsSettings dns) {

    private static final double DEFAULT_QUEUE_SHARE = 0.5;

    public GatewaySettings {
        listeners = List.copyOf(listeners);
        if (ioThreads < 1) {
            throw new IllegalArgumentException("ioThreads: " + ioThreads + " (expected 1 or more)");
        }
    }

    /** With the default bound of what is queued, and clear text toward all instances. */
    public GatewaySettings(
            List<ListenerSettings> listeners, int ioThreads, Function<String, UpstreamSettings> upstream) {
        this(listeners, ioThreads, shareOfMemory(DEFAULT_QUEUE_SHARE), upstream, service -> null);
    }

    /** Calls in flight at an eviction finish, no limit or retry holds for single calls, no trailer tells the revision, and names are looked up as the system does it. */
    public GatewaySettings(
            List<ListenerSettings> listeners,
            int ioThreads,
            long maxQueuedBytes,
            Function<String, UpstreamSettings> upstream,
            Function<String, @Nullable UpstreamTls> upstreamTls) {
        this(
                listeners,
                ioThreads,
                maxQueuedBytes,
                upstream,
                upstreamTls,
                false,
                service -> EvictionPolicy.FINISH,
                service -> CallPolicy.DEFAULT,
                service -> 0,
                DnsSettings.DEFAULT);
    }

    public GatewaySettings withRevisionTrailer(boolean on) {
        return new GatewaySettings(
                listeners, ioThreads, maxQueuedBytes, upstream, upstreamTls, on, eviction, policies, maxCalls, dns);
    }

    public GatewaySettings withEviction(Function<String, EvictionPolicy> ofServices) {
        return new GatewaySettings(
                listeners,
                ioThreads,
                maxQueuedBytes,
                upstream,
                upstreamTls,
                revisionTrailer,
                ofServices,
                policies,
                maxCalls,
                dns);
    }

    public GatewaySettings withPolicies(
            Function<String, CallPolicy> ofServices, ToIntFunction<String> callsOfServices) {
        return new GatewaySettings(
                listeners,
                ioThreads,
                maxQueuedBytes,
                upstream,
                upstreamTls,
                revisionTrailer,
                eviction,
                ofServices,
                callsOfServices,
                dns);
    }

    /** A share, 0 to 1, of the memory outside of the heap that the JVM gives to buffers; in bytes. */
    public static long shareOfMemory(double share) {
        return (long) (PlatformDependent.maxDirectMemory() * share);
    }
}
