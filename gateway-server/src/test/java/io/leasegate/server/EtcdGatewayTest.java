package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.leasegate.registrar.Registrar;
import io.leasegate.server.config.ConfigLoader;
import io.leasegate.server.config.ConfigurationException;
import io.leasegate.testkit.EtcdProcess;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
                        + "\" ]\n}\n");
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
