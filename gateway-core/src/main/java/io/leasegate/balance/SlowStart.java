package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;

/**
 * Gives an endpoint that has just become healthy a part of its calls, which grows with time to all of them, by Envoy's formula (and gRFC A100's):
 * {@code weight * max(10%, max(age, 1 s) / window)}. The rest is held back when a policy comes to it, so that no picker has to be made anew
 * while it grows. Immutable; safe from any thread.
 *
 * <p>What counts is the part relative to that of the oldest: where all are fresh, none is held back.
 */
final class SlowStart {

    private static final double LEAST_PART = 0.1;
    private static final double LEAST_AGE_NANOS = 1e9;

    private final long windowNanos;
    private final long oldestSinceNanos;

    private SlowStart(long windowNanos, long oldestSinceNanos) {
        this.windowNanos = windowNanos;
        this.oldestSinceNanos = oldestSinceNanos;
    }

    /** @param windowNanos how long it takes, 0 for no slow start */
    static SlowStart of(long windowNanos, Endpoint[] endpoints) {
        boolean any = false;
        long oldest = 0;
        for (Endpoint e : endpoints) {
            // Times of the clock are compared by their difference, since it may run over.
            if (e.state() == EndpointState.HEALTHY && (!any || e.healthySinceNanos() - oldest < 0)) {
                oldest = e.healthySinceNanos();
                any = true;
            }
        }
        return new SlowStart(any ? windowNanos : 0, oldest);
    }

    /** The same for some of the endpoints, relative to the oldest of these. */
    SlowStart among(Endpoint[] some) {
        return of(windowNanos, some);
    }

    /** The part of its calls that the endpoint has by now, above 0 and up to 1. */
    double part(Endpoint endpoint, PickRequest request) {
        return windowNanos == 0 || endpoint.state() != EndpointState.HEALTHY
                ? 1
                : partSince(endpoint.healthySinceNanos(), request.nowNanos());
    }

    /** Whether the endpoint is to be passed over this time. */
    boolean holdsBack(Endpoint endpoint, PickRequest request) {
        return holdsBack(part(endpoint, request), request);
    }

    /** Whether some of the endpoints, which are as old together as the oldest of them, are to be passed over this time. */
    boolean holdsBack(SlowStart some, PickRequest request) {
        return some.windowNanos != 0 && holdsBack(part(some, request), request);
    }

    /** The part of their calls that some of the endpoints, which are as old together as the oldest of them, have by now. */
    double part(SlowStart some, PickRequest request) {
        return some.windowNanos == 0 ? 1 : partSince(some.oldestSinceNanos, request.nowNanos());
    }

    private static boolean holdsBack(double part, PickRequest request) {
        return part < 1 && Candidates.unit(request.random()) >= part;
    }

    private double partSince(long sinceNanos, long nowNanos) {
        long age = nowNanos - sinceNanos;
        return age >= windowNanos ? 1 : part(age) / part(nowNanos - oldestSinceNanos);
    }

    private double part(long ageNanos) {
        return Math.min(1, Math.max(LEAST_PART, Math.max((double) ageNanos, LEAST_AGE_NANOS) / windowNanos));
    }
}
