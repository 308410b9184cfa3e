package io.leasegate.server.dev;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One process of the stack.
 *
 * @param name what it is called in messages
 * @param process the process itself, not a wrapper around it
 * @param log the file with its output
 */
record Part(String name, Process process, Path log) {

    private static final int FIRST_SIGNAL = 128;

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    CompletableFuture<Part> onEnd() {
        return process.onExit().thenApply(ended -> this);
    }

    /** In words; only for a part that has ended. */
    String howItEnded() {
        int code = process.exitValue();
        return switch (code) {
            case FIRST_SIGNAL + 9 -> "was killed (SIGKILL)";
            case FIRST_SIGNAL + 15 -> "was ended (SIGTERM)";
            default -> "ended with exit code " + code;
        };
    }

    /** Asks the process to end (SIGTERM) without waiting for it. */
    void askToEnd() {
        process.destroy();
    }

    /** Waits for the end of the process and kills it if that takes too long. */
    void awaitEnd(long limitMillis) {
        try {
            if (!process.waitFor(limitMillis, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                process.waitFor(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Writes a line to the standard input of the process. */
    void send(String line) throws IOException {
        OutputStream in = process.getOutputStream();
        in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    /** The end of its output. */
    String lastLines(int count) {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
        } catch (IOException e) {
            return "(its log cannot be read: " + e.getMessage() + ")";
        }
    }
}
