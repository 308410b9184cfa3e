package io.leasegate.server;

import io.leasegate.balance.LoadBalancers;
import io.leasegate.discovery.Discovery;
import io.leasegate.discovery.RegistryStatus;
import io.leasegate.health.HealthChecker;
import io.leasegate.outlier.OutlierDetector;
import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.ConnectionLimits;
import io.leasegate.proxy.Gateway;
import io.leasegate.reflection.ServiceLearner;
import io.leasegate.server.accesslog.AccessLog;
import io.leasegate.server.accesslog.AccessLogFormat;
import io.leasegate.server.accesslog.AccessLogSettings;
import io.leasegate.server.admin.AdminServer;
import io.leasegate.server.admin.AdminSettings;
import io.leasegate.server.admin.Readiness;
import io.leasegate.server.config.GatewayConfig;
import io.leasegate.server.config.ListenerConfig;
import io.leasegate.server.config.LogFormat;
import io.leasegate.server.explain.Explanations;
import io.leasegate.server.explain.RecentCalls;
import io.leasegate.server.metrics.CallObservers;
import io.leasegate.server.metrics.ConnectionObservers;
import io.leasegate.server.metrics.GatewayMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running gateway: discovery, data plane, admin listener, metrics and logs of one configuration. Started once; ended by
 * {@link #drain} or {@link #close}. The admin listener answers from the start; the other listeners open once the first full table is
 * there, so that no caller is told "no such service" by a gateway that has not looked yet.
 */
public final class GatewayProcess implements AutoCloseable {

    private static final Duration FIRST_SNAPSHOT_POLL = Duration.ofMillis(100);
    private static final Logger LOG = LoggerFactory.getLogger(GatewayProcess.class);

    private final GatewayConfig config;
    private final GatewayMetrics metrics;
    private final @Nullable AccessLog accessLog;
    private final ProcessTls tls;
    private final LoadBalancers balancers;
    private final Discovery discovery;
    private final Gateway gateway;
    private final AdminServer admin;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean draining = new AtomicBoolean();
    private final Object drainLock = new Object();
    /** The thread that waits for the calls in flight, while one does; guarded by {@code drainLock}. */
    private @Nullable Thread drainer;

    private volatile boolean accepting;

    /**
     * Puts everything together; nothing is bound yet.
     *
     * @param version the version of the program
     * @param logDropped how many events of the application log were lost, for the metrics
     * @throws IOException when a file of the logs cannot be opened, or one of TLS cannot be used
     */
    public GatewayProcess(GatewayConfig config, String version, LongSupplier logDropped) throws IOException {
        this.config = config;
        this.metrics = new GatewayMetrics(
                version, service -> ConfigMapping.evictionGoal(config, service).toNanos());
        this.accessLog = config.accessLog().enabled() ? openAccessLog(config) : null;
        this.tls = openTls(config, metrics, accessLog);
        metrics.bindTls(tls.figures());
        this.balancers = new LoadBalancers(config.io().threads());
        this.discovery = new Discovery(
                ConfigMapping.discovery(config),
                service -> balancers.of(ConfigMapping.balance(config, service)),
                ConfigMapping.routes(config),
                new DiscoveryEvents(metrics.evictionObserver(), metrics::onHeld, metrics::onSourceRead));
        CallObserver log = accessLog == null ? CallObserver.NONE : accessLog;
        RecentCalls recentCalls =
                new RecentCalls(config.admin().explainCalls(), config.io().threads());
        this.gateway = new Gateway(
                ConfigMapping.gateway(config, tls),
                discovery.tables(),
                // The recent calls come last: what they keep may be cut.
                CallObservers.both(CallObservers.both(metrics.callObserver(), log), recentCalls.observer()),
                ConnectionObservers.both(
                        metrics.connectionObserver(),
                        ConnectionObservers.both(
                                new ConnectionEvents(),
                                new EvictionEvents(service -> ConfigMapping.evictionGoal(config, service)))));
        metrics.bindTable(discovery.tables());
        metrics.bindEventLoops(gateway.eventLoops());
        metrics.bindLog(logDropped);
        if (config.discovery().etcd() != null) {
            metrics.bindRegistry(new EtcdFigures(discovery));
        }
        if (config.discovery().file() != null) {
            metrics.bindSource(new OtherSource("file", discovery));
        }
        if (!config.discovery().dnsServices().isEmpty()) {
            metrics.bindSource(new OtherSource("dns", discovery));
        }
        if (accessLog != null) {
            metrics.bindAccessLog(accessLog::lines, accessLog::dropped);
        }
        this.admin = new AdminServer(
                AdminSettings.of(config.admin().address(), config.admin().port()),
                discovery.tables(),
                new Readiness() {
                    @Override
                    public List<String> obstacles() {
                        return GatewayProcess.this.obstacles();
                    }

                    @Override
                    public List<String> alarms() {
                        return GatewayProcess.this.alarms();
                    }
                },
                metrics::scrape,
                new RevisionBarrier(discovery, gateway),
                new Explanations(discovery.tables(), recentCalls),
                () -> new Thread(this::drain, "leasegate-drain").start());
    }

    private static ProcessTls openTls(GatewayConfig config, GatewayMetrics metrics, @Nullable AccessLog accessLog)
            throws IOException {
        try {
            return ProcessTls.open(config, new TlsEvents(metrics.tlsListener()));
        } catch (IOException e) {
            if (accessLog != null) {
                accessLog.close();
            }
            metrics.close();
            throw e;
        }
    }

    private static AccessLog openAccessLog(GatewayConfig config) throws IOException {
        AccessLogFormat format =
                config.accessLog().format() == LogFormat.JSON ? AccessLogFormat.JSON : AccessLogFormat.TEXT;
        return new AccessLog(AccessLogSettings.of(format, config.accessLog().file()));
    }

    /**
     * Binds the admin listener, waits for the first full table, and opens the other listeners. Returns when calls are taken, or when
     * the process was ended meanwhile.
     *
     * @throws IOException when an address cannot be bound; the message says which and what to do
     */
    public void start() throws IOException, InterruptedException {
        checkPortsAreFree();
        tls.start();
        admin.start();
        LOG.info("admin listener on {}", text(admin.address()));
        discovery.listen(
                new HealthChecker(gateway, service -> ConfigMapping.health(config, service), discovery::setState));
        discovery.listen(new OutlierDetector(
                discovery.control(),
                service -> ConfigMapping.outlier(config, service),
                new OutlierEvents(discovery, metrics.outlierListener()),
                new SplittableRandom()::nextDouble));
        discovery.listen(new ServiceLearner(
                discovery.control(),
                gateway,
                service -> ConfigMapping.reflection(config, service),
                new ReflectionEvents(discovery, metrics::onReflectionAsked),
                new SplittableRandom()::nextDouble));
        discovery.start();
        while (!discovery.awaitFirstSnapshot(FIRST_SNAPSHOT_POLL)) {
            if (draining.get()) {
                return;
            }
        }
        gateway.start();
        accepting = true;
        for (ListenerConfig l : config.listeners()) {
            LOG.info(
                    "listener {} on {}:{} ({}, {}, {})",
                    l.name(),
                    l.address(),
                    gateway.port(l.name()),
                    gateway.transport(),
                    l.tls() == null ? "clear text" : "TLS",
                    limits(ConfigMapping.connections(l, config)));
        }
    }

    /** What {@code auto} came to is not in the configuration. */
    private static String limits(ConnectionLimits c) {
        return "connections: " + (c.max() == 0 ? "no limit" : c.max()) + ", per address: "
                + (c.maxPerAddress() == 0 ? "no limit" : c.maxPerAddress());
    }

    /** The listeners open late; a port that is taken must be known at once. */
    private void checkPortsAreFree() throws IOException {
        List<ListenerConfig> listeners = config.listeners();
        for (int i = 0; i < listeners.size(); i++) {
            ListenerConfig l = listeners.get(i);
            if (l.port() == 0) {
                continue;
            }
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(l.address(), l.port()));
            } catch (IOException e) {
                throw new IOException(
                        "leasegate.listeners[" + i + "]: cannot bind " + l.address() + ":" + l.port() + ": "
                                + e.getMessage() + " (stop what uses the port, or choose another address or port)",
                        e);
            }
        }
    }

    /** What keeps the gateway from taking calls; empty when it is ready. */
    public List<String> obstacles() {
        List<String> reasons = new ArrayList<>();
        if (draining.get()) {
            reasons.add("draining");
        }
        if (!discovery.ready()) {
            for (RegistryStatus s : discovery.status()) {
                if (!s.synced()) {
                    reasons.add("no full snapshot of " + s.name() + " yet"
                            + (s.error().isEmpty()
                                    ? ""
                                    : ": " + s.error() + "; retrying since "
                                            + (System.currentTimeMillis() - s.sinceEpochMillis()) / 1000 + " s"));
                }
            }
        }
        if (!accepting && reasons.isEmpty()) {
            reasons.add("the listeners are not open yet");
        }
        return reasons;
    }

    /** What is wrong with the registry although calls are taken; empty when all is well. */
    public List<String> alarms() {
        List<String> alarms = new ArrayList<>();
        for (RegistryStatus s : discovery.status()) {
            if (s.restoredEpochMillis() != 0) {
                alarms.add("the table was saved at " + Instant.ofEpochMilli(s.restoredEpochMillis()) + "; " + s.name()
                        + " was not read since: " + s.error());
            } else if (s.synced() && !s.connected()) {
                alarms.add(s.name() + " is not followed, what it said last stays in force: " + s.error());
            } else if (s.synced() && !s.error().isEmpty()) {
                alarms.add(s.name() + ": " + s.error());
            }
            if (s.held() > 0) {
                alarms.add(s.held() + " instances are held: they vanished from " + s.name()
                        + " under suspicious circumstances and still answer (see stateReason)");
            }
        }
        return alarms;
    }

    /** The ports by listener name, and that of the admin listener as {@code admin}. */
    public Map<String, Integer> ports() {
        Map<String, Integer> ports = new LinkedHashMap<>();
        if (accepting) {
            config.listeners().forEach(l -> ports.put(l.name(), gateway.port(l.name())));
        }
        ports.put("admin", admin.address().getPort());
        return ports;
    }

    /** Leaves the clients in an orderly way, then ends. Returns when all is over; so do further calls. */
    public void drain() {
        if (!draining.compareAndSet(false, true)) {
            awaitQuietly();
            return;
        }
        LOG.info(
                "draining: no new calls; {} in flight may take {}",
                gateway.activeExchanges(),
                config.drain().grace());
        synchronized (drainLock) {
            drainer = Thread.currentThread();
        }
        try {
            boolean all = gateway.drain(config.drain().grace());
            LOG.info(all ? "drained" : "the grace is over; calls that were still in flight are cut");
        } catch (InterruptedException e) {
            LOG.warn("the drain is cut short: {} calls in flight are cut", gateway.activeExchanges());
        } finally {
            synchronized (drainLock) {
                drainer = null;
                Thread.interrupted(); // an interrupt that came too late must not disturb what follows
            }
            close();
        }
    }

    /** Ends a drain at once: calls in flight are cut. Without a drain nothing happens. */
    public void cutShort() {
        synchronized (drainLock) {
            if (drainer != null) {
                drainer.interrupt();
            }
        }
    }

    private void awaitQuietly() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the process has ended. */
    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    @Override
    public synchronized void close() {
        if (ended.getCount() == 0) {
            return;
        }
        draining.set(true);
        accepting = false;
        discovery.close();
        balancers.close();
        gateway.close();
        tls.close();
        admin.close();
        if (accessLog != null) {
            accessLog.close();
        }
        metrics.close();
        ended.countDown();
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
