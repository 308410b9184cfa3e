package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.leasegate.server.config.ConfigLoader;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Routes as the configuration has them. */
@Timeout(120)
class RouteGatewayTest {

    private static final int CALLS = 4_000;
    private static final Metadata.Key<String> MIRROR =
            Metadata.Key.of("x-leasegate-mirror", Metadata.ASCII_STRING_MARSHALLER);

    @TempDir
    private Path folder;

    private GatewayProcess gateway(String more) throws Exception {
        Path file = folder.resolve("gateway.conf");
        Files.writeString(
                file,
                "leasegate { listeners = [ { address = \"127.0.0.1\", port = 0, name = main } ]\n admin.port = 0\n"
                        + more + " }");
        return new GatewayProcess(ConfigLoader.load(file), "test", () -> 0);
    }

    /** Without the health checks. */
    private static long calls(TestServer server) {
        Metadata.Key<String> forwarded = Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER);
        return server.calls().stream().filter(m -> m.containsKey(forwarded)).count();
    }

    @Test
    void callsAreCopiedAndFaultsAreInjected() throws Exception {
        try (TestServer stable = TestServer.start();
                TestServer next = TestServer.start();
                RunningGateway gateway = new RunningGateway(
                        folder,
                        "discovery.static.services { echo = [ { version = v1, address = \"127.0.0.1:" + stable.port()
                                + "\" }, { version = v2, address = \"127.0.0.1:" + next.port() + "\" } ] }\n"
                                + "routes = [ { match.authority = broken, service = echo,"
                                + " fault.abort { status = ABORTED, message = \"on purpose\" } },"
                                + " { match.path-prefix = \"/\", service = echo, version = v1,"
                                + " mirror { service = echo, version = v2 } } ]")) {
            gateway.awaitReady();
            for (int i = 0; i < 20; i++) {
                assertThat(gateway.call("any.example")).isEqualTo(Status.Code.OK);
            }
            assertThat(gateway.call("broken")).isEqualTo(Status.Code.ABORTED);
            RunningGateway.await(
                    () -> gateway.get("/metrics"),
                    () -> gateway.get("/metrics")
                            .contains("leasegate_mirrored_calls_total{result=\"answered\",service=\"echo\"} 20.0"));
            assertThat(calls(stable)).isEqualTo(20);
            assertThat(calls(next)).isEqualTo(20);
            assertThat(next.calls())
                    .filteredOn(m -> "true".equals(m.get(MIRROR)))
                    .hasSize(20);
        }
    }

    @Test
    void callsAreSplitByTheWeightsOfARoute() throws Exception {
        try (TestServer old = TestServer.start();
                TestServer canary = TestServer.start();
                GatewayProcess gateway =
                        gateway("discovery.static.services { echo = [ { version = v1, address = \"127.0.0.1:"
                                + old.port() + "\" }, { version = v2, address = \"127.0.0.1:" + canary.port()
                                + "\" } ] }\n"
                                + " routes = [ { match.path-prefix = \"/\", split = [ { service = echo, version = v1, weight = 95 },"
                                + " { service = echo, version = v2, weight = 5 } ] } ]")) {
            gateway.start();
            try (TestClient client = TestClient.connect(gateway.ports().getOrDefault("main", 0), "any.example")) {
                for (int i = 0; i < CALLS; i++) {
                    client.unary("hello".getBytes(StandardCharsets.UTF_8));
                }
            }
            long toCanary = calls(canary);
            // 5 % of them are 200, with a standard deviation of 14.
            assertThat(toCanary).isBetween(110L, 290L);
            assertThat(calls(old) + toCanary).isEqualTo(CALLS);
        }
    }
}
