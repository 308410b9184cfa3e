package io.leasegate.loadtest.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.Scrape;
import io.leasegate.loadtest.host.Workspace;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The gateway of a private stack, which can be drained and started again on the same ports. For one thread at a time, but for the questions. */
public final class RunningGateway {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Workspace workspace;
    private final List<String> command;
    private final String javaOptions;
    private final int port;
    private final int adminPort;
    private volatile Workspace.@Nullable Started process;

    RunningGateway(Workspace workspace, Launcher launcher, String etcdUrl, String configuration, String javaOptions)
            throws IOException {
        this.workspace = workspace;
        // What the user gives is for the gateway, and comes last, so that it wins.
        this.javaOptions = javaOptions + " " + System.getenv().getOrDefault("LEASEGATE_JAVA_OPTS", "");
        this.port = workspace.freePort();
        this.adminPort = workspace.freePort();
        Path file = workspace.folder().resolve("gateway.conf");
        Files.writeString(file, """
                leasegate {
                  listeners = [ { address = "127.0.0.1", port = %d } ]
                  admin { address = "127.0.0.1", port = %d }
                  discovery.etcd.endpoints = [ "%s" ]
                  access-log.output = "/dev/null"
                %s}
                """.formatted(port, adminPort, etcdUrl, configuration.indent(2)));
        this.command = launcher.command("serve", "--config", file.toString());
    }

    public int port() {
        return port;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Starts it and waits until it is ready. */
    public void start() throws IOException, BenchFailure, InterruptedException {
        Workspace.Started started = workspace.start("gateway", command, Launcher.environment(javaOptions));
        process = started;
        boolean isReady = Await.until(START_LIMIT, () -> {
            started.checkAlive();
            return get("/ready") != null;
        });
        if (!isReady) {
            throw new BenchFailure(
                    "the gateway is not ready within " + START_LIMIT.toSeconds() + " s: " + started.lastLines());
        }
    }

    /**
     * Drains it with SIGTERM.
     *
     * @return its exit code
     * @throws BenchFailure if it does not end within the limit
     */
    public int drain(Duration limit) throws BenchFailure, InterruptedException {
        return running().stop(limit);
    }

    /** To be called once it has ended and its log is not needed any more. */
    public void forget() throws BenchFailure {
        running().close();
    }

    private Workspace.Started running() throws BenchFailure {
        Workspace.Started started = process;
        if (started == null) {
            throw new BenchFailure("the gateway was not started");
        }
        return started;
    }

    /** What it has in memory now, as the system counts it. */
    public long residentBytes() throws BenchFailure {
        return running().tree().memory().residentBytes();
    }

    public void checkAlive() throws BenchFailure {
        running().checkAlive();
    }

    public Scrape scrape() throws BenchFailure, InterruptedException {
        return Scrape.of(adminPort);
    }

    /** Lines of its log since its last start that tell of a defect: errors, and buffers that were not released. */
    public List<String> defects() throws BenchFailure {
        List<String> found = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(running().log(), StandardCharsets.ISO_8859_1)) {
                if (line.contains("LEAK: ") || line.contains(" ERROR ") || line.startsWith("java.lang.")) {
                    found.add(line);
                }
            }
        } catch (IOException e) {
            throw new BenchFailure("the gateway's log cannot be read: " + e.getMessage(), e);
        }
        return found;
    }

    /** The state of each instance by the key of its registration, as it is routed by now; null while nobody answers. */
    public @Nullable Map<String, String> instances() throws BenchFailure, InterruptedException {
        String text = get("/api/services");
        if (text == null) {
            return null;
        }
        Map<String, String> states = new TreeMap<>();
        try {
            for (JsonNode service : JSON.readTree(text).path("services")) {
                for (JsonNode instance : service.path("instances")) {
                    states.put(
                            instance.path("key").asText(),
                            instance.path("state").asText());
                }
            }
        } catch (IOException e) {
            throw new BenchFailure("the gateway's table cannot be read: " + e.getMessage(), e);
        }
        return states;
    }

    /** The body of a page, or null where the answer is not 200. */
    private @Nullable String get(String path) throws InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + adminPort + path);
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(uri).timeout(ASK_LIMIT).build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? answer.body() : null;
        } catch (IOException e) {
            return null;
        }
    }
}
