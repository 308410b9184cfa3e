package io.leasegate.server.dev;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A small shell process that outlives this one by a moment: it kills the processes it was told of and deletes the stack's folder when its
 * standard input ends, and that happens however this process ends, by SIGKILL too. Nothing is left to do for it after an orderly end.
 *
 * <p>Methods may be called from any thread.
 */
final class ProcessGuard implements AutoCloseable {

    private static final String SCRIPT = """
            trap '' HUP INT TERM
            pids=
            while read -r operation pid; do
              case $operation in
                +) pids="$pids $pid" ;;
                -) rest=; for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done; pids=$rest ;;
              esac
            done
            for p in $pids; do kill -KILL "$p"; done
            rm -rf "$1" || { sleep 1; rm -rf "$1"; }
            """;

    private final Process process;
    private final OutputStream orders;

    /** @param folder is deleted in the end */
    ProcessGuard(Path folder) throws IOException {
        List<String> command = new ArrayList<>(OwnSession.PREFIX);
        command.addAll(List.of("sh", "-c", SCRIPT, "sh", folder.toString()));
        process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        orders = process.getOutputStream();
    }

    /** The process is to be killed in the end. */
    void add(long pid) throws IOException {
        order("+ " + pid);
    }

    /** The process has ended by itself; its number may soon be another's. */
    void remove(long pid) {
        try {
            order("- " + pid);
        } catch (IOException e) {
            // The guard was killed; there is nobody left to tell.
        }
    }

    /** Has it do its work now and waits for that, for 3 s at most. */
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
