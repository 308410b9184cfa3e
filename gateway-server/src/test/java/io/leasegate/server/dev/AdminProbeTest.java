package io.leasegate.server.dev;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AdminProbeTest {

    private static final String SERVICES = """
            {"revision": 3, "source": "etcd", "services": [
              {"name": "a", "instances": [
                {"address": "127.0.0.1:1", "metadata": {"note": "state"}, "state": "healthy"},
                {"address": "127.0.0.1:2", "state": "unhealthy"}]},
              {"name": "b", "instances": [{"address": "127.0.0.1:3", "state": "healthy"}]}]}
            """;

    @Test
    void countsWhatIsHealthy() throws IOException {
        assertThat(AdminProbe.countHealthy(new ByteArrayInputStream(SERVICES.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(2);
    }

    @Test
    void asksTheAdminListener() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        int[] ready = {503};
        server.createContext("/ready", exchange -> {
            exchange.sendResponseHeaders(ready[0], -1);
            exchange.close();
        });
        server.createContext("/api/services", exchange -> {
            byte[] body = SERVICES.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        AdminProbe probe =
                new AdminProbe("http://127.0.0.1:" + server.getAddress().getPort());
        try {
            assertThat(probe.isReady()).isFalse();
            ready[0] = 200;
            assertThat(probe.isReady()).isTrue();
            assertThat(probe.healthyInstances()).isEqualTo(2);
        } finally {
            server.stop(0);
        }
        assertThat(probe.isReady()).isFalse();
        assertThat(probe.healthyInstances()).isZero();
    }
}
