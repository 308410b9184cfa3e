package io.leasegate.server.dev;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What is typed, and that the terminal or the program at the other end of a pipe has gone. Read on a daemon thread of its own.
 *
 * <p>Of no meaning is the end of {@code /dev/null} and of a file, and of a pipe that ends as soon as it is read: a script's standard
 * input is often one that nobody writes to.
 */
final class StandardInput {

    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What standard input is; the launcher knows. */
    enum Kind {
        TERMINAL,
        PIPE,
        NONE;

        static Kind fromProperty() {
            String text = System.getProperty("leasegate.stdin", "none");
            try {
                return valueOf(text.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                return NONE;
            }
        }
    }

    private StandardInput() {}

    /**
     * Begins to read.
     *
     * @param onLine told each line that comes
     * @param onEnd told when the other end is gone
     */
    static void read(Kind kind, Consumer<String> onLine, Runnable onEnd) {
        if (kind == Kind.NONE) {
            return;
        }
        Thread thread = new Thread(() -> readLines(kind, onLine, onEnd), "standard-input");
        thread.setDaemon(true);
        thread.start();
    }

    private static void readLines(Kind kind, Consumer<String> onLine, Runnable onEnd) {
        long began = System.nanoTime();
        boolean any = false;
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                any = true;
                onLine.accept(line);
            }
        } catch (IOException e) {
            // A process in the background may not read its terminal: nothing ended.
            return;
        }
        if (kind == Kind.TERMINAL || any || System.nanoTime() - began > SOON_NANOS) {
            onEnd.run();
        }
    }
}
