package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leasegate.server.config.ConfigLoader;
import io.leasegate.server.config.ConfigurationException;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole gateway from a configuration file, with real clients, instances and HTTP requests to its admin listener. */
class GatewayProcessTest {

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    private GatewayProcess process(String body) throws IOException, ConfigurationException {
        Path file = directory.resolve("gateway.conf");
        Files.writeString(
                file,
                "leasegate {\n admin.port = 0\n access-log.output = \"" + directory.resolve("access.log") + "\"\n"
                        + body + "\n}\n");
        return new GatewayProcess(ConfigLoader.load(file), "test", () -> 0);
    }

    private HttpResponse<String> get(GatewayProcess p, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(p, "admin") + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static int port(GatewayProcess p, String listener) {
        return p.ports().getOrDefault(listener, 0);
    }

    @Test
    void aStaticServiceIsServedAndSeenEverywhere() throws Exception {
        try (TestServer instance = TestServer.start();
                GatewayProcess p = process("listeners = [ { name = main, address = \"127.0.0.1\", port = 0 } ]\n"
                        + "discovery.static.services { echo = [ { address = \"127.0.0.1:" + instance.port()
                        + "\", weight = 3, version = \"1.2\" } ] }")) {
            p.start();
            assertThat(get(p, "/ready").statusCode()).isEqualTo(200);
            try (TestClient client = TestClient.connect(port(p, "main"), "echo")) {
                assertThat(client.unary("hi".getBytes(StandardCharsets.UTF_8))).isNotEmpty();
            }
            assertThat(get(p, "/api/services").body())
                    .contains("\"127.0.0.1:" + instance.port() + "\"")
                    .contains("\"weight\":3")
                    .contains("\"version\":\"1.2\"")
                    .contains("\"state\":\"healthy\"");
            assertThat(get(p, "/metrics").body()).contains("# TYPE ").contains("service=\"echo\"");
        }
        assertThat(Files.readString(directory.resolve("access.log"))).contains("echo");
    }

    @Test
    void drainEndsTheProcessAndReadySaysSo() throws Exception {
        try (GatewayProcess p = process("listeners = [ { name = main, address = \"127.0.0.1\", port = 0 } ]\n"
                + "discovery.static.services { echo = [ { address = \"127.0.0.1:1\" } ] }")) {
            p.start();
            assertThat(p.obstacles()).isEmpty();
            p.drain();
            p.awaitEnd();
            assertThat(p.obstacles()).contains("draining");
        }
    }

    @Test
    void aPortInUseIsNamedWithWhatToDo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                GatewayProcess p = process("listeners = [ { address = \"127.0.0.1\", port = " + taken.getLocalPort()
                        + " } ]\n" + "discovery.static.services { echo = [ { address = \"127.0.0.1:1\" } ] }")) {
            assertThatThrownBy(p::start)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("leasegate.listeners[0]: cannot bind 127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("choose another");
        }
    }
}
