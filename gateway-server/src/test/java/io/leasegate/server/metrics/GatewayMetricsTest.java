package io.leasegate.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.Violation;
import io.leasegate.outlier.OutlierListener;
import io.leasegate.outlier.OutlierReason;
import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.ConnectFailure;
import io.leasegate.proxy.ConnectFailure.Phase;
import io.leasegate.proxy.ConnectionObserver;
import io.leasegate.proxy.ConnectionRefusal;
import io.leasegate.proxy.FurtherAttempt;
import io.leasegate.proxy.MirrorResult;
import io.leasegate.proxy.UpstreamEnd;
import io.leasegate.routing.Cluster;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.routing.TestTables;
import io.leasegate.server.testkit.FakeCall;
import io.leasegate.tls.CertificateFile;
import io.leasegate.tls.TlsException;
import io.leasegate.tls.TlsFailure;
import io.leasegate.tls.TlsPeer;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayMetricsTest {

    private static final Path MANUAL = Path.of("..", "docs", "metrics.md");

    private final GatewayMetrics metrics = new GatewayMetrics("9.8.7", service -> TimeUnit.MILLISECONDS.toNanos(5));

    @AfterEach
    void close() {
        metrics.close();
    }

    private Exposition scrape() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(metrics.scrape(null, out)).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        return Exposition.parse(out.toString(StandardCharsets.UTF_8));
    }

    private static final class Figures implements RegistryFigures {

        volatile boolean connected = true;
        volatile long millisSinceConfirmed = -1;
        volatile long relists = 2;
        volatile long watchRestarts = 3;
        final Map<String, Integer> refused = new ConcurrentHashMap<>();

        @Override
        public boolean connected() {
            return connected;
        }

        @Override
        public long millisSinceConfirmed() {
            return millisSinceConfirmed;
        }

        @Override
        public long relists() {
            return relists;
        }

        @Override
        public long watchRestarts() {
            return watchRestarts;
        }

        @Override
        public int held() {
            return 5;
        }

        @Override
        public boolean restored() {
            return true;
        }

        @Override
        public Map<String, Integer> refused() {
            return refused;
        }
    }

    private record FileFigures(AtomicLong millisAgo) implements SourceFigures {

        @Override
        public String name() {
            return "file";
        }

        @Override
        public boolean up() {
            return millisAgo.get() >= 0;
        }

        @Override
        public long millisSinceConfirmed() {
            return millisAgo.get();
        }
    }

    private static ConnectFailure failure(Phase phase, Throwable cause) {
        return ConnectFailure.passing(phase, "in words", cause);
    }

    @Test
    void openMetricsForAClientThatAcceptsIt() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String type = metrics.scrape(
                "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", out);
        assertThat(type).startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("# EOF\n");
    }

    @Test
    void processAndBuild() throws Exception {
        Exposition e = scrape();
        assertThat(e.value("leasegate_build_info", "version", "9.8.7")).isEqualTo(1);
        assertThat(e.value("process_files_open_files")).isPositive();
        assertThat(e.value("jvm_threads_live_threads")).isPositive();
        assertThat(e.samples().stream()
                        .filter(s -> s.name().equals("jvm_memory_used_bytes")
                                && "heap".equals(s.labels().get("area")))
                        .mapToDouble(Exposition.Sample::value)
                        .sum())
                .isPositive();
        assertThat(e.types()).containsKey("netty_allocator_memory_used");
    }

    @Test
    void tableAndInstancesFollowTheTable() throws Exception {
        Endpoint healthy = TestTables.endpoint("echo", 1);
        healthy.state(EndpointState.HEALTHY, "");
        Endpoint unchecked = TestTables.endpoint("echo", 2);
        Endpoint ejected = TestTables.endpoint("echo", 3);
        ejected.state(EndpointState.EJECTED, "failed");
        RouteTableRef table = new RouteTableRef(TestTables.of(
                4,
                1234567890123L,
                "etcd",
                new Cluster("echo", List.of(healthy, unchecked, ejected)),
                new Cluster("gone", List.of(TestTables.endpoint("gone", 4)))));
        metrics.bindTable(table);
        Exposition e = scrape();
        assertThat(e.value("leasegate_table_revision")).isEqualTo(1234567890123.0);
        assertThat(e.value("leasegate_table_version")).isEqualTo(4);
        assertThat(e.value("leasegate_table_services")).isEqualTo(2);
        assertThat(e.value("leasegate_instances", "service", "echo", "state", "healthy"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_instances", "service", "echo", "state", "unhealthy"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_instances", "service", "echo", "state", "ejected"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_instances", "service", "gone", "state", "healthy"))
                .isZero();

        unchecked.state(EndpointState.HEALTHY, "");
        table.publish(TestTables.of(5, 2, "etcd", new Cluster("echo", List.of(unchecked))));
        Exposition after = scrape();
        assertThat(after.value("leasegate_instances", "service", "echo", "state", "healthy"))
                .isEqualTo(1);
        assertThat(after.value("leasegate_instances", "service", "echo", "state", "ejected"))
                .isZero();
        assertThat(after.samples()).noneMatch(s -> "gone".equals(s.labels().get("service")));
    }

    @Test
    void connectionsAndFailures() throws Exception {
        ConnectionObserver connections = metrics.connectionObserver();
        EndpointId echo = new EndpointId("echo", "127.0.0.1", 1);
        connections.onDownstreamOpen("main");
        connections.onDownstreamOpen("main");
        connections.onDownstreamClose("main");
        connections.onUpstreamOpen(echo);
        connections.onUpstreamOpen(echo);
        connections.onUpstreamClose(echo, UpstreamEnd.GOAWAY);
        connections.onUpstreamClose(echo, UpstreamEnd.STREAM_IDS);
        connections.onGoAway(echo, 0);
        connections.onGoAway(echo, 11);
        connections.onGoAway(echo, 11);
        connections.onGoAway(echo, 0xfeedL);
        connections.onGoAway(echo, 0xbeefL);
        connections.onWaiting(echo, 1);
        connections.onWaiting(echo, 1);
        connections.onWaiting(echo, -1);
        ConnectException refused = new ConnectException("Connection refused");
        connections.onConnectFailed(echo, failure(Phase.CONNECT, refused));
        connections.onConnectFailed(echo, failure(Phase.CONNECT, new IOException("of two addresses", refused)));
        connections.onConnectFailed(echo, failure(Phase.CONNECT, new NoRouteToHostException("x")));
        connections.onConnectFailed(echo, failure(Phase.CONNECT, new ConnectTimeoutException("timed out")));
        connections.onConnectFailed(echo, failure(Phase.RESOLVE, new UnknownHostException("x")));
        connections.onConnectFailed(echo, failure(Phase.TLS, new SSLHandshakeException("x")));
        connections.onConnectFailed(echo, failure(Phase.PREFACE, new IOException("closed")));
        connections.onConnectFailed(echo, failure(Phase.PREFACE, new ConnectTimeoutException("no SETTINGS")));
        connections.onConnectFailed(echo, failure(Phase.CONNECT, new IllegalStateException("x")));
        Exposition e = scrape();
        assertThat(e.value("leasegate_downstream_connections", "listener", "main"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_downstream_connections_opened_total", "listener", "main"))
                .isEqualTo(2);
        assertThat(e.value("leasegate_upstream_connections", "service", "echo")).isZero();
        assertThat(e.value("leasegate_upstream_connections_opened_total", "service", "echo"))
                .isEqualTo(2);
        String failures = "leasegate_upstream_connect_failures_total";
        for (String reason : List.of("unreachable", "unresolved", "tls", "preface", "other")) {
            assertThat(e.value(failures, "service", "echo", "reason", reason))
                    .as(reason)
                    .isEqualTo(1);
        }
        for (String reason : List.of("refused", "timeout")) {
            assertThat(e.value(failures, "service", "echo", "reason", reason))
                    .as(reason)
                    .isEqualTo(2);
        }
        String closed = "leasegate_upstream_connections_closed_total";
        assertThat(e.value(closed, "service", "echo", "reason", "goaway")).isEqualTo(1);
        assertThat(e.value(closed, "service", "echo", "reason", "stream-ids")).isEqualTo(1);
        String goAways = "leasegate_upstream_goaways_total";
        assertThat(e.value(goAways, "service", "echo", "code", "NO_ERROR")).isEqualTo(1);
        assertThat(e.value(goAways, "service", "echo", "code", "ENHANCE_YOUR_CALM"))
                .isEqualTo(2);
        assertThat(e.value(goAways, "service", "echo", "code", "other")).isEqualTo(2);
        assertThat(e.value("leasegate_upstream_waiting_calls", "service", "echo"))
                .isEqualTo(1);
    }

    private static final SocketAddress CLIENT = InetSocketAddress.createUnresolved("client", 1);

    private static void tlsEvents(GatewayMetrics metrics, EndpointId endpoint) {
        ConnectionObserver connections = metrics.connectionObserver();
        connections.onHandshake("main", new TlsPeer(null, "TLSv1.3", true));
        connections.onHandshakeFailed("main", CLIENT, new TlsException(TlsFailure.NO_CERTIFICATE, "x"));
        connections.onConnectFailed(endpoint, failure(Phase.TLS, new TlsException(TlsFailure.NAME, "x")));
        CertificateFile file = new CertificateFile(
                Path.of("a.pem"), false, "CN=a", Instant.now().plus(Duration.ofDays(3)));
        metrics.bindTls(new TlsFigures() {
            @Override
            public List<CertificateFile> certificates() {
                return List.of(file);
            }

            @Override
            public Map<String, Integer> rejected() {
                return Map.of("listener main", 1);
            }
        });
        metrics.tlsListener().onReloaded("listener main", "x");
        metrics.tlsListener().onRejected("listener main", "x");
        metrics.tlsListener().onRejected("listener main", "x");
    }

    @Test
    void handshakesAndCertificates() throws Exception {
        tlsEvents(metrics, new EndpointId("echo", "127.0.0.1", 1));
        Exposition e = scrape();
        assertThat(e.value(
                        "leasegate_downstream_tls_handshakes_total",
                        "listener",
                        "main",
                        "version",
                        "TLSv1.3",
                        "resumed",
                        "true"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_downstream_tls_failures_total", "listener", "main", "reason", "no_certificate"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_upstream_tls_failures_total", "service", "echo", "reason", "name"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_upstream_connect_failures_total", "service", "echo", "reason", "tls"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_tls_certificate_expiry_seconds", "file", "a.pem", "content", "certificate"))
                .isBetween(259_000.0, 259_200.0);
        assertThat(e.value("leasegate_tls_files_rejected", "owner", "listener main"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_tls_reloads_total", "owner", "listener main", "result", "ok"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_tls_reloads_total", "owner", "listener main", "result", "rejected"))
                .isEqualTo(2);
    }

    private static void violations(GatewayMetrics metrics, EndpointId endpoint) {
        ConnectionObserver connections = metrics.connectionObserver();
        connections.onRefused("main", "10.0.0.1", ConnectionRefusal.MAX_PER_ADDRESS, "x");
        connections.onClientViolation(
                "main", "10.0.0.1:5", Violation.RAPID_RESET, Http2Error.ENHANCE_YOUR_CALM, "too many resets");
        connections.onInstanceViolation(endpoint, Violation.STREAM_ERROR, Http2Error.PROTOCOL_ERROR, "no :status");
        connections.onInstanceViolation(endpoint, Violation.STREAM_ERROR, Http2Error.PROTOCOL_ERROR, "no :status");
    }

    @Test
    void violationsAndRefusals() throws Exception {
        violations(metrics, new EndpointId("echo", "127.0.0.1", 1));
        Exposition e = scrape();
        assertThat(e.value(
                        "leasegate_downstream_connections_refused_total",
                        "listener",
                        "main",
                        "reason",
                        "max_per_address"))
                .isEqualTo(1);
        assertThat(e.value(
                        "leasegate_downstream_violations_total",
                        "listener",
                        "main",
                        "reason",
                        "rapid_reset",
                        "code",
                        "ENHANCE_YOUR_CALM"))
                .isEqualTo(1);
        assertThat(e.value(
                        "leasegate_upstream_violations_total",
                        "service",
                        "echo",
                        "reason",
                        "stream_error",
                        "code",
                        "PROTOCOL_ERROR"))
                .isEqualTo(2);
    }

    @Test
    void theManualNamesEachReason() {
        for (Violation v : Violation.values()) {
            assertThat(manualText()).contains("`" + v.label() + "`");
        }
        for (ConnectionRefusal r : ConnectionRefusal.values()) {
            assertThat(manualText()).contains("`" + r.label() + "`");
        }
    }

    @Test
    void servicesOfConnectionsAreBounded() throws Exception {
        try (GatewayMetrics bounded = new GatewayMetrics("1", new MetricLimits(2, 1, 0, 1), service -> 0)) {
            ConnectionObserver connections = bounded.connectionObserver();
            for (int i = 0; i < 10; i++) {
                EndpointId id = new EndpointId("s" + i, "127.0.0.1", 1);
                connections.onUpstreamOpen(id);
                connections.onConnectFailed(id, failure(Phase.CONNECT, new ConnectException("x")));
            }
            connections.onUpstreamClose(new EndpointId("s7", "127.0.0.1", 1), UpstreamEnd.LOST);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            bounded.scrape(null, out);
            Exposition e = Exposition.parse(out.toString(StandardCharsets.UTF_8));
            assertThat(e.value("leasegate_upstream_connections", "service", "s1"))
                    .isEqualTo(1);
            assertThat(e.value("leasegate_upstream_connections", "service", "other"))
                    .isEqualTo(7);
            assertThat(e.value("leasegate_upstream_connect_failures_total", "service", "other", "reason", "refused"))
                    .isEqualTo(8);
        }
    }

    @Test
    void evictionsAreTimedByServiceAndLateOnesCounted() throws Exception {
        try (GatewayMetrics bounded =
                new GatewayMetrics("1", new MetricLimits(2, 1, 0, 1), service -> TimeUnit.MILLISECONDS.toNanos(5))) {
            ConnectionObserver o = bounded.connectionObserver();
            long ms = TimeUnit.MILLISECONDS.toNanos(1);
            o.onEvicted(new EndpointId("a", "127.0.0.1", 1), 4 * ms, 9 * ms);
            o.onEvicted(new EndpointId("a", "127.0.0.1", 2), 6 * ms, 9 * ms);
            o.onEvicted(new EndpointId("b", "127.0.0.1", 3), 0, ms);
            o.onEvicted(new EndpointId("c", "127.0.0.1", 4), 0, ms);
            o.onEvicted(new EndpointId("d", "127.0.0.1", 5), 60 * ms, 61 * ms);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            bounded.scrape(null, out);
            Exposition e = Exposition.parse(out.toString(StandardCharsets.UTF_8));
            assertThat(e.value("leasegate_eviction_duration_seconds_count", "service", "a"))
                    .isEqualTo(2);
            assertThat(e.value("leasegate_eviction_duration_seconds_bucket", "service", "a", "le", "0.005"))
                    .isEqualTo(1);
            assertThat(e.value("leasegate_eviction_late_total", "service", "a")).isEqualTo(1);
            assertThat(e.value("leasegate_eviction_late_total", "service", "b")).isZero();
            assertThat(e.value("leasegate_eviction_duration_seconds_count", "service", "other"))
                    .as("beyond the bound of services")
                    .isEqualTo(2);
            assertThat(e.value("leasegate_eviction_late_total", "service", "other"))
                    .isEqualTo(1);
            assertThat(e.value("leasegate_eviction_settled_seconds_count")).isEqualTo(5);
        }
    }

    @Test
    void retriesAndHedgesAreCountedByServiceAndResult() throws Exception {
        CallObserver calls = CallObservers.both(metrics.callObserver(), call -> {});
        calls.onFurtherAttempt("echo", FurtherAttempt.RETRY, FurtherAttempt.Result.ANSWERED);
        calls.onFurtherAttempt("echo", FurtherAttempt.RETRY, FurtherAttempt.Result.FAILED);
        calls.onFurtherAttempt("echo", FurtherAttempt.RETRY, FurtherAttempt.Result.FAILED);
        calls.onFurtherAttempt("echo", FurtherAttempt.HEDGE, FurtherAttempt.Result.DROPPED);
        calls.onWithheld("echo", FurtherAttempt.RETRY, FurtherAttempt.Withheld.BUDGET);
        Exposition e = scrape();
        String attempts = "leasegate_further_attempts_total";
        assertThat(e.value(attempts, "service", "echo", "kind", "retry", "result", "answered"))
                .isEqualTo(1);
        assertThat(e.value(attempts, "service", "echo", "kind", "retry", "result", "failed"))
                .isEqualTo(2);
        assertThat(e.value(attempts, "service", "echo", "kind", "hedge", "result", "dropped"))
                .isEqualTo(1);
        String withheld = "leasegate_further_attempts_withheld_total";
        assertThat(e.value(withheld, "service", "echo", "kind", "retry", "reason", "budget"))
                .isEqualTo(1);
        for (FurtherAttempt.Withheld why : FurtherAttempt.Withheld.values()) {
            assertThat(manualText()).contains("`" + why.label() + "`");
        }
    }

    @Test
    void ejectionsAreCountedByServiceAndReason() throws Exception {
        OutlierListener outliers = metrics.outlierListener();
        Endpoint one = TestTables.endpoint("echo", 1);
        outliers.onEjected(one, OutlierReason.CONSECUTIVE_FAILURES, "x", 30_000, 1);
        outliers.onReadmitted(one);
        outliers.onEjected(one, OutlierReason.CONSECUTIVE_FAILURES, "x", 60_000, 2);
        outliers.onEjected(TestTables.endpoint("echo", 2), OutlierReason.SUCCESS_RATE, "x", 30_000, 1);
        outliers.onSpared(TestTables.endpoint("other", 3), OutlierReason.SUCCESS_RATE);
        Exposition e = scrape();
        String ejections = "leasegate_outlier_ejections_total";
        assertThat(e.value(ejections, "service", "echo", "reason", "consecutive_failures"))
                .isEqualTo(2);
        assertThat(e.value(ejections, "service", "echo", "reason", "success_rate"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_outlier_spared_total", "service", "other", "reason", "success_rate"))
                .isEqualTo(1);
        for (OutlierReason reason : OutlierReason.values()) {
            assertThat(manualText()).contains("`" + reason.name().toLowerCase(Locale.ROOT) + "`");
        }
    }

    @Test
    void copiesOfCallsAreCountedByServiceAndResult() throws Exception {
        CallObserver calls = CallObservers.both(metrics.callObserver(), new CallObserver() {
            @Override
            public void onEnd(AccessRecord call) {}
        });
        for (MirrorResult result : MirrorResult.values()) {
            for (int i = 0; i <= result.ordinal(); i++) {
                calls.onMirrored("echo", result);
            }
        }
        Exposition e = scrape();
        for (MirrorResult result : MirrorResult.values()) {
            String label = result.name().toLowerCase(Locale.ROOT);
            assertThat(e.value("leasegate_mirrored_calls_total", "service", "echo", "result", label))
                    .isEqualTo(result.ordinal() + 1);
            assertThat(manualText()).contains("`" + label + "`");
        }
    }

    @Test
    void registryEvictionAndLogs() throws Exception {
        Figures figures = new Figures();
        metrics.bindRegistry(figures);
        metrics.bindAccessLog(() -> 11, () -> 12);
        metrics.bindLog(() -> 13);
        System.gc();
        assertThat(scrape().value("leasegate_etcd_confirmation_age_seconds")).isNaN();
        figures.refused.put("malformed", 2);
        figures.connected = false;
        figures.millisSinceConfirmed = 1500;
        metrics.onHeld("wiped");
        metrics.evictionObserver().accept(TimeUnit.MILLISECONDS.toNanos(4));
        Exposition e = scrape();
        assertThat(e.value("leasegate_etcd_connected")).isZero();
        assertThat(e.value("leasegate_etcd_confirmation_age_seconds")).isEqualTo(1.5);
        assertThat(e.value("leasegate_etcd_relists_total")).isEqualTo(2);
        assertThat(e.value("leasegate_registry_held_instances")).isEqualTo(5);
        assertThat(e.value("leasegate_registry_restored")).isEqualTo(1);
        assertThat(e.value("leasegate_registry_incidents_total", "cause", "wiped"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_registry_incidents_total", "cause", "all"))
                .isZero();
        assertThat(e.value("leasegate_etcd_watch_restarts_total")).isEqualTo(3);
        assertThat(e.value("leasegate_registrations_refused", "reason", "malformed"))
                .isEqualTo(2);
        assertThat(e.value("leasegate_eviction_publish_seconds_bucket", "le", "0.003"))
                .isZero();
        assertThat(e.value("leasegate_eviction_publish_seconds_bucket", "le", "0.005"))
                .isEqualTo(1);
        assertThat(e.value("leasegate_access_log_lines_total")).isEqualTo(11);
        assertThat(e.value("leasegate_access_log_dropped_total")).isEqualTo(12);
        assertThat(e.value("leasegate_log_dropped_total")).isEqualTo(13);
        figures.refused.clear();
        assertThat(scrape().value("leasegate_registrations_refused", "reason", "malformed"))
                .isZero();
    }

    @Test
    void sourcesBesideEtcd() throws Exception {
        AtomicLong millisAgo = new AtomicLong(-1);
        metrics.bindSource(new FileFigures(millisAgo));
        metrics.onSourceRead("file", "failed");
        System.gc();
        Exposition e = scrape();
        assertThat(e.value("leasegate_source_up", "source", "file")).isZero();
        assertThat(e.value("leasegate_source_confirmation_age_seconds", "source", "file"))
                .isNaN();
        assertThat(e.value("leasegate_source_reads_total", "source", "file", "result", "failed"))
                .isEqualTo(1);
        millisAgo.set(2_500);
        metrics.onSourceRead("file", "failed");
        e = scrape();
        assertThat(e.value("leasegate_source_up", "source", "file")).isEqualTo(1);
        assertThat(e.value("leasegate_source_confirmation_age_seconds", "source", "file"))
                .isEqualTo(2.5);
        assertThat(e.value("leasegate_source_reads_total", "source", "file", "result", "failed"))
                .isEqualTo(2);
    }

    /** The reasons in the manual are those that the gateway knows. */
    @Test
    void theManualNamesEachReasonForWhichAConnectionEnds() {
        for (UpstreamEnd end : UpstreamEnd.values()) {
            assertThat(manualText()).contains("`" + end.label() + "`");
        }
    }

    /** Makes every meter exist, then compares with the manual in both directions. */
    @Test
    void theManualListsEveryMetric() throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            metrics.bindTable(new RouteTableRef(
                    TestTables.of(1, 1, "etcd", new Cluster("echo", List.of(TestTables.endpoint("echo", 1))))));
            Figures figures = new Figures();
            figures.refused.put("malformed", 1);
            metrics.bindRegistry(figures);
            metrics.bindSource(new FileFigures(new AtomicLong()));
            metrics.onSourceRead("file", "ok");
            metrics.onReflectionAsked("learned");
            metrics.bindAccessLog(() -> 0, () -> 0);
            metrics.bindLog(() -> 0);
            metrics.bindEventLoops(loops);
            metrics.callObserver().onEnd(new FakeCall());
            metrics.callObserver().onMirrored("echo", MirrorResult.ANSWERED);
            metrics.callObserver().onFurtherAttempt("echo", FurtherAttempt.RETRY, FurtherAttempt.Result.FAILED);
            metrics.callObserver().onWithheld("echo", FurtherAttempt.HEDGE, FurtherAttempt.Withheld.BUDGET);
            EndpointId echo = new EndpointId("echo", "127.0.0.1", 1);
            metrics.connectionObserver().onDownstreamOpen("main");
            metrics.connectionObserver().onUpstreamOpen(echo);
            metrics.connectionObserver().onConnectFailed(echo, failure(Phase.CONNECT, new ConnectException("x")));
            metrics.connectionObserver().onGoAway(echo, 0);
            metrics.connectionObserver().onUpstreamClose(echo, UpstreamEnd.IDLE);
            metrics.connectionObserver().onEvicted(echo, 1, 2);
            Endpoint endpoint = TestTables.endpoint("echo", 1);
            metrics.outlierListener().onEjected(endpoint, OutlierReason.SUCCESS_RATE, "x", 1, 1);
            metrics.outlierListener().onSpared(endpoint, OutlierReason.SUCCESS_RATE);
            tlsEvents(metrics, echo);
            violations(metrics, echo);
            System.gc();
            Exposition e = scrape();

            Map<String, String> manual = documented();
            Set<String> missing = new TreeSet<>(e.types().keySet());
            missing.removeAll(manual.keySet());
            assertThat(missing).as("metrics that %s does not list", MANUAL).isEmpty();
            e.types()
                    .forEach((name, type) -> assertThat(manual.get(name))
                            .as("type of %s in the manual", name)
                            .isEqualTo(type));
            e.samples().stream()
                    .filter(s -> s.name().startsWith("leasegate_"))
                    .flatMap(s -> s.labels().keySet().stream())
                    .distinct()
                    .forEach(label -> assertThat(manualText()).contains("`" + label + "`"));

            Set<String> stale = new TreeSet<>();
            for (String name : manual.keySet()) {
                if (name.startsWith("leasegate_") && !e.types().containsKey(name)) {
                    stale.add(name);
                }
            }
            assertThat(stale).as("metrics in %s that nothing registers", MANUAL).isEmpty();
            assertThat(e.types().keySet().stream().filter(n -> n.startsWith("leasegate_")))
                    .allSatisfy(n ->
                            assertThat(e.helps().get(n)).as("help of %s", n).isNotBlank());
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private static String manualText() {
        try {
            return Files.readString(MANUAL);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The rows {@code | `name` | type | ...} of the manual's tables. */
    private static Map<String, String> documented() {
        Map<String, String> rows = new ConcurrentHashMap<>();
        Matcher row = Pattern.compile("^\\| `([a-z_0-9]+)` \\| (\\w+) \\|", Pattern.MULTILINE)
                .matcher(manualText());
        while (row.find()) {
            assertThat(rows.put(row.group(1), row.group(2)))
                    .as("second row of %s", row.group(1))
                    .isNull();
        }
        return rows;
    }
}
