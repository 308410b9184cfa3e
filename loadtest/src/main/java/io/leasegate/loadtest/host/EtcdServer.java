package io.leasegate.loadtest.host;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A private etcd, and what is read from and written to it through its JSON gateway. Any thread; restarts by one at a time. */
public final class EtcdServer {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int OPERATIONS_PER_TRANSACTION = 100; // etcd's own limit is 128
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Workspace workspace;
    private final List<String> command;
    private final String url;
    private volatile Workspace.Started process;

    private EtcdServer(Workspace workspace, List<String> command, String url) throws IOException, BenchFailure {
        this.workspace = workspace;
        this.command = command;
        this.url = url;
        this.process = workspace.start("etcd", command, Map.of());
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param pin what to put before its command
     */
    public static EtcdServer start(Workspace workspace, List<String> pin)
            throws IOException, BenchFailure, InterruptedException {
        String url = "http://127.0.0.1:" + workspace.freePort();
        String peerUrl = "http://127.0.0.1:" + workspace.freePort();
        Path data = workspace.folder().resolve("etcd");
        List<String> command = new ArrayList<>(pin);
        command.addAll(List.of(
                System.getenv().getOrDefault("LEASEGATE_ETCD", "etcd"),
                "--name=bench",
                "--data-dir=" + data,
                "--listen-client-urls=" + url,
                "--advertise-client-urls=" + url,
                "--listen-peer-urls=" + peerUrl,
                "--initial-advertise-peer-urls=" + peerUrl,
                "--initial-cluster=bench=" + peerUrl,
                "--logger=zap",
                "--log-level=warn"));
        EtcdServer etcd = new EtcdServer(workspace, command, url);
        etcd.awaitHealth();
        return etcd;
    }

    /**
     * Ends it, stays away for a time, and starts it again with the data that it had. Returns when it answers.
     *
     * @param kill with SIGKILL, in place of SIGTERM
     */
    public void restart(boolean kill, long awayMillis) throws IOException, BenchFailure, InterruptedException {
        if (kill) {
            process.kill();
        }
        process.close();
        TimeUnit.MILLISECONDS.sleep(awayMillis);
        process = workspace.start("etcd", command, Map.of());
        awaitHealth();
    }

    private void awaitHealth() throws BenchFailure, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            process.checkAlive();
            try {
                HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/health"))
                        .timeout(Duration.ofSeconds(2))
                        .build();
                if (http.send(request, HttpResponse.BodyHandlers.ofString())
                        .body()
                        .contains("true")) {
                    return;
                }
            } catch (IOException e) {
                // Not yet.
            }
            if (System.nanoTime() > deadline) {
                throw new BenchFailure(
                        "etcd does not answer within " + LIMIT.toSeconds() + " s: " + process.lastLines());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    public String url() {
        return url;
    }

    /** Writes an instance's key in the registration format {@code seed}. */
    public void register(String prefix, String service, String address) throws BenchFailure, InterruptedException {
        post("/v3/kv/put", put(prefix, service, address));
    }

    public void unregister(String prefix, String service, String address) throws BenchFailure, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("key", base64(key(prefix, service, address)));
        post("/v3/kv/deleterange", body);
    }

    /** Writes many instances of a service, some at a time. */
    public void registerAll(String prefix, String service, List<String> addresses)
            throws BenchFailure, InterruptedException {
        for (int from = 0; from < addresses.size(); from += OPERATIONS_PER_TRANSACTION) {
            ObjectNode transaction = JsonNodeFactory.instance.objectNode();
            ArrayNode operations = transaction.putArray("success");
            int to = Math.min(from + OPERATIONS_PER_TRANSACTION, addresses.size());
            for (String address : addresses.subList(from, to)) {
                operations.addObject().set("requestPut", put(prefix, service, address));
            }
            post("/v3/kv/txn", transaction);
        }
    }

    /** Deletes all keys that begin so; the prefix has to end with an ASCII character. */
    public void deleteAll(String prefix) throws BenchFailure, InterruptedException {
        post("/v3/kv/deleterange", range(prefix));
    }

    /** All keys that begin so, with their values. */
    public Map<String, String> list(String prefix) throws BenchFailure, InterruptedException {
        JsonNode answer = post("/v3/kv/range", range(prefix));
        Map<String, String> found = new TreeMap<>();
        for (JsonNode pair : answer.path("kvs")) {
            found.put(text(pair.path("key")), text(pair.path("value")));
        }
        return found;
    }

    private static String text(JsonNode base64) {
        return new String(Base64.getDecoder().decode(base64.asText()), StandardCharsets.UTF_8);
    }

    private static ObjectNode range(String prefix) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("key", base64(prefix));
        String end = prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1);
        return body.put("range_end", base64(end));
    }

    private static ObjectNode put(String prefix, String service, String address) {
        ObjectNode value = JsonNodeFactory.instance.objectNode();
        value.put("name", service).put("addr", address).put("version", "").put("weight", 1);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        return body.put("key", base64(key(prefix, service, address))).put("value", base64(value.toString()));
    }

    private static String key(String prefix, String service, String address) {
        return prefix + service + "/" + address;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode post(String path, ObjectNode body) throws BenchFailure, InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                    .timeout(LIMIT)
                    .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                    .build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode json = JSON.readTree(answer.body());
            if (answer.statusCode() != 200 || !json.has("header")) {
                throw new BenchFailure("etcd refused " + path + ": " + answer.body());
            }
            return json;
        } catch (IOException e) {
            throw new BenchFailure("etcd at " + url + " does not answer: " + e, e);
        }
    }
}
