package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.leasegate.registrar.Registrar;
import io.leasegate.server.config.ConfigLoader;
import io.leasegate.testkit.EtcdProcess;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies as the configuration names them, weights as instances register them in a real etcd. */
@Timeout(120)
class BalancePolicyTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private GatewayProcess gateway(String body) throws Exception {
        Path file = directory.resolve("gateway.conf");
        Files.writeString(
                file,
                "leasegate {\n listeners = [ { name = main, address = \"127.0.0.1\", port = 0 } ]\n admin.port = 0\n"
                        + " access-log.enabled = false\n" + body + "\n}\n");
        return new GatewayProcess(ConfigLoader.load(file), "test", () -> 0);
    }

    private static Registrar register(EtcdProcess etcd, TestServer instance, int weight) throws InterruptedException {
        Registrar r = Registrar.builder()
                .endpoints(etcd.endpoint())
                .service("echo")
                .address("127.0.0.1:" + instance.port())
                .weight(weight)
                .ttl(Duration.ofSeconds(5))
                .build();
        r.start();
        assertThat(r.awaitRegistered(Duration.ofSeconds(10))).isTrue();
        return r;
    }

    private static int healthy(GatewayProcess gateway) {
        return shown(gateway, "\"state\":\"healthy\"");
    }

    /** How often the page of the services shows a text. */
    private static int shown(GatewayProcess gateway, String text) {
        return services(gateway).split(Pattern.quote(text), -1).length - 1;
    }

    private static String services(GatewayProcess gateway) {
        URI page = URI.create("http://127.0.0.1:" + gateway.ports().getOrDefault("admin", 0) + "/api/services");
        try {
            return HTTP.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitHealthy(GatewayProcess gateway, int count) {
        Pause.until(
                Duration.ofSeconds(20),
                () -> "not " + count + " are healthy: " + services(gateway),
                () -> healthy(gateway) == count);
    }

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "random", "least-request", "maglev"})
    void callsFollowTheWeightsThatInstancesRegister(String policy) throws Exception {
        try (EtcdProcess etcd = EtcdProcess.launch();
                TestServer light = TestServer.start();
                TestServer heavy = TestServer.start();
                GatewayProcess gateway = gateway(
                        "discovery.etcd.endpoints = [ \"" + etcd.endpoint() + "\" ]\n services.echo.balance { policy = "
                                + policy + ", hash-on { header = x-user }, slow-start = 0s }")) {
            gateway.start();
            Registrar one = register(etcd, light, 1);
            Registrar three = register(etcd, heavy, 3);
            awaitHealthy(gateway, 2);
            int before = light.calls().size();
            int calls = 800;
            try (TestClient client = TestClient.connect(gateway.ports().getOrDefault("main", 0), "echo")) {
                for (int i = 0; i < calls; i++) {
                    client.unary(HELLO);
                }
            }
            double share = (double) (light.calls().size() - before) / calls;
            // Six standard deviations of chance.
            assertThat(share)
                    .as("share of the light one")
                    .isEqualTo(0.25, within(policy.equals("round-robin") ? 0.01 : 0.1));
            one.close();
            three.close();
        }
    }

    @Test
    void peakEwmaAvoidsWhoAnswersLate() throws Exception {
        ServerInterceptor delay = new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                Pause.millis(1_000);
                return next.startCall(call, headers);
            }
        };
        try (EtcdProcess etcd = EtcdProcess.launch();
                TestServer fast = TestServer.start();
                TestServer slow = TestServer.start(b -> b.intercept(delay));
                GatewayProcess gateway = gateway("discovery.etcd.endpoints = [ \"" + etcd.endpoint()
                        + "\" ]\n services.echo.balance { policy = peak-ewma }")) {
            gateway.start();
            Registrar one = register(etcd, fast, 1);
            awaitHealthy(gateway, 1);
            try (TestClient client = TestClient.connect(gateway.ports().getOrDefault("main", 0), "echo")) {
                // A peak is remembered, be it only that of code that is not compiled yet.
                for (int i = 0; i < 100; i++) {
                    client.unary(HELLO);
                }
                Registrar two = register(etcd, slow, 1);
                awaitHealthy(gateway, 2);
                for (int i = 0; i < 300; i++) {
                    client.unary(HELLO);
                }
                two.close();
            }
            assertThat(fast.calls().size() + slow.calls().size()).isEqualTo(400);
            assertThat(slow.calls().size()).isLessThan(30);
            one.close();
        }
    }

    private static String statics(TestServer... instances) {
        return Stream.of(instances)
                .map(s -> "{ address = \"127.0.0.1:" + s.port() + "\" }")
                .collect(Collectors.joining(", ", "discovery.static.services { echo = [ ", " ] }\n"));
    }

    private static void call(GatewayProcess gateway, int calls) {
        try (TestClient client = TestClient.connect(gateway.ports().getOrDefault("main", 0), "echo")) {
            for (int i = 0; i < calls; i++) {
                client.unary(HELLO);
            }
        }
    }

    private static long callsTo(TestServer server) {
        return server.calls().stream()
                .filter(m -> m.containsKey(Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER)))
                .count();
    }

    /** Three of four do not answer their health checks. */
    @ParameterizedTest
    @CsvSource({"'', 4", "panic-threshold = 20%, 1", "panic-threshold = 0%, 1"})
    void belowThePanicThresholdAllGetCalls(String setting, int reached) throws Exception {
        try (TestServer well = TestServer.start();
                TestServer a = TestServer.start(x -> x, new SilentHealth());
                TestServer b = TestServer.start(x -> x, new SilentHealth());
                TestServer c = TestServer.start(x -> x, new SilentHealth());
                GatewayProcess gateway = gateway(statics(well, a, b, c) + " services.echo { balance { " + setting
                        + " }, health.grpc.timeout = 300ms }")) {
            gateway.start();
            Pause.until(
                    Duration.ofSeconds(20),
                    () -> "they are not found out",
                    () -> healthy(gateway) == 1 && shown(gateway, "no answer from grpc.health.v1") == 3);
            call(gateway, 200);
            assertThat(Stream.of(well, a, b, c).filter(s -> callsTo(s) > 0)).hasSize(reached);
            assertThat(callsTo(well)).isPositive();
        }
    }

    private static final class SilentHealth extends HealthGrpc.HealthImplBase {

        @Override
        public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> response) {}

        @Override
        public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> response) {}
    }

    /** Three of four say that they are not serving: they are believed. */
    @Test
    void whoIsNotServingGetsNoCallsInPanic() throws Exception {
        HealthStatusManager sick = new HealthStatusManager();
        try (TestServer well = TestServer.start();
                TestServer a = TestServer.start(x -> x, sick.getHealthService());
                TestServer b = TestServer.start(x -> x, sick.getHealthService());
                TestServer c = TestServer.start(x -> x, sick.getHealthService());
                GatewayProcess gateway = gateway(statics(well, a, b, c))) {
            gateway.start();
            awaitHealthy(gateway, 4);
            sick.setStatus("", ServingStatus.NOT_SERVING);
            awaitHealthy(gateway, 1);
            call(gateway, 200);
            assertThat(callsTo(well)).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"zone = a, '', true", "zone = a, zone-aware = false, false", "'', '', false"})
    void callsStayInTheZoneOfTheGateway(String zone, String setting, boolean stay) throws Exception {
        try (TestServer here = TestServer.start();
                TestServer there = TestServer.start();
                GatewayProcess gateway = gateway(zone
                        + "\n discovery.static.services { echo = [ { metadata.zone = a, address = \"127.0.0.1:"
                        + here.port() + "\" }, { metadata.zone = b, address = \"127.0.0.1:" + there.port()
                        + "\" } ] }\n services.echo.balance { " + setting + " }")) {
            gateway.start();
            awaitHealthy(gateway, 2);
            call(gateway, 100);
            if (stay) {
                assertThat(there.calls()).isEmpty();
                here.kill();
                call(gateway, 50);
                assertThat(there.calls()).as("none is lost").hasSize(50);
            } else {
                assertThat(there.calls()).isNotEmpty();
            }
        }
    }

    /** The second one comes up when the first has been there for a while; it has two fifths only 10 s later. */
    @ParameterizedTest
    @CsvSource({"20s, 8200, 0.01, 0.4", "0s, 0, 0.48, 0.52"})
    void aNewInstanceBeginsWithLittle(String slowStart, long afterMillis, double least, double most) throws Exception {
        try (TestServer old = TestServer.start();
                TestServer fresh = TestServer.start()) {
            fresh.kill();
            try (GatewayProcess gateway = gateway(statics(old, fresh)
                    + " services.echo.balance { policy = round-robin, slow-start = " + slowStart + " }")) {
                gateway.start();
                awaitHealthy(gateway, 1);
                Pause.millis(afterMillis);
                fresh.restart();
                awaitHealthy(gateway, 2);
                call(gateway, 100);
                assertThat(fresh.calls().size() / 100.0).isBetween(least, most);
            }
        }
    }

    /** Calls of one client come from one address; those of two authorities may part. */
    @ParameterizedTest
    @ValueSource(strings = {"source", "authority", "{ header = x-user }"})
    void whatIsHashedIsWhatTheConfigurationSays(String hashOn) throws Exception {
        try (TestServer a = TestServer.start();
                TestServer b = TestServer.start();
                TestServer c = TestServer.start();
                GatewayProcess gateway =
                        gateway(statics(a, b, c) + " services.echo.balance { policy = maglev, hash-on = " + hashOn
                                + " }\n routes = [ { match { path-prefix = \"/\" }, service = echo } ]")) {
            gateway.start();
            awaitHealthy(gateway, 3);
            for (int authority = 0; authority < 20; authority++) {
                try (TestClient client = TestClient.connect(
                        gateway.ports().getOrDefault("main", 0),
                        "authority-" + authority,
                        TestServer.SERVICE,
                        channel -> channel)) {
                    client.unary(HELLO);
                    client.unary(HELLO);
                }
            }
            List<Integer> calls =
                    List.of(a.calls().size(), b.calls().size(), c.calls().size());
            assertThat(calls.stream().mapToInt(n -> n).sum()).isEqualTo(40);
            long reached = calls.stream().filter(n -> n > 0).count();
            if (hashOn.equals("source")) {
                assertThat(reached).isEqualTo(1);
            } else {
                // Twenty names, or forty calls without the header, all at one of three: not in a million runs.
                assertThat(reached).isGreaterThan(1);
            }
            if (hashOn.equals("authority")) {
                assertThat(calls).as("each authority's two calls are together").allMatch(n -> n % 2 == 0);
            }
        }
    }
}
