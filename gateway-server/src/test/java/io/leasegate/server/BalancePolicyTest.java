package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies as the configuration names them, weights as instances register them in a real etcd. */
@Timeout(120)
class BalancePolicyTest {

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
        try {
            String services = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                            + gateway.ports().getOrDefault("admin", 0) + "/api/services"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return services.split("\"state\":\"healthy\"", -1).length - 1;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "random", "least-request"})
    void callsFollowTheWeightsThatInstancesRegister(String policy) throws Exception {
        try (EtcdProcess etcd = EtcdProcess.launch();
                TestServer light = TestServer.start();
                TestServer heavy = TestServer.start();
                GatewayProcess gateway = gateway("discovery.etcd.endpoints = [ \"" + etcd.endpoint()
                        + "\" ]\n services.echo.balance { policy = " + policy + " }")) {
            gateway.start();
            Registrar one = register(etcd, light, 1);
            Registrar three = register(etcd, heavy, 3);
            Pause.until(Duration.ofSeconds(20), () -> "not both are healthy", () -> healthy(gateway) == 2);
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
    void aPolicyThatIsNotThereYetIsRefused() {
        assertThatThrownBy(() -> {
                    try (GatewayProcess p =
                            gateway("discovery.static.services { echo = [ { address = \"127.0.0.1:1\" } ] }\n"
                                    + " services.echo.balance { policy = maglev, hash-on = source }")) {
                        p.start();
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("leasegate.services.echo.balance.policy: not in effect yet");
    }
}
