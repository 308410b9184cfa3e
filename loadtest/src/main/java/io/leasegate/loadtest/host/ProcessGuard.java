package io.leasegate.loadtest.host;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A small shell process that outlives this one by a moment: when its standard input ends, however this process ended, it kills the sessions of the
 * processes that it was told of and deletes the folder. Any thread.
 */
final class ProcessGuard implements AutoCloseable {

    // Each process was started in a session, and so a process group, of its own; the group holds its workers too.
    private static final String SCRIPT = """
            trap '' HUP INT TERM
            pids=
            while read -r operation pid; do
              case $operation in
                +) pids="$pids $pid" ;;
                -) rest=; for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done; pids=$rest ;;
              esac
            done
            for p in $pids; do kill -s KILL -- "-$p"; done
            rm -rf "$1" || { sleep 1; rm -rf "$1"; }
            """;

    private final Process process;
    private final OutputStream orders;

    ProcessGuard(Path folder) throws IOException {
        process = new ProcessBuilder("setsid", "sh", "-c", SCRIPT, "sh", folder.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        orders = process.getOutputStream();
    }

    void add(long pid) throws IOException {
        order("+ " + pid);
    }

    void remove(long pid) {
        try {
            order("- " + pid);
        } catch (IOException e) {
            // The guard was killed; there is nobody left to tell.
        }
    }

    @Override
    public void close() {
        try {
            orders.close();
            process.waitFor(3, TimeUnit.SECONDS);
        } catch (IOException e) {
            // Its end of the pipe is closed: it has ended.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void order(String line) throws IOException {
        orders.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        orders.flush();
    }
}
