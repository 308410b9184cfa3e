package io.leasegate.discovery;

import java.util.concurrent.Executor;

/**
 * Where everything runs that decides what is routed: one task after the other, so that nothing needs a lock. {@link ControlThread} in
 * life; tests bring one with a clock of their own.
 */
public interface ControlLoop extends Executor {

    /** Runs the task after those that were given before. Safe from any thread; does nothing once the loop is closed. */
    @Override
    void execute(Runnable task);

    /** Runs the task after a delay in milliseconds. Safe from any thread. */
    Scheduled schedule(Runnable task, long delayMillis);

    /** The loop's clock in nanoseconds, with an arbitrary origin. Safe from any thread. */
    long nanoTime();

    /** A task that waits for its time. */
    interface Scheduled {

        /** Keeps the task from running if it has not begun. */
        void cancel();
    }
}
