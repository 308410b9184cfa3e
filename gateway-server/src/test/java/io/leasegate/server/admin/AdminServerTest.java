package io.leasegate.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.routing.Cluster;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.routing.TestTables;
import io.leasegate.server.explain.Explanations;
import io.leasegate.server.explain.RecentCalls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdminServerTest {

    private final RouteTableRef table = new RouteTableRef(TestTables.of(1, 7, "etcd"));
    private final AtomicInteger drains = new AtomicInteger();
    private volatile List<String> obstacles = List.of();
    private final HandBarrier barrier = new HandBarrier();
    private volatile String metricsText = "m 1\n";
    private final List<AdminServer> servers = new ArrayList<>();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Opens by hand. */
    private static final class HandBarrier implements Barrier {
        final Map<Long, Runnable> waiting = new ConcurrentHashMap<>();
        volatile String obstacle = "";

        @Override
        public Runnable whenRouted(long revision, Runnable task) {
            if (revision <= 7) {
                task.run();
                return () -> {};
            }
            waiting.put(revision, task);
            return () -> waiting.remove(revision);
        }

        @Override
        public String obstacle() {
            return obstacle;
        }
    }

    @Test
    void theBarrierAnswersOnceTheRevisionIsRoutedByEveryLoop() throws Exception {
        AdminServer server = start();
        JsonNode now = new ObjectMapper()
                .readTree(send(server, "GET", "/api/barrier?revision=7").body());
        assertThat(now.get("revision").asLong()).isEqualTo(7);
        assertThat(now.get("routedRevision").asLong()).isEqualTo(7);
        CompletableFuture<HttpResponse<String>> later = client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                + server.address().getPort() + "/api/barrier?revision=8&timeout=30s"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        while (!barrier.waiting.containsKey(8L)) {
            Thread.sleep(5);
        }
        assertThat(send(server, "GET", "/live").statusCode())
                .as("the admin thread does not wait")
                .isEqualTo(200);
        assertThat(later).isNotDone();
        table.publish(TestTables.of(2, 8, "etcd"));
        barrier.waiting.get(8L).run();
        HttpResponse<String> answer = later.get(20, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(new ObjectMapper()
                        .readTree(answer.body())
                        .get("routedRevision")
                        .asLong())
                .isEqualTo(8);
    }

    @Test
    void aBarrierThatIsNotReachedSaysWhy() throws Exception {
        AdminServer server = start();
        HttpResponse<String> late = send(server, "GET", "/api/barrier?revision=9&timeout=50ms");
        assertThat(late.statusCode()).isEqualTo(504);
        JsonNode json = new ObjectMapper().readTree(late.body());
        assertThat(json.get("error").asText())
                .contains("revision 9 after 50 ms", "the table is at revision 7", "the etcd that this gateway follows");
        assertThat(json.get("routedRevision").asLong()).isEqualTo(7);
        assertThat(json.get("waitedMillis").asLong()).isGreaterThanOrEqualTo(50);
        assertThat(barrier.waiting).as("nothing stays behind").isEmpty();
        barrier.obstacle = "etcd at http://127.0.0.1:1 refuses connections";
        HttpResponse<String> without = send(server, "GET", "/api/barrier?revision=9&timeout=50ms");
        assertThat(without.statusCode()).isEqualTo(503);
        assertThat(new ObjectMapper().readTree(without.body()).get("error").asText())
                .contains("refuses connections");
    }

    @Test
    void aBarrierWithoutSenseIsRefused() throws Exception {
        AdminServer server = start();
        Map<String, String> wrong = Map.of(
                "/api/barrier", "revision is missing",
                "/api/barrier?revision=-1", "expected a whole number",
                "/api/barrier?revision=x", "expected a whole number",
                "/api/barrier?revision=99999999999999999999", "expected a whole number",
                "/api/barrier?revision=1&timeout=5", "timeout: expected a duration with a unit",
                "/api/barrier?revision=1&timeout=0s", "more than zero",
                "/api/barrier?revision=1&timeout=1h", "5m at most");
        for (Map.Entry<String, String> w : wrong.entrySet()) {
            HttpResponse<String> response = send(server, "GET", w.getKey());
            assertThat(response.statusCode()).as(w.getKey()).isEqualTo(400);
            assertThat(new ObjectMapper().readTree(response.body()).get("error").asText())
                    .contains(w.getValue());
        }
        assertThat(send(server, "POST", "/api/barrier?revision=1").statusCode()).isEqualTo(405);
    }

    @Test
    void whoLeavesIsNotWaitedFor() throws Exception {
        AdminServer server = start();
        try (Socket socket = connect(server)) {
            socket.getOutputStream()
                    .write("GET /api/barrier?revision=9&timeout=300ms HTTP/1.1\r\nHost: x\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            while (!barrier.waiting.containsKey(9L)) {
                Thread.sleep(5);
            }
        }
        while (barrier.waiting.containsKey(9L)) {
            Thread.sleep(5);
        }
        assertThat(send(server, "GET", "/live").statusCode()).isEqualTo(200);
    }

    @AfterEach
    void close() {
        servers.forEach(AdminServer::close);
    }

    private AdminServer start() throws IOException {
        return start(AdminSettings.of("127.0.0.1", 0));
    }

    private AdminServer start(AdminSettings settings) throws IOException {
        AdminServer server = new AdminServer(
                settings,
                table,
                () -> obstacles,
                (accept, out) -> {
                    if (metricsText.isEmpty()) {
                        throw new IOException("no metrics today");
                    }
                    out.write(metricsText.getBytes(StandardCharsets.UTF_8));
                    return "text/plain; version=0.0.4; charset=utf-8";
                },
                barrier,
                new Explanations(table, new RecentCalls(0, 1)),
                drains::incrementAndGet);
        servers.add(server);
        server.start();
        return server;
    }

    private HttpResponse<String> send(AdminServer server, String method, String path, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.address().getPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static Socket connect(AdminServer server) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Sends the text on a connection of its own and reads until the server closes. */
    private static String raw(AdminServer server, String text) throws IOException {
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String readUntil(InputStream in, String end) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (!out.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("closed after: " + out.toString(StandardCharsets.ISO_8859_1));
            }
            out.write(b);
        }
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void readyWithoutObstacles() throws Exception {
        HttpResponse<String> response = send(start(), "GET", "/ready");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("ready\n");
    }

    @Test
    void notReadyNamesEveryObstacle() throws Exception {
        obstacles = List.of("etcd unreachable at http://127.0.0.1:1: refused; retrying since 12 s", "draining");
        HttpResponse<String> response = send(start(), "GET", "/ready");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body())
                .contains("etcd unreachable at http://127.0.0.1:1: refused; retrying since 12 s")
                .contains("draining");
    }

    @Test
    void liveMetricsIndexAndHead() throws Exception {
        AdminServer server = start();
        assertThat(send(server, "GET", "/live").body()).isEqualTo("live\n");

        HttpResponse<String> metrics = send(server, "GET", "/metrics");
        assertThat(metrics.body()).isEqualTo(metricsText);
        assertThat(metrics.headers().firstValue("content-type")).hasValue("text/plain; version=0.0.4; charset=utf-8");

        assertThat(send(server, "GET", "/").body()).contains("/ready", "/metrics", "POST /api/drain");
        HttpResponse<String> html = send(server, "GET", "/", "accept", "text/html,*/*");
        assertThat(html.headers().firstValue("content-type").orElseThrow()).startsWith("text/html");
        assertThat(html.body()).contains("<a href=\"/api/services\">");

        HttpResponse<String> head = send(server, "HEAD", "/metrics");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("content-length")).hasValue("4");
        assertThat(send(server, "HEAD", "/api/services").statusCode()).isEqualTo(200);
        assertThat(send(server, "GET", "/live?verbose=1").statusCode()).isEqualTo(200);
    }

    @Test
    void failingPageIs500AndTheConnectionLives() throws Exception {
        AdminServer server = start();
        metricsText = "";
        HttpResponse<String> response = send(server, "GET", "/metrics");
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("no metrics today");
        assertThat(send(server, "GET", "/live").statusCode()).isEqualTo(200);
    }

    @Test
    void unknownPathAndMethod() throws Exception {
        AdminServer server = start();
        HttpResponse<String> missing = send(server, "GET", "/health");
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(missing.body()).contains("/ready").contains("/live");

        HttpResponse<String> post = send(server, "POST", "/ready");
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("allow")).hasValue("GET, HEAD");

        HttpResponse<String> get = send(server, "GET", "/api/drain");
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("allow")).hasValue("POST");
        assertThat(drains).hasValue(0);
    }

    @Test
    void drainRunsAndRefusesOtherSites() throws Exception {
        AdminServer server = start();
        String self = "http://127.0.0.1:" + server.address().getPort();
        assertThat(send(server, "POST", "/api/drain", "origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(drains).hasValue(0);
        assertThat(send(server, "POST", "/api/drain", "origin", self).statusCode())
                .isEqualTo(200);
        assertThat(send(server, "POST", "/api/drain").statusCode()).isEqualTo(200);
        assertThat(drains).hasValue(2);
    }

    @Test
    void servicesAsTheContractHasThem() throws Exception {
        Endpoint healthy = TestTables.endpoint("echo", 5001, Map.of("zone", "a\"\u0007é\ud800"));
        healthy.state(EndpointState.HEALTHY, "");
        healthy.stats().begin();
        Endpoint unchecked = TestTables.endpoint("echo", 5002);
        Endpoint draining = TestTables.endpoint("other", 5003);
        draining.state(EndpointState.DRAINING, "gone");
        table.publish(TestTables.of(
                2,
                42,
                "etcd",
                new Cluster("echo", List.of(healthy, unchecked)),
                new Cluster("other", List.of(draining)),
                new Cluster("void", List.of())));

        HttpResponse<String> response = send(start(), "GET", "/api/services");
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        JsonNode json = new ObjectMapper().readTree(response.body());
        assertThat(json.path("revision").asLong()).isEqualTo(42);
        assertThat(json.path("source").asText()).isEqualTo("etcd");
        assertThat(json.path("services")).hasSize(3);
        JsonNode first = json.at("/services/0/instances/0");
        assertThat(json.at("/services/0/name").asText()).isEqualTo("echo");
        assertThat(first.path("address").asText()).isEqualTo("127.0.0.1:5001");
        assertThat(first.path("weight").asLong()).isEqualTo(10);
        assertThat(first.path("version").asText()).isEqualTo("v1");
        assertThat(first.at("/metadata/zone").asText()).isEqualTo("a\"\u0007é\ud800");
        assertThat(first.path("format").asText()).isEqualTo("seed");
        assertThat(first.path("key").asText()).isEqualTo("/echo/127.0.0.1:5001");
        assertThat(first.path("leaseTtlSeconds").asLong()).isEqualTo(15);
        assertThat(first.path("leaseId").asText()).isEqualTo("694d9b");
        assertThat(first.path("state").asText()).isEqualTo("healthy");
        assertThat(first.path("inFlight").asInt()).isEqualTo(1);
        JsonNode second = json.at("/services/0/instances/1");
        assertThat(second.path("state").asText()).isEqualTo("unhealthy");
        assertThat(second.path("stateReason").asText()).isEqualTo("not checked yet");
        assertThat(json.at("/services/1/instances/0/state").asText()).isEqualTo("draining");
        assertThat(json.at("/services/2/instances")).isEmpty();
    }

    private void publishLargeTable() {
        List<Cluster> clusters = new ArrayList<>();
        for (int c = 0; c < 10; c++) {
            List<Endpoint> endpoints = new ArrayList<>();
            for (int e = 0; e < 1000; e++) {
                endpoints.add(TestTables.endpoint("service-" + c, 1000 + e, Map.of("zone", "z".repeat(100))));
            }
            clusters.add(new Cluster("service-" + c, endpoints));
        }
        table.publish(TestTables.of(3, 99, "etcd", clusters.toArray(new Cluster[0])));
    }

    @Test
    void tenThousandInstances() throws Exception {
        publishLargeTable();
        JsonNode json = new ObjectMapper()
                .readTree(send(start(), "GET", "/api/services").body());
        assertThat(json.path("services")).hasSize(10);
        for (JsonNode service : json.path("services")) {
            assertThat(service.path("instances")).hasSize(1000);
        }
    }

    @Test
    void largeAnswerToASlowReaderDoesNotHoldOthersUp() throws Exception {
        publishLargeTable();
        AdminServer server = start();
        try (Socket slow = connect(server)) {
            slow.getOutputStream()
                    .write("GET /api/services HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(slow.getInputStream().readNBytes(15))
                    .isEqualTo("HTTP/1.1 200 OK".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 20; i++) {
                assertThat(send(server, "GET", "/live").statusCode()).isEqualTo(200);
            }
            byte[] rest = slow.getInputStream().readAllBytes();
            assertThat(new String(rest, StandardCharsets.US_ASCII)).endsWith("0\r\n\r\n");
            assertThat(rest.length).isGreaterThan(3_000_000);
        }
    }

    @Test
    void http10GetsAnUnchunkedBodyAndAClose() throws Exception {
        String response = raw(start(), "GET /api/services HTTP/1.0\r\n\r\n");
        assertThat(response).startsWith("HTTP/1.0 200 OK").doesNotContainIgnoringCase("transfer-encoding");
        JsonNode json = new ObjectMapper().readTree(response.substring(response.indexOf("\r\n\r\n")));
        assertThat(json.path("revision").asLong()).isEqualTo(7);
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        publishLargeTable();
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            requests.append("GET ").append(i % 2 == 0 ? "/live" : "/ready").append(" HTTP/1.1\r\nhost: a\r\n\r\n");
        }
        requests.append("GET /api/services HTTP/1.1\r\nhost: a\r\n\r\n");
        requests.append("GET /nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        String all = raw(start(), requests.toString());
        assertThat(all.split("\nlive\n", -1)).hasSize(101);
        assertThat(all.split("\nready\n", -1)).hasSize(101);
        assertThat(all.indexOf("\nready\n")).isGreaterThan(all.indexOf("\nlive\n"));
        assertThat(all.indexOf("HTTP/1.1 404")).isGreaterThan(all.indexOf("\"revision\":99"));
    }

    @Test
    void garbageIsRefusedWithAText() throws Exception {
        AdminServer server = start();
        assertThat(raw(server, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n"))
                .contains(" 400 ")
                .contains("not an HTTP/1.1 request");
        assertThat(raw(server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
                .contains(" 505 ")
                .contains("leasegate.listeners");
        assertThat(raw(server, "GET /" + "a".repeat(5000) + " HTTP/1.1\r\n\r\n"))
                .contains(" 414 ");
        assertThat(raw(server, "GET /live HTTP/1.1\r\na: " + "b".repeat(20_000) + "\r\n\r\n"))
                .contains(" 431 ");
        assertThat(raw(
                        server,
                        "POST /api/drain HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n" + "x".repeat(100_000)))
                .contains(" 413 ");
        assertThat(raw(
                        server,
                        "POST /api/drain HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
                                + ("1000\r\n" + "y".repeat(4096) + "\r\n").repeat(4)))
                .contains(" 413 ");
        assertThat(drains).hasValue(0);
        assertThat(send(server, "GET", "/live").statusCode()).isEqualTo(200);
    }

    @Test
    void expectContinueAndBodyOfADrain() throws Exception {
        try (Socket socket = connect(start())) {
            OutputStream out = socket.getOutputStream();
            out.write("POST /api/drain HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(readUntil(socket.getInputStream(), "\r\n\r\n")).startsWith("HTTP/1.1 100 ");
            out.write("{}".getBytes(StandardCharsets.US_ASCII));
            assertThat(readUntil(socket.getInputStream(), "draining\n")).startsWith("HTTP/1.1 200 ");
        }
        assertThat(drains).hasValue(1);
    }

    @Test
    void aClientThatTricklesItsRequestIsCutOff() throws Exception {
        AdminServer server = start(new AdminSettings("127.0.0.1", 0, 10, 300, 5_000));
        try (Socket socket = connect(server)) {
            long begun = System.nanoTime();
            OutputStream out = socket.getOutputStream();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 200; i++) {
                            out.write('a');
                            Thread.sleep(50);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(System.nanoTime() - begun).isBetween(200_000_000L, 5_000_000_000L);
        }
    }

    @Test
    void aClientThatNeverReadsItsAnswerIsCutOff() throws Exception {
        publishLargeTable();
        AdminServer server = start(new AdminSettings("127.0.0.1", 0, 1, 5_000, 300));
        try (Socket socket = connect(server)) {
            socket.getOutputStream()
                    .write("GET /api/services HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            // The one place that this server has is free again when the stalled connection is gone.
            assertThat(eventuallyLive(server)).isTrue();
        }
    }

    private boolean eventuallyLive(AdminServer server) throws Exception {
        for (int i = 0; i < 100; i++) {
            String answer = raw(server, "GET /live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            if (answer.contains(" 200 ")) {
                return i > 0;
            }
            assertThat(answer)
                    .satisfiesAnyOf(
                            a -> assertThat(a).contains(" 503 "),
                            a -> assertThat(a).isEmpty());
            Thread.sleep(50);
        }
        return false;
    }

    @Test
    void connectionsAreBounded() throws Exception {
        AdminServer server = start(new AdminSettings("127.0.0.1", 0, 2, 5_000, 5_000));
        try (Socket a = connect(server);
                Socket b = connect(server);
                Socket c = connect(server)) {
            assertThat(new String(c.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("too many connections");
            a.getOutputStream().write("GET /live HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(readUntil(a.getInputStream(), "live\n")).contains(" 200 ");
            assertThat(b.isClosed()).isFalse();
        }
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> start(AdminSettings.of("127.0.0.1", port)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("leasegate.admin.port");
        }
        assertThatThrownBy(() -> start(AdminSettings.of("192.0.2.1", 0)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("leasegate.admin.address");
    }

    @Test
    void closeEndsOpenConnections() throws Exception {
        AdminServer server = start();
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write("GET /live HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            readUntil(socket.getInputStream(), "live\n");
            server.close();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }
}
