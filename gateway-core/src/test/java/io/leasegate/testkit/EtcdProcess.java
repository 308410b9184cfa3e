package io.leasegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A real etcd process on free loopback ports with a data directory of its own. It can be killed, frozen, wiped and started again on
 * the same ports; {@link #close()} ends it and deletes its data. The binary is {@code etcd} on the path, or what the environment
 * variable {@code LEASEGATE_ETCD} names.
 */
public final class EtcdProcess implements AutoCloseable {

    private final Path directory;
    private final String name;
    private final int clientPort;
    private final int peerPort;
    private final String cluster;
    private Process process;

    private EtcdProcess(Path directory, String name, int clientPort, int peerPort, String cluster) {
        this.directory = directory;
        this.name = name;
        this.clientPort = clientPort;
        this.peerPort = peerPort;
        this.cluster = cluster;
    }

    /** Starts a fresh single-member etcd and waits until it serves. */
    public static EtcdProcess launch() {
        return launchCluster(1).get(0);
    }

    /** Starts the members of a fresh cluster and waits until all of them serve. */
    public static List<EtcdProcess> launchCluster(int size) {
        int[] ports = freePorts(2 * size);
        String cluster = IntStream.range(0, size)
                .mapToObj(i -> "m" + i + "=" + peerUrl(ports[size + i]))
                .collect(Collectors.joining(","));
        List<EtcdProcess> members = new ArrayList<>();
        try {
            for (int i = 0; i < size; i++) {
                Path directory = Files.createTempDirectory("leasegate-etcd-");
                members.add(new EtcdProcess(directory, "m" + i, ports[i], ports[size + i], cluster));
            }
            members.forEach(EtcdProcess::spawn);
            members.forEach(EtcdProcess::awaitHealthy);
            return members;
        } catch (IOException | RuntimeException e) {
            members.forEach(EtcdProcess::close);
            throw new IllegalStateException("etcd could not be started", e);
        }
    }

    private static String peerUrl(int port) {
        return "http://127.0.0.1:" + port;
    }

    /** The client URL. */
    public String endpoint() {
        return "http://127.0.0.1:" + clientPort;
    }

    public int clientPort() {
        return clientPort;
    }

    /** Starts the process on its ports and data and waits until it answers {@code /health}. */
    public void start() {
        spawn();
        awaitHealthy();
    }

    /** Starts the process without waiting: a member of a cluster that has no quorum yet cannot serve. */
    public void spawn() {
        String binary = System.getenv().getOrDefault("LEASEGATE_ETCD", "etcd");
        List<String> command = new ArrayList<>(List.of(
                binary,
                "--name=" + name,
                "--data-dir=" + directory.resolve("data"),
                "--listen-client-urls=" + endpoint(),
                "--advertise-client-urls=" + endpoint(),
                "--listen-peer-urls=" + peerUrl(peerPort),
                "--initial-advertise-peer-urls=" + peerUrl(peerPort),
                "--initial-cluster=" + cluster,
                "--logger=zap",
                "--log-level=error"));
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("etcd.log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Tests need a real etcd: install the package etcd-server, or set LEASEGATE_ETCD to the binary", e);
        }
    }

    /** Ends the process at once, as {@code kill -9} does; data stays. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Stops the process in an orderly way; data stays. */
    public void stop() {
        process.destroy();
        awaitExit();
    }

    /** Freezes the process (SIGSTOP). */
    public void freeze() {
        signal("STOP");
    }

    /** Lets a frozen process go on (SIGCONT). */
    public void thaw() {
        signal("CONT");
    }

    /** Deletes all data of the stopped process: the next start is a new cluster at revision 1. */
    public void wipe() {
        if (process.isAlive()) {
            throw new IllegalStateException("stop etcd before its data is wiped");
        }
        deleteRecursively(directory.resolve("data"));
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            process.destroyForcibly();
            awaitExit();
        }
        deleteRecursively(directory);
    }

    /** Ports of the loopback address that were free a moment ago. */
    public static int[] freePorts(int count) {
        int[] ports = new int[count];
        try (ServerSocket first = new ServerSocket(0)) {
            ports[0] = first.getLocalPort();
            if (count > 1) {
                // the socket is held open meanwhile, so that no port comes twice
                System.arraycopy(freePorts(count - 1), 0, ports, 1, count - 1);
            }
            return ports;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it answers {@code /health}, which takes a leader. */
    public void awaitHealthy() {
        Duration limit = Duration.ofSeconds(60);
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < end) {
            if (!process.isAlive()) {
                throw new IllegalStateException("etcd ended with " + process.exitValue() + ": " + log());
            }
            if (healthy()) {
                return;
            }
            pause();
        }
        throw new IllegalStateException("etcd is not healthy after " + limit + ": " + log());
    }

    private boolean healthy() {
        try {
            HttpURLConnection c = (HttpURLConnection)
                    URI.create(endpoint() + "/health").toURL().openConnection();
            c.setConnectTimeout(500);
            c.setReadTimeout(1000);
            try {
                return c.getResponseCode() == 200;
            } finally {
                c.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }

    private String log() {
        try {
            return Files.readString(directory.resolve("etcd.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void signal(String name) {
        try {
            // The shell has a kill of its own; a bare machine has no other.
            int exit = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + name + ": exit " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void awaitExit() {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("etcd does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void deleteRecursively(Path root) {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path p : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
