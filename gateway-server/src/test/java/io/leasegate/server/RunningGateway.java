package io.leasegate.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.leasegate.server.config.ConfigLoader;
import io.leasegate.server.config.ConfigurationException;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.TestClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** A whole gateway from the lines of its configuration, with a client of each service, and what its admin listener says. */
final class RunningGateway implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    private final GatewayProcess process;
    private final Thread starting;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ConcurrentMap<String, TestClient> clients = new ConcurrentHashMap<>();

    /** Begins to start; where its sources are not there yet, it is not ready when this returns. */
    RunningGateway(Path directory, String configuration) throws IOException, ConfigurationException {
        Path file = Files.writeString(
                directory.resolve("gateway.conf"),
                "leasegate {\n listeners = [ { name = main, address = \"127.0.0.1\", port = 0 } ]\n admin.port = 0\n"
                        + " access-log.enabled = false\n" + configuration + "\n}\n");
        process = new GatewayProcess(ConfigLoader.load(file), "test", () -> 0);
        starting = new Thread(() -> {
            try {
                process.start();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        starting.start();
        await(() -> "no admin listener", () -> adminPort() > 0);
    }

    private int adminPort() {
        try {
            return process.ports().getOrDefault("admin", 0);
        } catch (IllegalStateException e) {
            return 0; // not started yet
        }
    }

    RunningGateway awaitReady() {
        await(() -> "not ready: " + get("/ready"), () -> status("/ready") == 200);
        return this;
    }

    static void await(Supplier<String> complaint, java.util.function.BooleanSupplier condition) {
        Pause.until(LIMIT, complaint, condition);
    }

    /** What becomes of a call to the service. */
    Status.Code call(String service) {
        try {
            client(service).unary(HELLO);
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    /** A client of the service; once the gateway is ready. */
    TestClient client(String service) {
        return clients.computeIfAbsent(
                service, s -> TestClient.connect(process.ports().getOrDefault("main", 0), s));
    }

    /** A client of a gRPC service that asks for no service by its authority; once the gateway is ready. */
    TestClient clientOf(String grpcService) {
        return clients.computeIfAbsent(
                "gateway.internal/" + grpcService,
                s -> TestClient.connect(
                        process.ports().getOrDefault("main", 0), "gateway.internal", grpcService, b -> b));
    }

    private HttpResponse<String> http(String path) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int status(String path) {
        return http(path).statusCode();
    }

    String get(String path) {
        return http(path).body();
    }

    JsonNode services() {
        try {
            return new ObjectMapper().readTree(get("/api/services"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The instances as {@code SERVICE ADDRESS FORMAT}, with commas between them. */
    String instances() {
        TreeSet<String> all = new TreeSet<>();
        for (JsonNode service : services().path("services")) {
            for (JsonNode i : service.path("instances")) {
                all.add(service.path("name").asText() + " " + i.path("address").asText() + " "
                        + i.path("format").asText());
            }
        }
        return String.join(", ", all);
    }

    void awaitInstances(String expected) {
        await(() -> instances() + ", expected " + expected, () -> instances().equals(expected));
    }

    /** Waits until the first alarm has all these parts. */
    void awaitAlarm(String... parts) {
        await(() -> "alarms: " + services().path("alarms"), () -> {
            String alarm = services().at("/alarms/0").asText();
            for (String part : parts) {
                if (!alarm.contains(part)) {
                    return false;
                }
            }
            return true;
        });
    }

    void awaitNoAlarm() {
        await(
                () -> "alarms: " + services().path("alarms"),
                () -> services().path("alarms").isEmpty());
    }

    @Override
    public void close() {
        clients.values().forEach(TestClient::close);
        process.close();
        try {
            starting.join(LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
