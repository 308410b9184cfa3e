package io.leasegate.server.dev;

import io.leasegate.server.dev.DevLayout.DemoInstance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The processes of the stack and the folder with their data and logs. Started by one thread; {@link #close()} may be called from any, at
 * any time, also while it starts.
 *
 * <p>The order of the end: the demo services first, so that they take their registrations out of etcd; then the gateway, then etcd.
 */
final class DevStack implements AutoCloseable {

    /** The one part whose output is read here and does not go to its log. */
    private static final String CLIENT = "client";

    private final DevSettings settings;
    private final DevLayout layout;
    private final Path folder;
    private final ProcessGuard guard;
    private final Consumer<Part> onEnd;
    // Guarded by this.
    private final List<Part> services = new ArrayList<>();
    private final List<Part> infrastructure = new ArrayList<>();
    private boolean closed;

    /**
     * Makes the folder and the guard.
     *
     * @param onEnd told, on any thread, when a part has ended before {@link #close()}
     */
    DevStack(DevSettings settings, DevLayout layout, Consumer<Part> onEnd) throws IOException {
        this.settings = settings;
        this.layout = layout;
        this.onEnd = onEnd;
        this.folder = Files.createTempDirectory("leasegate-dev-");
        this.guard = new ProcessGuard(folder);
    }

    Path folder() {
        return folder;
    }

    /** All that were started. */
    synchronized List<Part> parts() {
        List<Part> all = new ArrayList<>(infrastructure);
        all.addAll(services);
        return all;
    }

    void startEtcd() throws IOException, StackFailure {
        String binary = System.getenv().getOrDefault("LEASEGATE_ETCD", "etcd");
        String peer = "http://127.0.0.1:" + layout.etcdPeerPort();
        start(
                infrastructure,
                "etcd",
                List.of(
                        binary,
                        "--name=dev",
                        "--data-dir=" + folder.resolve("etcd"),
                        "--listen-client-urls=" + layout.etcd(),
                        "--advertise-client-urls=" + layout.etcd(),
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=dev=" + peer,
                        "--logger=zap",
                        "--log-level=warn"));
    }

    void startGateway() throws IOException, StackFailure {
        Path file = folder.resolve("gateway.conf");
        Files.writeString(file, layout.configuration(), StandardCharsets.UTF_8);
        // After etcd in the list, so that it ends before it.
        start(infrastructure, "gateway", launcher("serve", "--config", file.toString()));
    }

    Part startDemo(DemoInstance instance) throws IOException, StackFailure {
        List<String> command = launcher("demo", instance.service());
        command.addAll(List.of("--name", instance.name(), "--port", Integer.toString(instance.port())));
        command.addAll(List.of("--gateway", layout.gateway()));
        if (layout.etcdPort() != 0) {
            command.addAll(List.of("--etcd", layout.etcd()));
        }
        return start(services, instance.name(), command);
    }

    /** The client that calls the reception service for each line it is sent. */
    DemoClient startClient() throws IOException, StackFailure {
        List<String> command = launcher("demo", "call", "--gateway", layout.gateway(), "--lines");
        return new DemoClient(start(services, CLIENT, command));
    }

    private List<String> launcher(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(settings.home().resolve("leasegate").toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private synchronized Part start(List<Part> group, String name, List<String> command)
            throws IOException, StackFailure {
        if (closed) {
            throw new StackFailure("stopped while it was starting");
        }
        Path log = folder.resolve(name + ".log");
        List<String> detached = new ArrayList<>(OwnSession.PREFIX);
        detached.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(detached).directory(folder.toFile()).redirectError(log.toFile());
        if (!name.equals(CLIENT)) {
            builder.redirectErrorStream(true).redirectOutput(log.toFile());
        }
        prepareEnvironment(name, builder.environment());
        Process process = builder.start();
        Part part = new Part(name, process, log);
        group.add(part);
        guard.add(process.pid());
        part.onEnd().thenAccept(this::ended);
        return part;
    }

    private static void prepareEnvironment(String name, Map<String, String> environment) {
        // The same Java for all, and one look at the sources was enough.
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("LEASEGATE_SKIP_BUILD", "yes");
        String given = environment.getOrDefault("LEASEGATE_JAVA_OPTS", "");
        // What the user gives is for the gateway, which here is to start fast and not to reach its best speed.
        environment.put("LEASEGATE_JAVA_OPTS", name.equals("gateway") ? "-XX:TieredStopAtLevel=1 " + given : "");
        if (name.equals("etcd")) {
            // Variables meant for another etcd would change this one.
            environment.keySet().removeIf(key -> key.startsWith("ETCD_") && !key.equals("ETCD_UNSUPPORTED_ARCH"));
            if (System.getProperty("os.arch").equals("aarch64")) {
                environment.putIfAbsent("ETCD_UNSUPPORTED_ARCH", "arm64"); // etcd 3.4 does not start there without
            }
        }
    }

    private void ended(Part part) {
        guard.remove(part.pid());
        boolean expected;
        synchronized (this) {
            expected = closed;
        }
        if (!expected) {
            onEnd.accept(part);
        }
    }

    /** Ends all processes, in order, and deletes the folder. A second caller waits for the first. */
    @Override
    public void close() {
        List<Part> first;
        List<Part> last;
        synchronized (this) {
            closed = true;
            first = List.copyOf(services);
            last = List.copyOf(infrastructure);
        }
        synchronized (guard) {
            first.forEach(Part::askToEnd);
            first.forEach(part -> part.awaitEnd(settings.stopLimitMillis()));
            for (int i = last.size() - 1; i >= 0; i--) {
                last.get(i).askToEnd();
                last.get(i).awaitEnd(settings.stopLimitMillis());
            }
            deleteFolder();
            guard.close();
        }
    }

    private void deleteFolder() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // What could not be deleted is left to the guard, which comes after all processes have ended.
        }
    }
}
