package io.leasegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace of Linux with one link to this one: a host of its own that can fall silent. Needs root and the program
 * {@code ip}; {@link #obstacle()} says what is missing. All that it makes goes with {@link #close}.
 */
public final class NetworkNamespace implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name;
    private final String link;
    private final String hostAddress;
    private final String address;

    private NetworkNamespace(String name, String link, String subnet) {
        this.name = name;
        this.link = link;
        this.hostAddress = subnet + ".1";
        this.address = subnet + ".2";
    }

    /** Why there can be none on this machine; empty when there can. */
    public static String obstacle() {
        String probe = "lgprobe" + ProcessHandle.current().pid();
        try {
            String out = tryRun(List.of("ip", "netns", "add", probe));
            if (out.isEmpty()) {
                tryRun(List.of("ip", "netns", "del", probe));
            }
            return out;
        } catch (IOException e) {
            return "no program ip: " + e.getMessage();
        }
    }

    /** Makes a namespace whose link has addresses of 198.18.0.0/15, which is set aside for tests (RFC 2544). */
    public static NetworkNamespace create() {
        long pid = ProcessHandle.current().pid();
        // Names of links have 15 characters at most.
        String id = pid % 1_000_000 + "x" + COUNT.incrementAndGet();
        String there = "lgn" + id;
        NetworkNamespace ns = new NetworkNamespace("lg" + id, "lgh" + id, "198.18." + pid % 256);
        run("ip", "netns", "add", ns.name);
        try {
            run("ip", "link", "add", ns.link, "type", "veth", "peer", "name", there, "netns", ns.name);
            run("ip", "addr", "add", ns.hostAddress + "/30", "dev", ns.link);
            run("ip", "link", "set", ns.link, "up");
            ns.ip("addr", "add", ns.address + "/30", "dev", there);
            ns.ip("link", "set", there, "up");
            ns.ip("link", "set", "lo", "up");
            return ns;
        } catch (RuntimeException e) {
            try {
                ns.close();
            } catch (RuntimeException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    /** The address of the other end. */
    public String address() {
        return address;
    }

    /** From now on the other end hears and says nothing: no FIN, no RST, no answer. */
    public void fallSilent() {
        ip("route", "add", "blackhole", hostAddress + "/32");
    }

    /** The opposite of {@link #fallSilent}. */
    public void speakAgain() {
        ip("route", "del", "blackhole", hostAddress + "/32");
    }

    /** Starts a Java program with this one's class path in the namespace; its output goes to a file. */
    public Process java(Path output, Class<?> main, String... args) {
        List<String> command = new ArrayList<>(List.of(
                "ip",
                "netns",
                "exec",
                name,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(args));
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ip(String... args) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(args));
        run(command.toArray(String[]::new));
    }

    private static void run(String... command) {
        try {
            String out = tryRun(List.of(command));
            if (!out.isEmpty()) {
                throw new IllegalStateException(String.join(" ", command) + ": " + out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the program said when it failed; empty when it did not. */
    private static String tryRun(List<String> command) throws IOException {
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (!p.waitFor(10, TimeUnit.SECONDS)) {
                p.destroyForcibly();
                return "no end within 10 s";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return p.exitValue() == 0 ? "" : "exit " + p.exitValue() + ": " + out;
    }

    /** The link goes first: the kernel keeps a namespace, and with it the link, while connections in it are not over. */
    @Override
    public void close() {
        try {
            run("ip", "link", "del", link);
        } finally {
            run("ip", "netns", "del", name);
        }
    }
}
