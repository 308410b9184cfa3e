package io.leasegate.proxy;

import io.leasegate.endpoint.EndpointId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for a connection or a stream of one pool, first come, first served; bounded in number and time. Used on the
 * pool's loop only.
 */
final class WaitingLine {

    private static final class Place {

        private final UpstreamWaiter waiter;
        private @Nullable Future<?> timer;

        Place(UpstreamWaiter waiter) {
            this.waiter = waiter;
        }
    }

    private final ProxyLoop loop;
    private final EndpointId id;
    private final UpstreamSettings settings;
    private final Consumer<UpstreamWaiter> late;
    private final ArrayDeque<Place> places = new ArrayDeque<>();

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
        Place place = new Place(waiter);
        places.add(place);
        count(1);
        place.timer =
                loop.eventLoop().schedule(() -> onLate(place), settings.pendingTimeoutMillis(), TimeUnit.MILLISECONDS);
    }

    private void onLate(Place place) {
        if (places.remove(place)) {
            count(-1);
            late.accept(place.waiter);
        }
    }

    /** Takes the first; the line must not be empty. */
    UpstreamWaiter remove() {
        Place place = places.remove();
        leave(place);
        return place.waiter;
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
            boolean take = meant.test(p.waiter);
            if (take) {
                leave(p);
                taken.add(p.waiter);
            }
            return take;
        });
        return taken;
    }

    private void leave(Place place) {
        if (place.timer != null) {
            place.timer.cancel(false);
        }
        count(-1);
    }

    private void count(int change) {
        loop.gateway().connections().onWaiting(id, change);
    }
}
