package io.leasegate.discovery;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the registry map, health results and table building. A task that throws is logged and harms no other.
 */
public final class ControlThread implements ControlLoop, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControlThread.class);

    private final ScheduledThreadPoolExecutor executor;
    private volatile @Nullable Thread thread;

    public ControlThread() {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread t = new Thread(task, "leasegate-control");
            t.setDaemon(true);
            thread = t;
            return t;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.trace("dropped a task: the control thread is closed");
        }
    }

    @Override
    public Scheduled schedule(Runnable task, long delayMillis) {
        try {
            ScheduledFuture<?> future = executor.schedule(guarded(task), delayMillis, TimeUnit.MILLISECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            return () -> {};
        }
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    /** Whether the caller runs on this thread. */
    public boolean inThread() {
        return Thread.currentThread() == thread;
    }

    /** Runs what was given so far, but for what waits for its time, and ends; the caller waits a second at most. */
    @Override
    public void close() {
        executor.shutdown();
        if (inThread()) {
            return;
        }
        try {
            if (!executor.awaitTermination(1, TimeUnit.SECONDS)) {
                LOG.warn("the control thread is still busy a second after it was closed");
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("a task of the control thread failed; this is a defect", e);
            }
        };
    }
}
