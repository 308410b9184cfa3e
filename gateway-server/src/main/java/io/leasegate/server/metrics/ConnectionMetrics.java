package io.leasegate.server.metrics;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.Violation;
import io.leasegate.proxy.ConnectFailure;
import io.leasegate.proxy.ConnectionObserver;
import io.leasegate.proxy.ConnectionRefusal;
import io.leasegate.proxy.UpstreamEnd;
import io.leasegate.tls.TlsException;
import io.leasegate.tls.TlsPeer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

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
        PREFACE("preface"),
        OTHER("other");

        final String label;

        Failure(String label) {
            this.label = label;
        }

        static Failure of(ConnectFailure failure) {
            Throwable cause = failure.getCause();
            // Netty has a time-out of its own, and so have the native transports; the class names say so.
            boolean timeout = cause != null && cause.getClass().getSimpleName().contains("Timeout");
            return switch (failure.phase()) {
                case RESOLVE -> UNRESOLVED;
                case TLS -> timeout ? TIMEOUT : TLS;
                case PREFACE -> timeout ? TIMEOUT : PREFACE;
                case CONNECT -> timeout ? TIMEOUT : ofConnect(cause);
            };
        }

        private static Failure ofConnect(@Nullable Throwable cause) {
            // Where several addresses were tried, the first one's cause is behind the one that tells of all.
            Throwable c = cause != null && cause.getClass() == IOException.class && cause.getCause() != null
                    ? cause.getCause()
                    : cause;
            if (c instanceof NoRouteToHostException) {
                return UNREACHABLE;
            }
            return c instanceof ConnectException ? REFUSED : OTHER;
        }
    }

    /** The connections of one listener, or toward one service. */
    private static class Connections {

        final String name;
        final LongAdder open = new LongAdder();
        final Counter opened;

        Connections(MeterRegistry registry, String side, String key, String name) {
            this.name = name;
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

    /** The connections toward one service. */
    private static final class UpstreamConnections extends Connections {

        final LongAdder waiting = new LongAdder();

        UpstreamConnections(MeterRegistry registry, String name) {
            super(registry, "upstream", "service", name);
            Gauge.builder("leasegate.upstream.waiting.calls", waiting, LongAdder::sum)
                    .description("Calls that wait for a connection or a stream to an instance")
                    .tag("service", name)
                    .strongReference(true)
                    .register(registry);
        }
    }

    private final MeterRegistry registry;
    private final BoundedByName<Connections> downstream;
    private final BoundedByName<UpstreamConnections> upstream;

    ConnectionMetrics(MeterRegistry registry, MetricLimits limits) {
        this.registry = registry;
        downstream = new BoundedByName<>(limits, name -> new Connections(registry, "downstream", "listener", name));
        upstream = new BoundedByName<>(limits, name -> new UpstreamConnections(registry, name));
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
    public void onRefused(String listener, String client, ConnectionRefusal refusal, String what) {
        Counter.builder("leasegate.downstream.connections.refused")
                .description("Connections of clients that were closed at once or could not be accepted")
                .tag("listener", listener)
                .tag("reason", refusal.label())
                .register(registry)
                .increment();
    }

    @Override
    public void onClientViolation(String listener, String client, Violation violation, long errorCode, String what) {
        violation("downstream", "listener", listener, violation, errorCode);
    }

    @Override
    public void onInstanceViolation(EndpointId endpoint, Violation violation, long errorCode, String what) {
        String service = upstream.of(endpoint.service()).name;
        violation("upstream", "service", service, violation, errorCode);
    }

    private void violation(String side, String key, String name, Violation violation, long errorCode) {
        Counter.builder("leasegate." + side + ".violations")
                .description("What peers did against the rules or beyond a limit, " + side)
                .tag(key, name)
                .tag("reason", violation.label())
                .tag("code", Http2Error.name(errorCode))
                .register(registry)
                .increment();
    }

    @Override
    public void onDownstreamOpen(String listener) {
        downstream.of(listener).onOpen();
    }

    @Override
    public void onDownstreamClose(String listener) {
        downstream.of(listener).open.decrement();
    }

    @Override
    public void onUpstreamOpen(EndpointId endpoint) {
        upstream.of(endpoint.service()).onOpen();
    }

    @Override
    public void onUpstreamClose(EndpointId endpoint, UpstreamEnd why) {
        UpstreamConnections c = upstream.of(endpoint.service());
        c.open.decrement();
        count(
                "leasegate.upstream.connections.closed",
                "Connections to instances that were ready and have closed",
                c,
                "reason",
                why.label());
    }

    @Override
    public void onConnectFailed(EndpointId endpoint, ConnectFailure failure) {
        count(
                "leasegate.upstream.connect.failures",
                "Attempts to connect to an instance that failed",
                upstream.of(endpoint.service()),
                "reason",
                Failure.of(failure).label);
        if (failure.getCause() instanceof TlsException tls) {
            count(
                    "leasegate.upstream.tls.failures",
                    "TLS handshakes with instances that failed",
                    upstream.of(endpoint.service()),
                    "reason",
                    tls.failure().label());
        }
    }

    @Override
    public void onGoAway(EndpointId endpoint, long errorCode) {
        count(
                "leasegate.upstream.goaways",
                "GOAWAY frames of instances",
                upstream.of(endpoint.service()),
                "code",
                errorCode <= Http2Error.HTTP_1_1_REQUIRED ? Http2Error.name(errorCode) : MethodIndex.OTHER);
    }

    @Override
    public void onWaiting(EndpointId endpoint, int change) {
        upstream.of(endpoint.service()).waiting.add(change);
    }

    /** The registry's own look-up is enough here: what is counted has cost far more. */
    private void count(String meter, String description, Connections of, String key, String value) {
        Counter.builder(meter)
                .description(description)
                .tag("service", of.name)
                .tag(key, value)
                .register(registry)
                .increment();
    }
}
