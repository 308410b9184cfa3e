package io.leasegate.discovery;

import java.util.Comparator;
import java.util.PriorityQueue;

/** A control loop whose time stands still until a test moves it. */
public final class SimulatedLoop implements ControlLoop {

    private static final class Task implements Scheduled {
        final long atMicros;
        final long number;
        final Runnable action;
        boolean cancelled;

        Task(long atMicros, long number, Runnable action) {
            this.atMicros = atMicros;
            this.number = number;
            this.action = action;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.<Task>comparingLong(t -> t.atMicros).thenComparingLong(t -> t.number));
    private long nowMicros = 1_000_000_000L;
    private long number;

    @Override
    public void execute(Runnable task) {
        scheduleMicros(task, 0);
    }

    @Override
    public Scheduled schedule(Runnable task, long delayMillis) {
        return scheduleMicros(task, delayMillis * 1000);
    }

    Scheduled scheduleMicros(Runnable task, long delayMicros) {
        Task t = new Task(nowMicros + delayMicros, number++, task);
        tasks.add(t);
        return t;
    }

    @Override
    public long nanoTime() {
        return nowMicros * 1000;
    }

    /** Runs everything that falls due within this time. */
    public void advance(long millis) {
        long end = nowMicros + millis * 1000;
        for (Task t = tasks.peek(); t != null && t.atMicros <= end; t = tasks.peek()) {
            tasks.remove();
            nowMicros = Math.max(nowMicros, t.atMicros);
            if (!t.cancelled) {
                t.action.run();
            }
        }
        nowMicros = end;
    }

    /** Lets time pass in which nothing runs: a suspended process. */
    void freeze(long millis) {
        nowMicros += millis * 1000;
    }

    /** How many tasks wait that were not cancelled. */
    public long waiting() {
        return tasks.stream().filter(t -> !t.cancelled).count();
    }
}
