package io.leasegate.loadtest.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The folder of one run and the processes that were started in it. {@link #close()} ends them all and deletes the folder; a guard does so if this
 * process is killed. Any thread.
 */
public final class Workspace implements AutoCloseable {

    private static final long END_LIMIT_MILLIS = 5000;
    private static final int LOG_LINES = 12;

    private final Path folder;
    private final ProcessGuard guard;
    private final List<Started> running = new ArrayList<>();
    private final Set<Integer> ports = new HashSet<>();
    private int count;
    private boolean isClosed;

    /** @param purpose a word for the folder's name */
    public Workspace(String purpose) throws IOException {
        folder = Files.createTempDirectory("leasegate-" + purpose + "-");
        guard = new ProcessGuard(folder);
    }

    /** A process with the file that its output goes to. */
    public final class Started implements AutoCloseable {
        private final String name;
        private final Process process;
        private final Path log;

        private Started(String name, Process process, Path log) {
            this.name = name;
            this.process = process;
            this.log = log;
        }

        public long pid() {
            return process.pid();
        }

        public ProcessTree tree() {
            return new ProcessTree(process.pid());
        }

        /**
         * Does nothing while it runs.
         *
         * @throws BenchFailure with the end of its output, if it has ended
         */
        public void checkAlive() throws BenchFailure {
            if (!process.isAlive()) {
                throw new BenchFailure(name + " ended with exit code " + process.exitValue() + ": " + lastLines());
            }
        }

        /** The file with what it printed. */
        public Path log() {
            return log;
        }

        /** Sends a signal to it alone: a name such as TERM, KILL, STOP. */
        public void signal(String name) throws BenchFailure, InterruptedException {
            try {
                Process kill = new ProcessBuilder("kill", "-s", name, Long.toString(process.pid())).start();
                kill.waitFor();
            } catch (IOException e) {
                throw new BenchFailure("a signal cannot be sent: " + e.getMessage(), e);
            }
        }

        /** Ends it with SIGKILL, from one moment to the next. */
        public void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        /**
         * Ends it with SIGTERM and waits.
         *
         * @return its exit code
         * @throws BenchFailure if that takes too long
         */
        public int stop(Duration limit) throws BenchFailure, InterruptedException {
            process.destroy();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new BenchFailure(
                        name + " did not end within " + limit.toSeconds() + " s of SIGTERM: " + lastLines());
            }
            return process.exitValue();
        }

        /** The end of what it printed. */
        public String lastLines() {
            try {
                List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
                return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()))
                        .strip();
            } catch (IOException e) {
                return "(its output cannot be read: " + e.getMessage() + ")";
            }
        }

        /** Ends it with SIGTERM, and with SIGKILL if that is not enough. */
        @Override
        public void close() {
            // The workers too: some servers leave them behind when they themselves are killed.
            List<ProcessHandle> workers = process.descendants().toList();
            process.destroy();
            try {
                if (!process.waitFor(END_LIMIT_MILLIS, TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                    process.waitFor(1, TimeUnit.SECONDS);
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
            workers.forEach(ProcessHandle::destroyForcibly);
            guard.remove(process.pid());
            synchronized (Workspace.this) {
                running.remove(this);
            }
            try {
                Files.deleteIfExists(log); // an access log can be large
            } catch (IOException e) {
                // It goes with the folder.
            }
        }
    }

    public Path folder() {
        return folder;
    }

    /** Starts a process in a session of its own, so that Ctrl-C reaches this one alone. */
    public synchronized Started start(String name, List<String> command, Map<String, String> environment)
            throws IOException, BenchFailure {
        if (isClosed) {
            throw new BenchFailure("stopped");
        }
        Path log = folder.resolve(name + "-" + ++count + ".log");
        List<String> detached = new ArrayList<>(List.of("setsid"));
        detached.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(detached)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        Started started = new Started(name, builder.start(), log);
        guard.add(started.pid());
        running.add(started);
        return started;
    }

    /** A port of 127.0.0.1 that was free a moment ago and is not given out again. */
    public synchronized int freePort() throws IOException {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (ports.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            }
        }
    }

    @Override
    public void close() {
        List<Started> left;
        synchronized (this) {
            isClosed = true;
            left = new ArrayList<>(running);
        }
        for (int i = left.size() - 1; i >= 0; i--) {
            left.get(i).close();
        }
        guard.close();
    }
}
