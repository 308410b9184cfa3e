package io.leasegate.server.metrics;

import io.leasegate.outlier.OutlierListener;
import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.ConnectionObserver;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.tls.TlsListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.netty4.NettyEventExecutorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * All meters of the gateway and their text for Prometheus. Make one per process, hand its observers to the data plane, and bind what
 * else exists. The observers are for the event loops; {@link #scrape} is for the admin thread; binding is done once, at the start.
 */
public final class GatewayMetrics implements AutoCloseable {

    private static final String PLAIN_TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final CallMetrics calls;
    private final ConnectionMetrics connections;
    private final ProcessMetrics process;
    private final EvictionMetrics evictions;
    private final OutlierMetrics outliers;
    /** What counters ask at a scrape: the registry itself holds them weakly. */
    private final List<Object> counted = new CopyOnWriteArrayList<>();

    private final TlsMetrics tls;
    private final SourceMetrics sources;
    private @Nullable TableMetrics table;
    private @Nullable RegistryMetrics registryClient;

    /**
     * @param version the version of the gateway that runs
     * @param evictionGoalNanos the time within which evictions of a service are to be over
     */
    public GatewayMetrics(String version, ToLongFunction<String> evictionGoalNanos) {
        this(version, MetricLimits.DEFAULT, evictionGoalNanos);
    }

    GatewayMetrics(String version, MetricLimits limits, ToLongFunction<String> evictionGoalNanos) {
        calls = new CallMetrics(limits, new MirrorMetrics(registry, limits), new AttemptMetrics(registry, limits));
        registry.getPrometheusRegistry().register(new CallCollector(calls));
        Gauge.builder("leasegate.calls.in.flight", calls, CallMetrics::inFlight)
                .description("Calls that were taken and have not ended")
                .register(registry);
        connections = new ConnectionMetrics(registry, limits);
        process = new ProcessMetrics(registry, version);
        tls = new TlsMetrics(registry);
        sources = new SourceMetrics(registry);
        evictions = new EvictionMetrics(registry, limits, evictionGoalNanos);
        outliers = new OutlierMetrics(registry, limits);
    }

    /** To be told of every call. */
    public CallObserver callObserver() {
        return calls;
    }

    /** To be told of every connection. */
    public ConnectionObserver connectionObserver() {
        return ConnectionObservers.both(connections, evictions);
    }

    /** To be told what becomes of the files of TLS. */
    public TlsListener tlsListener() {
        return tls;
    }

    /** Shows the files of TLS. */
    public void bindTls(TlsFigures figures) {
        tls.bind(figures);
    }

    /** To be told how long it took until the table without an evicted instance was there, in nanoseconds. Any thread. */
    public LongConsumer evictionObserver() {
        return evictions::onPublished;
    }

    /** To be told of instances whose calls fail. Control thread. */
    public OutlierListener outlierListener() {
        return outliers;
    }

    /** An instance was asked what it serves; the result is as {@code ReflectionAnswer} has it, in lower case. Any thread. */
    public void onReflectionAsked(String result) {
        Counter.builder("leasegate.reflection.asks")
                .description("Questions to instances what they serve")
                .tag("result", result)
                .register(registry)
                .increment();
    }

    /** Shows the table and its instances. */
    public synchronized void bindTable(RouteTableRef ref) {
        table = new TableMetrics(registry, ref);
    }

    /** Shows the state of the registry client; not called when there is none. */
    public synchronized void bindRegistry(RegistryFigures figures) {
        registryClient = new RegistryMetrics(registry, figures);
    }

    /** Shows a source of instances beside etcd. */
    public void bindSource(SourceFigures figures) {
        sources.bind(figures);
    }

    /** A source of instances beside etcd was read; the result is as {@code SourceRead} has it, in lower case. Any thread. */
    public void onSourceRead(String source, String result) {
        sources.onRead(source, result);
    }

    /** Vanished instances are held; the cause is as {@code DiscoveryListener} has it. Any thread. */
    public synchronized void onHeld(String cause) {
        if (registryClient != null) {
            registryClient.onIncident(cause);
        }
    }

    /** Shows how many tasks wait at each event loop. Not from an event loop. */
    public void bindEventLoops(EventLoopGroup loops) {
        new NettyEventExecutorMetrics(loops).bindTo(registry);
    }

    /**
     * Shows the access log.
     *
     * @param lines lines that were handed to the writer since the start
     * @param dropped lines that were lost since the start
     */
    public void bindAccessLog(LongSupplier lines, LongSupplier dropped) {
        counter("leasegate.access.log.lines", "Access log lines that were handed to the writer", lines);
        counter("leasegate.access.log.dropped", "Access log lines that were lost", dropped);
    }

    /** Shows how many events of the application log were lost since the start. */
    public void bindLog(LongSupplier dropped) {
        counter("leasegate.log.dropped", "Application log events that were lost", dropped);
    }

    private void counter(String name, String description, LongSupplier total) {
        counted.add(total);
        FunctionCounter.builder(name, total, LongSupplier::getAsLong)
                .description(description)
                .register(registry);
    }

    /**
     * Writes all metrics: as OpenMetrics text for a client that accepts it, else as Prometheus text 0.0.4.
     *
     * @param accept the request's {@code Accept} header, null when there is none
     * @return the content type of what was written
     * @throws IOException when {@code out} fails
     */
    public synchronized String scrape(@Nullable String accept, OutputStream out) throws IOException {
        if (table != null) {
            table.refresh();
        }
        if (registryClient != null) {
            registryClient.refresh();
        }
        tls.refresh();
        String contentType =
                accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : PLAIN_TEXT;
        registry.scrape(out, contentType);
        return contentType;
    }

    @Override
    public void close() {
        process.close();
        registry.close();
    }
}
