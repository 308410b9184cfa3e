package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.leasegate.registrar.Registrar;
import io.leasegate.server.config.ConfigLoader;
import io.leasegate.server.config.ConfigurationException;
import io.leasegate.testkit.EtcdProcess;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way: instances register themselves in a real etcd, and calls reach them through a gateway. */
class EtcdGatewayTest {

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private EtcdProcess etcd;

    @SuppressWarnings("NullAway.Init")
    private GatewayProcess gateway;

    @BeforeEach
    void launch() throws Exception {
        etcd = EtcdProcess.launch();
        gateway = gateway();
    }

    private GatewayProcess gateway() throws IOException, ConfigurationException {
        Path file = directory.resolve("gateway.conf");
        Files.writeString(
                file,
                "leasegate {\n listeners = [ { name = main, address = \"127.0.0.1\", port = 0 } ]\n admin.port = 0\n"
                        + " access-log.enabled = false\n discovery.etcd.endpoints = [ \"" + etcd.endpoint()
                        + "\" ]\n discovery.etcd.saved-table = saved-table\n}\n");
        return new GatewayProcess(ConfigLoader.load(file), "test", () -> 0);
    }

    @AfterEach
    void close() {
        gateway.close();
        etcd.close();
    }

    private Registrar register(int port) throws InterruptedException {
        Registrar r = Registrar.builder()
                .endpoints(etcd.endpoint())
                .service("echo")
                .address("127.0.0.1:" + port)
                .version("1.0.0")
                .ttl(Duration.ofSeconds(2))
                .build();
        r.start();
        assertThat(r.awaitRegistered(Duration.ofSeconds(10))).isTrue();
        return r;
    }

    private TestClient client() {
        return TestClient.connect(gateway.ports().getOrDefault("main", 0), "echo");
    }

    private static Status.Code call(TestClient client) {
        try {
            client.unary(HELLO);
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    private static boolean within(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(10);
        }
        return true;
    }

    @Test
    void anInstanceTakesCallsFromItsRegistrationToItsLeave() throws Exception {
        gateway.start();
        try (TestServer instance = TestServer.start();
                TestClient client = client()) {
            assertThat(call(client)).isEqualTo(Status.Code.UNIMPLEMENTED);
            Registrar registrar = register(instance.port());
            assertThat(within(Duration.ofSeconds(5), () -> call(client) == Status.Code.OK))
                    .isTrue();
            registrar.close();
            assertThat(within(Duration.ofSeconds(5), () -> call(client) == Status.Code.UNAVAILABLE))
                    .as("the service is known, but empty")
                    .isTrue();
        }
    }

    /** Asks etcd over its HTTP gateway; returns the revision that it then has. */
    private long etcd(String call, String key, String value) throws Exception {
        Base64.Encoder base64 = Base64.getEncoder();
        String body = "{\"key\":\"" + base64.encodeToString(key.getBytes(StandardCharsets.UTF_8)) + "\",\"value\":\""
                + base64.encodeToString(value.getBytes(StandardCharsets.UTF_8)) + "\"}";
        String range = body.replaceFirst(",\"value.*", "}");
        HttpResponse<String> response = http(HttpRequest.newBuilder(URI.create(etcd.endpoint() + "/v3/kv/" + call))
                .POST(HttpRequest.BodyPublishers.ofString(call.equals("put") ? body : range)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new ObjectMapper()
                .readTree(response.body())
                .at("/header/revision")
                .asLong();
    }

    private static HttpResponse<String> http(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> barrier(long revision, String timeout) throws Exception {
        return http(HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                + gateway.ports().getOrDefault("admin", 0) + "/api/barrier?revision=" + revision + "&timeout="
                + timeout)));
    }

    @Test
    void behindTheBarrierOfADeletionNoCallReachesTheInstance() throws Exception {
        gateway.start();
        try (TestServer a = TestServer.start();
                TestServer b = TestServer.start();
                TestClient client = client()) {
            String value = "{\"name\":\"echo\",\"addr\":\"127.0.0.1:%d\",\"version\":\"\",\"weight\":1}";
            etcd("put", "/echo/127.0.0.1:" + a.port(), value.formatted(a.port()));
            for (int round = 0; round < 20; round++) {
                String key = "/echo/127.0.0.1:" + b.port();
                long put = etcd("put", key, value.formatted(b.port()));
                assertThat(barrier(put, "20s").statusCode()).isEqualTo(200);
                for (int i = 0; i < 4; i++) {
                    assertThat(call(client)).isEqualTo(Status.Code.OK);
                }
                long deletion = etcd("deleterange", key, "");
                assertThat(barrier(deletion, "20s").statusCode()).isEqualTo(200);
                int until = b.calls().size();
                for (int i = 0; i < 4; i++) {
                    assertThat(call(client)).isEqualTo(Status.Code.OK);
                }
                assertThat(b.calls()).hasSize(until);
            }
            long elsewhere = etcd("put", "not-under-a-prefix", "x");
            assertThat(barrier(elsewhere, "20s").statusCode()).isEqualTo(200);
            assertThat(barrier(elsewhere + 1, "100ms").statusCode()).isEqualTo(504);
            etcd.kill();
            assertThat(within(Duration.ofSeconds(20), () -> gateway.ports().isEmpty() || status(elsewhere + 1) == 503))
                    .as("without etcd the reason is etcd")
                    .isTrue();
        }
    }

    private JsonNode services() {
        return get("/api/services", text -> new ObjectMapper().readTree(text));
    }

    private String metrics() {
        return get("/metrics", text -> text);
    }

    private interface Reader<T> {
        T read(String text) throws Exception;
    }

    private <T> T get(String path, Reader<T> reader) {
        try {
            return reader.read(http(HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + gateway.ports().getOrDefault("admin", 0) + path)))
                    .body());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private String states() {
        List<String> states = new ArrayList<>();
        services()
                .at("/services/0/instances")
                .forEach(i -> states.add(i.path("state").asText()));
        return String.join(" ", states);
    }

    @Test
    void aWipedEtcdTakesNoInstanceOutThatStillAnswers() throws Exception {
        gateway.start();
        TestServer b = TestServer.start();
        try (TestServer a = TestServer.start();
                TestClient client = client()) {
            String value = "{\"name\":\"echo\",\"addr\":\"127.0.0.1:%d\",\"version\":\"\",\"weight\":1}";
            for (TestServer s : List.of(a, b)) {
                etcd("put", "/echo/127.0.0.1:" + s.port(), value.formatted(s.port()));
            }
            assertThat(within(Duration.ofSeconds(20), () -> states().equals("healthy healthy")))
                    .isTrue();

            etcd.kill();
            etcd.wipe();
            etcd.start();

            assertThat(within(Duration.ofSeconds(30), () -> states().equals("held held")))
                    .as("states: " + states())
                    .isTrue();
            for (int i = 0; i < 20; i++) {
                assertThat(call(client)).isEqualTo(Status.Code.OK);
            }
            JsonNode services = services();
            assertThat(services.at("/alarms/0").asText()).contains("2 instances are held");
            assertThat(services.at("/services/0/instances/0/stateReason").asText())
                    .contains("etcd's data were lost or restored");
            assertThat(metrics())
                    .contains("leasegate_registry_incidents_total{cause=\"wiped\"} 1")
                    .contains("leasegate_registry_held_instances 2")
                    .contains("leasegate_instances{service=\"echo\",state=\"held\"} 2");

            etcd("put", "/echo/127.0.0.1:" + a.port(), value.formatted(a.port()));
            b.close();
            assertThat(within(Duration.ofSeconds(20), () -> states().equals("healthy")))
                    .as("one registered again, the other one is dead: " + states())
                    .isTrue();
            assertThat(services().at("/alarms").size()).isZero();
            assertThat(call(client)).isEqualTo(Status.Code.OK);
        }
    }

    @Test
    void aColdStartWithEtcdAwayServesTheSavedTable() throws Exception {
        gateway.start();
        try (TestServer a = TestServer.start()) {
            String value = "{\"name\":\"echo\",\"addr\":\"127.0.0.1:%d\",\"version\":\"\",\"weight\":1}";
            etcd("put", "/echo/127.0.0.1:" + a.port(), value.formatted(a.port()));
            assertThat(within(Duration.ofSeconds(20), () -> states().equals("healthy")))
                    .isTrue();
            gateway.close();
            assertThat(directory.resolve("saved-table")).exists();
            etcd.kill();

            gateway = gateway();
            gateway.start();

            try (TestClient client = client()) {
                assertThat(within(Duration.ofSeconds(20), () -> call(client) == Status.Code.OK))
                        .isTrue();
            }
            assertThat(gateway.obstacles()).isEmpty();
            assertThat(services().at("/alarms/0").asText()).contains("the table was saved at");
            assertThat(metrics()).contains("leasegate_registry_restored 1").contains("leasegate_etcd_connected 0");
            etcd.start();
            assertThat(within(
                            Duration.ofSeconds(20),
                            () -> services().at("/alarms").isEmpty()))
                    .isTrue();
            assertThat(metrics()).contains("leasegate_registry_restored 0").contains("leasegate_etcd_connected 1");
            assertThat(states()).isEqualTo("healthy");
        }
    }

    private int status(long revision) {
        try {
            return barrier(revision, "50ms").statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void callsGoOnWhileEtcdIsAwayAndTheTableIsTrueAfterwards() throws Exception {
        gateway.start();
        try (TestServer a = TestServer.start();
                TestServer b = TestServer.start();
                TestClient client = client();
                Registrar first = register(a.port())) {
            assertThat(within(Duration.ofSeconds(5), () -> call(client) == Status.Code.OK))
                    .isTrue();
            etcd.kill();
            for (int i = 0; i < 50; i++) {
                assertThat(call(client)).isEqualTo(Status.Code.OK);
            }
            etcd.start();
            int before = b.calls().size();
            try (Registrar second = register(b.port())) {
                assertThat(within(Duration.ofSeconds(5), () -> {
                            call(client);
                            return b.calls().size() > before;
                        }))
                        .as("the instance that registered after the restart takes calls")
                        .isTrue();
                assertThat(second.status().key()).contains(Integer.toString(b.port()));
            }
            assertThat(first.status().key()).contains(Integer.toString(a.port()));
        }
    }

    @Test
    void withoutEtcdTheGatewayWaitsAndSaysWhy() throws Exception {
        etcd.stop();
        Thread starting = new Thread(() -> {
            try {
                gateway.start();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        starting.start();
        assertThat(within(
                        Duration.ofSeconds(10),
                        () -> gateway.obstacles().stream().anyMatch(o -> o.contains("127.0.0.1:" + etcd.clientPort()))))
                .as("the reason names etcd's address")
                .isTrue();
        etcd.start();
        assertThat(within(Duration.ofSeconds(10), () -> gateway.obstacles().isEmpty()))
                .isTrue();
        starting.join(5_000);
        assertThat(starting.isAlive()).isFalse();
    }
}
