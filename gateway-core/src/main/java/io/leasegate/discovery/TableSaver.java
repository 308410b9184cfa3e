package io.leasegate.discovery;

import io.leasegate.discovery.ControlLoop.Scheduled;
import io.leasegate.endpoint.Instance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a file up to date with what a registry says: a second after a change, and at the end. Control loop only; files are written by a
 * thread of its own, one at a time.
 */
final class TableSaver {

    private static final Logger LOG = LoggerFactory.getLogger(TableSaver.class);
    private static final long DELAY_MILLIS = 1_000;
    /** Less than the second that the control thread is given to end. */
    private static final long CLOSE_MILLIS = 800;

    private final ControlLoop loop;
    private final Path file;
    private final Supplier<SavedTable> table;
    private final ExecutorService writer;
    private @Nullable Scheduled waiting;
    /** What the file holds, where this process wrote it; the writer's. */
    private List<Instance> saved = List.of();
    /** Whether the last attempt failed; the writer's. */
    private boolean failing;

    /** @param table makes the table by now, on the control loop */
    TableSaver(ControlLoop loop, Path file, Supplier<SavedTable> table) {
        this.loop = loop;
        this.file = file;
        this.table = table;
        writer = Executors.newSingleThreadExecutor(task -> {
            Thread t = new Thread(task, "leasegate-saved-table");
            t.setDaemon(true);
            return t;
        });
    }

    /** Something may be other than before. */
    void changed() {
        if (waiting == null) {
            waiting = loop.schedule(this::save, DELAY_MILLIS);
        }
    }

    private void save() {
        waiting = null;
        SavedTable now = table.get();
        writer.execute(() -> write(now.sorted()));
    }

    private void write(SavedTable now) {
        if (now.instances().equals(saved)) {
            return;
        }
        try {
            now.write(file);
            saved = now.instances();
            failing = false;
        } catch (IOException | RuntimeException e) {
            if (!failing) {
                LOG.warn("the table cannot be saved in {} (discovery.etcd.saved-table): {}", file, e.toString());
            }
            failing = true;
        }
    }

    /** Saves what is not saved yet; waits for that a little. */
    void close() {
        if (waiting != null) {
            waiting.cancel();
            save();
        }
        writer.shutdown();
        try {
            if (!writer.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("the table was not saved in {} within {} ms", file, CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
