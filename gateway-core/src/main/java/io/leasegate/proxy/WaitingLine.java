package io.leasegate.proxy;

import io.leasegate.endpoint.EndpointId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The calls that wait for a connection or a stream of one pool, first come, first served; bounded in number and time. Used on the
 * pool's loop only.
 */
final class WaitingLine {

    private record Place(UpstreamWaiter waiter, long sinceNanos) {}

    private final ProxyLoop loop;
    private final EndpointId id;
    private final UpstreamSettings settings;
    private final Consumer<UpstreamWaiter> late;
    private final ArrayDeque<Place> places = new ArrayDeque<>();

    /** Set while there are places, for the first of them or one before it: all wait equally long, so one timer is enough. */
    private boolean timed;

    /** @param late takes the calls whose time is over */
    WaitingLine(ProxyLoop loop, EndpointId id, UpstreamSettings settings, Consumer<UpstreamWaiter> late) {
        this.loop = loop;
        this.id = id;
        this.settings = settings;
        this.late = late;
    }

    int size() {
        return places.size();
    }

    boolean isEmpty() {
        return places.isEmpty();
    }

    boolean isFull() {
        return places.size() >= settings.maxPending();
    }

    void add(UpstreamWaiter waiter) {
        places.add(new Place(waiter, System.nanoTime()));
        count(1);
        if (!timed) {
            lookIn(timeoutNanos());
        }
    }

    private long timeoutNanos() {
        return TimeUnit.MILLISECONDS.toNanos(settings.pendingTimeoutMillis());
    }

    private void lookIn(long nanos) {
        timed = true;
        loop.eventLoop().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
        timed = false;
        long now = System.nanoTime();
        // Those that are late now: a refused call may come back at once.
        List<UpstreamWaiter> overdue = new ArrayList<>();
        while (!places.isEmpty() && now - places.element().sinceNanos() >= timeoutNanos()) {
            overdue.add(remove());
        }
        if (!places.isEmpty() && !timed) {
            lookIn(timeoutNanos() - (now - places.element().sinceNanos()));
        }
        overdue.forEach(late);
    }

    /** Takes the first; the line must not be empty. */
    UpstreamWaiter remove() {
        count(-1);
        return places.remove().waiter();
    }

    /** The call does not wait any more. */
    void cancel(UpstreamWaiter waiter) {
        takeIf(w -> w == waiter);
    }

    /** Refuses those that wait now and are meant: a refused call may come back at once with another wish. */
    void refuseIf(Predicate<UpstreamWaiter> meant, Outcome outcome, String reason) {
        for (UpstreamWaiter w : takeIf(meant)) {
            w.onRefused(outcome, reason);
        }
    }

    private List<UpstreamWaiter> takeIf(Predicate<UpstreamWaiter> meant) {
        List<UpstreamWaiter> taken = new ArrayList<>();
        places.removeIf(p -> {
            boolean take = meant.test(p.waiter());
            if (take) {
                count(-1);
                taken.add(p.waiter());
            }
            return take;
        });
        return taken;
    }

    private void count(int change) {
        loop.gateway().connections().onWaiting(id, change);
    }
}
