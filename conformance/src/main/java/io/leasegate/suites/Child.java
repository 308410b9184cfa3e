package io.leasegate.suites;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A process of another program with its output in a file. It ends with {@link #close}, at the latest with {@link #endAll}. Any thread. */
final class Child implements AutoCloseable {

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();
    private static final int LAST_LINES = 12;

    private final Process process;
    private final Path log;

    private Child(Process process, Path log) {
        this.process = process;
        this.log = log;
        RUNNING.add(process);
    }

    /**
     * Starts a program whose output, of both kinds, goes to the file.
     *
     * @throws IOException when there is no such program
     */
    static Child start(Path log, Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().putAll(environment);
        return new Child(builder.start(), log);
    }

    static Child start(Path log, List<String> command) throws IOException {
        return start(log, Map.of(), command);
    }

    /** Starts a program that is spoken to over its standard input and output; only its errors go to the file. */
    static Child startWithPipes(Path log, List<String> command) throws IOException {
        return new Child(new ProcessBuilder(command).redirectError(log.toFile()).start(), log);
    }

    /** Runs a program to its end, which is brought about when the limit is over. */
    static Child run(Path log, Duration limit, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Child child = start(log, environment, command);
        if (!child.process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            child.close();
            Files.writeString(log, "\nno end within " + limit.toSeconds() + " s\n", StandardOpenOption.APPEND);
        }
        RUNNING.remove(child.process);
        return child;
    }

    static Child run(Path log, Duration limit, List<String> command) throws IOException, InterruptedException {
        return run(log, limit, Map.of(), command);
    }

    /** Kills every process that was started here and runs yet, and waits until it is gone. */
    static void endAll() throws InterruptedException {
        RUNNING.forEach(Process::destroyForcibly);
        for (Process p : RUNNING) {
            p.waitFor();
        }
    }

    Process process() {
        return process;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether it has ended with exit code 0. */
    boolean succeeded() {
        return !process.isAlive() && process.exitValue() == 0;
    }

    String output() throws IOException {
        return Files.readString(log);
    }

    String lastLines() throws IOException {
        List<String> lines = output().strip().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            RUNNING.remove(process);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
