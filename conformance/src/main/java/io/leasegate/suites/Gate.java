package io.leasegate.suites;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A running {@code leasegate serve} with one listener, in most suites in front of one instance, which every call goes to. One thread. */
final class Gate implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    /** A process that lives for seconds gains nothing from the slower one of the two compilers. */
    private static final Map<String, String> ENVIRONMENT =
            Map.of("LEASEGATE_SKIP_BUILD", "yes", "LEASEGATE_JAVA_OPTS", "-XX:TieredStopAtLevel=1");

    private static final Pattern PORT = Pattern.compile("listener suite on 127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern ADMIN = Pattern.compile("admin listener on 127\\.0\\.0\\.1:(\\d+)");

    private final Child child;
    private int port;
    private int admin;

    private Gate(Child child) {
        this.child = child;
    }

    /**
     * Starts the gateway and waits until it takes calls.
     *
     * @param folder for its configuration and log
     * @param instancePort where the instance listens on the loopback address
     * @param tls settings of the listener, null for clear text
     * @throws IOException when it does not start; the message has its last words
     */
    static Gate start(Path home, Path folder, int instancePort, @Nullable ListenerTls tls)
            throws IOException, InterruptedException {
        Gate gate = start(home, folder, "gateway-" + instancePort, configuration(instancePort, tls));
        try {
            long end = System.nanoTime() + START_LIMIT.toNanos();
            while (!gate.services().contains("\"state\":\"healthy\"")) {
                gate.pause(end, "it does not see its instance");
            }
            return gate;
        } catch (IOException | InterruptedException e) {
            gate.close();
            throw e;
        }
    }

    /**
     * Starts the gateway and waits until it is ready, which takes a table but no instance in it.
     *
     * @param name of its files in the folder
     * @param configuration whose listener is called {@code suite}; it and the admin listener have the port 0
     * @throws IOException when it does not start; the message has its last words
     */
    static Gate start(Path home, Path folder, String name, String configuration)
            throws IOException, InterruptedException {
        Path config = Files.writeString(folder.resolve(name + ".conf"), configuration);
        Child child = Child.start(
                folder.resolve(name + ".log"),
                ENVIRONMENT,
                List.of(home.resolve("leasegate").toString(), "serve", "--config", config.toString()));
        Gate gate = new Gate(child);
        try {
            long end = System.nanoTime() + START_LIMIT.toNanos();
            gate.port = gate.await(PORT, end);
            gate.admin = gate.await(ADMIN, end);
            while (!gate.isReady()) {
                gate.pause(end, "it is not ready");
            }
            return gate;
        } catch (IOException | InterruptedException e) {
            gate.close();
            throw e;
        }
    }

    /** The number that the log tells once it does. */
    private int await(Pattern pattern, long end) throws IOException, InterruptedException {
        Matcher said = pattern.matcher(child.output());
        while (!said.find()) {
            pause(end, "it does not say that it listens");
            said = pattern.matcher(child.output());
        }
        return Integer.parseInt(said.group(1));
    }

    private void pause(long end, String why) throws IOException, InterruptedException {
        if (!child.isAlive() || System.nanoTime() > end) {
            throw new IOException(
                    "the gateway does not start: " + (child.isAlive() ? why : "it ended") + "\n" + child.lastLines());
        }
        Thread.sleep(50);
    }

    private boolean isReady() throws IOException {
        HttpURLConnection connection = (HttpURLConnection) page("/ready").openConnection();
        try {
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } finally {
            connection.disconnect();
        }
    }

    /** The table that it routes by, as JSON. */
    String services() throws IOException {
        try (InputStream in = page("/api/services").openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private URL page(String path) throws IOException {
        return URI.create("http://127.0.0.1:" + admin + path).toURL();
    }

    private static String configuration(int instancePort, @Nullable ListenerTls tls) {
        return """
                leasegate {
                  listeners = [ { name = suite, address = "127.0.0.1", port = 0, max-concurrent-streams = 100%s } ]
                  admin.port = 0
                  discovery.static.services { instance = [ { address = "127.0.0.1:%d" } ] }
                  routes = [ { match.path-prefix = "/", service = instance } ]
                }
                """.formatted(tls == null ? "" : ", " + tls.hocon(), instancePort);
    }

    int port() {
        return port;
    }

    boolean isAlive() {
        return child.isAlive();
    }

    @Override
    public void close() {
        child.close();
    }
}
