package io.leasegate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.leasegate.testkit.DnsServer;
import io.leasegate.testkit.EtcdProcess;
import io.leasegate.testkit.TestServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code registrations} against a real etcd and real instances. */
class RegistrationsCommandTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static EtcdProcess etcd;
    private static TestServer server;

    @TempDir
    Path directory = Path.of("");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() {
        etcd = EtcdProcess.launch();
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
        etcd.close();
    }

    @AfterEach
    void empty() throws Exception {
        post("/v3/kv/deleterange", "{\"key\":\"AA==\",\"range_end\":\"AA==\"}");
    }

    private static String post(String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(etcd.endpoint() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private static void put(String key, String value, long lease) throws Exception {
        post(
                "/v3/kv/put",
                "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\",\"lease\":" + lease + "}");
    }

    private static void delete(String key) throws Exception {
        post("/v3/kv/deleterange", "{\"key\":\"" + base64(key) + "\"}");
    }

    private static long lease() throws Exception {
        return new ObjectMapper()
                .readTree(post("/v3/lease/grant", "{\"TTL\":60}"))
                .get("ID")
                .asLong();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String seed(int port) {
        return "{\"name\":\"echo\",\"addr\":\"127.0.0.1:" + port + "\",\"version\":\"1\",\"weight\":1}";
    }

    private int run(String prefixes, String... options) throws IOException {
        return runWith(
                "leasegate.discovery.etcd { endpoints = [ \"" + etcd.endpoint() + "\" ], prefixes = " + prefixes
                        + " }\n",
                options);
    }

    private int runWith(String configuration, String... options) throws IOException {
        Path file = Files.writeString(directory.resolve("gate.conf"), configuration);
        List<String> args = new ArrayList<>(List.of("registrations", "--config", file.toString()));
        args.addAll(List.of(options));
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args.toArray(String[]::new));
    }

    @Test
    void aRegistryInOrder() throws Exception {
        put("/echo/1", seed(server.port()), lease());

        assertThat(run("[ \"/\" ]", "--lint", "--strict")).as(out.toString()).isZero();
        assertThat(out.toString()).contains("1 registration, 0 refused keys").endsWith("0 errors, 0 warnings\n");
    }

    @Test
    void warningsCountWhenTheyAreToCount() throws Exception {
        put("/echo/1", seed(server.port()), 0);

        assertThat(run("[ \"/\" ]", "--lint")).as(out.toString()).isZero();
        assertThat(out.toString())
                .contains("warning no-lease: echo /echo/1 has no lease")
                .endsWith("0 errors, 1 warning\n");
        assertThat(run("[ \"/\" ]", "--lint", "--strict")).isEqualTo(RegistrationsCommand.FOUND);
    }

    @Test
    void whatIsWrongIsFoundAndToldByTheExitCode() throws Exception {
        int free = EtcdProcess.freePorts(1)[0];
        put("/echo/1", seed(server.port()), lease());
        put("/echo/2", seed(free), lease());
        put("/echo/3", seed(etcd.clientPort()), lease());
        put("user.rpc/1", "127.0.0.1:1", lease());

        assertThat(run("[ \"/\" ]", "--lint")).isEqualTo(RegistrationsCommand.FOUND);
        assertThat(out.toString())
                .contains("error   unreachable: echo 127.0.0.1:" + free + " /echo/2 cannot be reached")
                .contains(
                        "warning keys-elsewhere: registry keys outside the prefixes would register instances, such as 'user.rpc/1'")
                .doesNotContain("127.0.0.1:" + server.port() + " /echo/1 ");
    }

    @Test
    void otherSourcesAreReadTooAndHaveNoLeases() throws Exception {
        Path instances = Files.writeString(
                directory.resolve("instances.conf"),
                "services { echo = [ { address = \"127.0.0.1:" + server.port() + "\", weight = 3 } ] }");
        try (DnsServer dns = DnsServer.start()) {
            dns.a("chat.test", 60, "127.0.0.1");
            int result = runWith(
                    "leasegate { dns.name-servers = [ \"" + dns.address() + "\" ]\n"
                            + " discovery { file.path = instances.conf\n"
                            + " dns.services { chat = [ \"chat.test:" + server.port() + "\", \"nobody.test:1\" ] }\n"
                            + " static.services { talk = [ { address = \"127.0.0.1:" + server.port() + "\" } ] } } }",
                    "--lint",
                    "--json");
            assertThat(result).as(out.toString()).isZero();
        }
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("revision").asLong()).isZero();
        assertThat(json.path("registrations"))
                .extracting(r -> r.path("service").asText() + " "
                        + r.path("source").asText() + " "
                        + r.path("format").asText() + " " + r.path("key").asText() + ": "
                        + r.path("rule").asText())
                .containsExactlyInAnyOrder(
                        "talk static static : listed in the configuration",
                        "echo file file " + instances + ": listed in the file",
                        "chat dns dns chat.test:" + server.port() + ": found under the name");
        assertThat(json.path("ignored"))
                .extracting(
                        r -> r.path("key").asText() + ": " + r.path("reason").asText())
                .containsExactly("nobody.test:1: there is no such name (NXDOMAIN)");
        assertThat(json.path("findings"))
                .extracting(f -> f.path("code").asText())
                .containsExactly("shared-address");
        assertThat(err.toString()).contains("warning: dns: nobody.test:1: there is no such name");
    }

    @Test
    void aSourceThatCannotBeReadIsNamed() throws Exception {
        Files.writeString(directory.resolve("instances.conf"), "services {");
        assertThat(runWith("leasegate.discovery.file.path = instances.conf")).isEqualTo(Main.WRONG_USE);
        assertThat(err.toString()).contains("instances.conf: line 1");
    }

    @Test
    void withoutLintTheListAloneIsPrintedAndAllIsWell() throws Exception {
        put("/echo/2", "{\"name\":\"echo\",\"addr\":\"nowhere\"}", 0);

        assertThat(run("[ \"/\" ]", "--json")).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("refused")).hasSize(1);
        assertThat(json.get("findings").get(0).get("code").asText()).isEqualTo("malformed");

        assertThat(run("[ \"/\" ]")).isZero();
        assertThat(out.toString())
                .endsWith("\n1 error, 0 warnings: --lint lists them, and looks at the addresses too\n");
    }

    @Test
    void aPrefixWithAFormatAndAService() throws Exception {
        put("shop/a", "127.0.0.1:6", 0);

        assertThat(run("[ \"/\", { prefix = \"shop/\", format = go-kit, service = shop } ]", "--json"))
                .isZero();
        JsonNode one =
                new ObjectMapper().readTree(out.toString()).get("registrations").get(0);
        assertThat(one.get("service").asText()).isEqualTo("shop");
        assertThat(one.get("address").asText()).isEqualTo("127.0.0.1:6");
        assertThat(one.get("format").asText()).isEqualTo("go-kit");
        assertThat(one.get("rule").asText()).startsWith("the configuration names the format");
    }

    @Test
    void optionsThatDoNotGoTogether() throws Exception {
        assertThat(run("[ \"/\" ]", "--strict")).isEqualTo(Main.WRONG_USE);
        assertThat(run("[ \"/\" ]", "--color", "blue")).isEqualTo(Main.WRONG_USE);
        assertThat(err.toString()).contains("--strict goes with --lint.");
    }

    @Test
    void changesAreFollowed() throws Exception {
        put("/echo/1", seed(1), 0);
        try (Watching watching = new Watching("--color", "never")) {
            await(() -> text().contains(" + echo 127.0.0.1:1 weight 1 version 1 seed /echo/1 @"));
            await(() -> text().contains(" ! listed: "));
            put("/echo/1", seed(1).replace("\"weight\":1", "\"weight\":7"), 0);
            await(() -> text().contains(" ~ echo 127.0.0.1:1 weight 7 version 1"));
            put("/echo/2", "{\"name\":\"echo\",\"addr\":\"nowhere\"}", 0);
            await(() -> text().contains(" ! malformed /echo/2 (seed): addr: \"nowhere\" has no port"));
            delete("/echo/1");
            await(() -> text().contains(" - echo 127.0.0.1:1 weight 7"));
            assertThat(watching.end()).isZero();
        }
    }

    @Test
    void findingsAreFollowed() throws Exception {
        int port = EtcdProcess.freePorts(1)[0];
        String there = "echo 127.0.0.1:" + port + " /echo/1 ";
        put("/echo/1", seed(port), lease());
        try (Watching watching = new Watching("--lint", "--color", "never")) {
            await(() -> text().contains(" + error   unreachable: " + there + "cannot be reached"));
            await(() -> text().contains(" = 1 error, 0 warnings\n"));

            HttpServer page = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            page.start();
            try {
                put("/echo/2", seed(server.port()), 0);
                await(() -> text().contains(" - error   unreachable: " + there));
                await(() -> text().contains(" + error   speaks-http1: " + there + "speaks HTTP/1"));
                await(() -> text().contains(" + warning no-lease: echo /echo/2 has no lease"));
                await(() -> text().contains(" = 1 error, 1 warning\n"));
            } finally {
                page.stop(0);
            }
            delete("/echo/1");
            await(() -> text().contains(" - error   speaks-http1: " + there));
            await(() -> text().contains(" = 0 errors, 1 warning\n"));
            assertThat(watching.end()).isZero();
        }
    }

    /** Nothing tells of an instance that stops listening, so addresses are looked at although nothing changes. */
    @Test
    void addressesAreLookedAtAgainAndAgain() throws Exception {
        TestServer dying = TestServer.start();
        put("/echo/1", seed(dying.port()), lease());
        try (Watching watching = new Watching("--lint", "--json")) {
            await(() -> text().contains("\"event\":\"counted\""));
            dying.close();
            await(() -> text().lines().count() >= 3);
            JsonNode found = new ObjectMapper().readTree(text().lines().toList().get(1));
            assertThat(found.path("event").asText()).isEqualTo("found");
            assertThat(found.path("severity").asText()).isEqualTo("error");
            assertThat(found.path("code").asText()).isEqualTo("unreachable");
            assertThat(found.path("address").asText()).isEqualTo("127.0.0.1:" + dying.port());
            JsonNode counted =
                    new ObjectMapper().readTree(text().lines().toList().get(2));
            assertThat(counted.path("event").asText()).isEqualTo("counted");
            assertThat(counted.path("errors").asInt()).isEqualTo(1);
            assertThat(watching.end()).isEqualTo(RegistrationsCommand.FOUND);
        }
    }

    @Test
    void whatWasFoundStaysWhileNobodyCanLook() throws Exception {
        Path instances = Files.writeString(
                directory.resolve("instances.conf"), "services { echo = [ { address = \"127.0.0.1:1\" } ] }");
        String configuration = "leasegate.discovery.file { path = instances.conf, interval = 100ms }";
        try (Watching watching = new Watching(() -> runWith(configuration, "--watch", "--lint", "--color", "never"))) {
            await(() -> text().contains(" = 1 error, 0 warnings\n"));
            Files.delete(instances);
            await(() -> text().contains(" ! trouble: file: "));
            assertThat(text()).doesNotContain(" - error");
            Files.writeString(instances, "services { echo = [ { address = \"127.0.0.1:" + server.port() + "\" } ] }");
            await(() -> text().contains(" ! all sources can be read\n"));
            await(() -> text().contains(" - error   unreachable: echo 127.0.0.1:1 "));
            await(() -> text().contains(" = 0 errors, 0 warnings\n"));
            assertThat(watching.end()).isZero();
        }
    }

    /** The command with {@code --watch}, on a thread of its own. */
    private final class Watching implements AutoCloseable {

        private final FutureTask<Integer> task;
        private final Thread thread;

        Watching(String... options) {
            this(() -> {
                List<String> all = new ArrayList<>(List.of("--watch"));
                all.addAll(List.of(options));
                return run("[ \"/\" ]", all.toArray(String[]::new));
            });
        }

        Watching(Callable<Integer> command) {
            task = new FutureTask<>(command);
            thread = new Thread(task, "watching");
            thread.start();
        }

        /** Interrupts it, and waits for its exit code. */
        int end() throws Exception {
            thread.interrupt();
            return task.get(20, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            thread.interrupt();
            try {
                thread.join(20_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String text() {
        synchronized (out.getBuffer()) {
            return out.toString();
        }
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("still time; printed so far: " + out)
                    .isLessThan(end);
            Thread.sleep(10);
        }
    }
}
