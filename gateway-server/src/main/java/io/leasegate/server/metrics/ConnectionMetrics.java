package io.leasegate.server.metrics;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.proxy.ConnectionObserver;
import io.leasegate.tls.TlsException;
import io.leasegate.tls.TlsPeer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import javax.net.ssl.SSLException;

/**
 * Counts connections and failed connects. Called on the event loops. A name beyond the bound of services counts under
 * {@code other}, for its opening and for its closing alike.
 */
final class ConnectionMetrics implements ConnectionObserver {

    /** Why no connection came about, in words that a label can have. */
    private enum Failure {
        REFUSED("refused"),
        TIMEOUT("timeout"),
        UNRESOLVED("unresolved"),
        UNREACHABLE("unreachable"),
        TLS("tls"),
        OTHER("other");

        final String label;

        Failure(String label) {
            this.label = label;
        }

        static Failure of(Throwable cause) {
            if (cause instanceof SSLException) {
                return TLS;
            }
            if (cause instanceof UnknownHostException) {
                return UNRESOLVED;
            }
            if (cause instanceof NoRouteToHostException) {
                return UNREACHABLE;
            }
            // Netty's timeout is a ConnectException of its own; the native transports have theirs by other names.
            if (cause.getClass().getSimpleName().contains("Timeout")) {
                return TIMEOUT;
            }
            return cause instanceof ConnectException ? REFUSED : OTHER;
        }
    }

    /** The connections of one listener, or toward one service. */
    private static final class Connections {

        final LongAdder open = new LongAdder();
        final Counter opened;

        Connections(MeterRegistry registry, String side, String key, String name) {
            Gauge.builder("leasegate." + side + ".connections", open, LongAdder::sum)
                    .description("Open connections, " + side)
                    .tag(key, name)
                    .strongReference(true)
                    .register(registry);
            opened = Counter.builder("leasegate." + side + ".connections.opened")
                    .description("Connections that were opened, " + side)
                    .tag(key, name)
                    .register(registry);
        }

        void onOpen() {
            open.increment();
            opened.increment();
        }
    }

    private final MeterRegistry registry;
    private final int maxNames;
    private final ConcurrentMap<String, Connections> downstream = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Connections> upstream = new ConcurrentHashMap<>();
    private final Function<String, Connections> newDownstream;
    private final Function<String, Connections> newUpstream;

    ConnectionMetrics(MeterRegistry registry, MetricLimits limits) {
        this.registry = registry;
        this.maxNames = limits.services();
        newDownstream = name -> new Connections(registry, "downstream", "listener", name);
        newUpstream = name -> new Connections(registry, "upstream", "service", name);
    }

    @Override
    public void onHandshake(String listener, TlsPeer peer) {
        Counter.builder("leasegate.downstream.tls.handshakes")
                .description("TLS handshakes with clients")
                .tag("listener", listener)
                .tag("version", peer.version())
                .tag("resumed", Boolean.toString(peer.resumed()))
                .register(registry)
                .increment();
    }

    @Override
    public void onHandshakeFailed(String listener, SocketAddress client, TlsException failure) {
        Counter.builder("leasegate.downstream.tls.failures")
                .description("TLS handshakes with clients that failed")
                .tag("listener", listener)
                .tag("reason", failure.failure().label())
                .register(registry)
                .increment();
    }

    @Override
    public void onDownstreamOpen(String listener) {
        connections(downstream, listener, newDownstream).onOpen();
    }

    @Override
    public void onDownstreamClose(String listener) {
        connections(downstream, listener, newDownstream).open.decrement();
    }

    @Override
    public void onUpstreamOpen(EndpointId endpoint) {
        connections(upstream, endpoint.service(), newUpstream).onOpen();
    }

    @Override
    public void onUpstreamClose(EndpointId endpoint) {
        connections(upstream, endpoint.service(), newUpstream).open.decrement();
    }

    @Override
    public void onConnectFailed(EndpointId endpoint, Throwable cause) {
        // The registry's own look-up is enough here: a connect that failed has cost far more.
        connections(upstream, endpoint.service(), newUpstream);
        String service = upstream.containsKey(endpoint.service()) ? endpoint.service() : MethodIndex.OTHER;
        Counter.builder("leasegate.upstream.connect.failures")
                .description("Attempts to connect to an instance that failed")
                .tag("service", service)
                .tag("reason", Failure.of(cause).label)
                .register(registry)
                .increment();
        if (cause instanceof TlsException failure) {
            Counter.builder("leasegate.upstream.tls.failures")
                    .description("TLS handshakes with instances that failed")
                    .tag("service", service)
                    .tag("reason", failure.failure().label())
                    .register(registry)
                    .increment();
        }
    }

    /** A name once under {@code other} stays there, since names are never taken out: openings and closings match. */
    private Connections connections(
            ConcurrentMap<String, Connections> map, String name, Function<String, Connections> create) {
        Connections known = map.get(name);
        if (known != null) {
            return known;
        }
        synchronized (map) {
            boolean full = map.size() >= maxNames && !map.containsKey(name);
            return map.computeIfAbsent(full ? MethodIndex.OTHER : name, create);
        }
    }
}
