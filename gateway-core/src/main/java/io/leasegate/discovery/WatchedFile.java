package io.leasegate.discovery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a file again and again, and tells when its content is another one. Content is compared and not times, so it does not matter
 * how the file is replaced: written over, renamed into its place, or behind a link that now leads elsewhere. Not by inotify, which sees
 * nothing of what happens behind links and on network file systems.
 *
 * <p>A file that is written over is for a moment empty or half written, and one that is replaced by hand may be gone for a moment. So
 * what is found counts once a second look, {@value #SETTLE_MILLIS} ms later, finds the same.
 *
 * <p>On a thread of its own, which alone calls the listener.
 */
final class WatchedFile implements AutoCloseable {

    static final long SETTLE_MILLIS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);

    /** Hears of what is found. */
    interface Listener {

        /** The content is another one than before, or the file can be read again. */
        void onContent(byte[] content);

        /** The file cannot be read, for another reason than before. */
        void onUnreadable(String reason);

        /** The file was looked at, and what was told last is still so. */
        void onUnchanged();
    }

    /** What one look finds: the content, or why there is none. */
    private static final class Look {

        final byte @Nullable [] content;
        final String trouble;

        Look(byte @Nullable [] content, String trouble) {
            this.content = content;
            this.trouble = trouble;
        }

        boolean isSameAs(@Nullable Look other) {
            return other != null && trouble.equals(other.trouble) && Arrays.equals(content, other.content);
        }
    }

    private final Path path;
    private final long intervalMillis;
    private final Listener listener;
    private final ScheduledExecutorService thread;
    private @Nullable Look told;
    private @Nullable Look last;

    WatchedFile(Path path, long intervalMillis, Listener listener) {
        this.path = path;
        this.intervalMillis = intervalMillis;
        this.listener = listener;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread t = new Thread(task, "leasegate-file");
            t.setDaemon(true);
            return t;
        });
    }

    void start() {
        lookAfter(0);
    }

    private void lookAfter(long millis) {
        try {
            thread.schedule(this::lookAndGoOn, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("closed: nobody looks at {} any more", path);
        }
    }

    private void lookAndGoOn() {
        boolean settled = true;
        try {
            settled = look();
        } catch (RuntimeException e) {
            LOG.error("the look at {} failed; this is a defect. It is tried again", path, e);
        } finally {
            // Whatever happened: without another look nobody would ever hear of the file again.
            lookAfter(settled ? intervalMillis : Math.min(SETTLE_MILLIS, intervalMillis));
        }
    }

    /** Whether what was found is what the look before it found. */
    private boolean look() {
        Look found = read();
        boolean settled = found.isSameAs(last);
        last = found;
        if (found.isSameAs(told)) {
            listener.onUnchanged();
            return true;
        }
        if (settled) {
            told = found;
            if (found.content == null) {
                listener.onUnreadable(found.trouble);
            } else {
                listener.onContent(found.content);
            }
        }
        return settled;
    }

    private Look read() {
        try {
            if (!Files.exists(path)) {
                return new Look(null, "no such file (create it, or correct the path)");
            }
            if (!Files.isRegularFile(path)) {
                return new Look(null, "is no file (expected a file, or a link to one)");
            }
            try (InputStream in = Files.newInputStream(path)) {
                byte[] content = in.readNBytes(FileSettings.MAX_BYTES + 1);
                return content.length > FileSettings.MAX_BYTES
                        ? new Look(
                                null,
                                "is over " + FileSettings.MAX_BYTES / 1024 / 1024
                                        + " MiB (expected a list of instances)")
                        : new Look(content, "");
            }
        } catch (AccessDeniedException e) {
            return new Look(null, "cannot be read (give this user the right to read it)");
        } catch (IOException e) {
            return new Look(null, "cannot be read: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
