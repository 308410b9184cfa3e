package io.leasegate.outlier;

import io.leasegate.discovery.ControlLoop;
import io.leasegate.discovery.ControlLoop.Scheduled;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sweeps the services that have the same interval, each once in it. They are swept in parts: a timer for each of thousands of services would
 * wake the control thread all the time, and all at once would keep it from other work. Control loop only.
 */
final class Sweeps {

    private static final int MOST_PARTS = 20;

    private final ControlLoop loop;
    private final long intervalMillis;
    private final DoubleSupplier random;
    private final List<Set<ServiceOutliers>> parts = new ArrayList<>();
    private int next;
    private int services;
    private @Nullable Scheduled timer;

    Sweeps(ControlLoop loop, long intervalMillis, DoubleSupplier random) {
        this.loop = loop;
        this.intervalMillis = intervalMillis;
        this.random = random;
        for (int i = 0; i < Math.min(MOST_PARTS, intervalMillis); i++) {
            parts.add(new LinkedHashSet<>());
        }
    }

    void add(ServiceOutliers service) {
        parts.get((int) (random.getAsDouble() * parts.size())).add(service);
        services++;
        if (timer == null) {
            schedule();
        }
    }

    void remove(ServiceOutliers service) {
        parts.forEach(p -> p.remove(service));
        services--;
        if (services == 0 && timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /** The steps differ by a millisecond at most and make up the interval together. */
    private void schedule() {
        long delay = intervalMillis * (next + 1) / parts.size() - intervalMillis * next / parts.size();
        timer = loop.schedule(this::sweepPart, delay);
    }

    private void sweepPart() {
        Set<ServiceOutliers> part = parts.get(next);
        next = (next + 1) % parts.size();
        schedule();
        part.forEach(ServiceOutliers::sweep);
    }
}
