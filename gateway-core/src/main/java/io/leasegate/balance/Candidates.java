package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that a picker chooses among, of those with a weight above 0. Immutable; safe from any thread.
 *
 * <pre>
 *   some are healthy, enough of them ......... the healthy ones
 *   some are healthy, too few (panic) ........ these, and all others that can be reached
 *   none is healthy, some are not checked .... those
 *   none of both ............................. those that were ejected, where there is a panic threshold
 * </pre>
 *
 * <p>Too few are left when what has been taken out is more likely well than they are able to do the work of all (Envoy's panic threshold).
 * One that says itself that it is not serving is not among those: it counts as if it were not there.
 */
final class Candidates {

    private final List<Endpoint> members;
    private final Endpoint[] endpoints;
    private final double @Nullable [] weights;
    private final boolean panic;
    private final SlowStart slowStart;

    private Candidates(List<Endpoint> members, Endpoint[] endpoints, boolean panic, SlowStart slowStart) {
        this.members = members;
        this.endpoints = endpoints;
        this.weights = relativeWeights(endpoints);
        this.panic = panic;
        this.slowStart = slowStart;
    }

    /** Without panic and slow start. */
    static Candidates of(List<Endpoint> all) {
        return of(all, 0, 0);
    }

    /**
     * The candidates by their states of now.
     *
     * @param panicThreshold share of healthy ones, 0 to 1, below which there is panic
     * @param slowStartNanos over which time one that has become healthy comes to its full share; 0 for at once
     */
    static Candidates of(List<Endpoint> all, double panicThreshold, long slowStartNanos) {
        List<Endpoint> members = filter(all, e -> e.instance().weight() > 0);
        int[] count = new int[EndpointState.values().length];
        members.forEach(e -> count[e.state().ordinal()]++);
        int healthy = count[EndpointState.HEALTHY.ordinal()];
        int unchecked = count[EndpointState.UNCHECKED.ordinal()];
        boolean panic = healthy == 0
                ? unchecked == 0 && panicThreshold > 0
                : healthy < panicThreshold * (members.size() - unchecked - count[EndpointState.NOT_SERVING.ordinal()]);
        List<Endpoint> chosen = filter(members, e -> switch (e.state()) {
            case HEALTHY -> true;
            case UNCHECKED -> healthy == 0;
            case UNHEALTHY -> panic && healthy > 0;
            case EJECTED -> panic;
            case NOT_SERVING, UNREACHABLE, DRAINING, HELD -> false;
        });
        Endpoint[] endpoints = chosen.toArray(new Endpoint[0]);
        // Where too few are well, those that have become so are needed at once.
        SlowStart slowStart = SlowStart.of(panic ? 0 : slowStartNanos, endpoints);
        return new Candidates(members, endpoints, panic, slowStart);
    }

    private static List<Endpoint> filter(List<Endpoint> all, Predicate<Endpoint> predicate) {
        List<Endpoint> some = new ArrayList<>(all.size());
        for (Endpoint e : all) {
            if (predicate.test(e)) {
                some.add(e);
            }
        }
        return some.size() == all.size() ? all : some;
    }

    /** Those of one zone, in the same panic; fresh ones have their part relative to the oldest of the zone. */
    Candidates inZone(String zone) {
        Endpoint[] some =
                filter(List.of(endpoints), e -> zoneOf(e).equals(zone)).toArray(new Endpoint[0]);
        return new Candidates(members, some, panic, slowStart.among(some));
    }

    static String zoneOf(Endpoint e) {
        return e.instance().traits().zone();
    }

    /** Null when all are equal. */
    private static double @Nullable [] relativeWeights(Endpoint[] endpoints) {
        boolean equal = true;
        double sum = 0;
        for (Endpoint e : endpoints) {
            equal &= e.pickWeight() == endpoints[0].pickWeight();
            sum += e.pickWeight();
        }
        if (equal) {
            return null;
        }
        double[] weights = new double[endpoints.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = endpoints[i].pickWeight() / sum * weights.length;
        }
        return weights;
    }

    /** All endpoints with a weight above 0, whatever their state. */
    List<Endpoint> members() {
        return members;
    }

    boolean isPanic() {
        return panic;
    }

    int size() {
        return endpoints.length;
    }

    Endpoint get(int index) {
        return endpoints[index];
    }

    boolean haveEqualWeights() {
        return weights == null;
    }

    /** The weight of an endpoint relative to the mean of all. */
    double weight(int index) {
        return weights == null ? 1 : weights[index];
    }

    /** The same, as little as slow start leaves of it by now. */
    double weightNow(int index, PickRequest request) {
        return weight(index) * part(index, request);
    }

    /** The part of its calls, above 0 and up to 1, that slow start leaves an endpoint by now. */
    double part(int index, PickRequest request) {
        return slowStart.part(endpoints[index], request);
    }

    /** The part of their calls that some of the candidates get together by now; what is left goes to all of them. */
    double part(Candidates some, PickRequest request) {
        return slowStart.part(some.slowStart, request);
    }

    /** Whether these, some of the candidates, are all so fresh that they should be passed over this time. */
    boolean holdsBack(Candidates some, PickRequest request) {
        return slowStart.holdsBack(some.slowStart, request);
    }

    /**
     * Whether the endpoint should get the call: a state can change after the picker was made, the call may have been there already, and a
     * fresh one gets only some of the calls that it would.
     */
    boolean suits(int index, PickRequest request) {
        Endpoint e = endpoints[index];
        return takesCalls(e) && !request.tried(e) && !slowStart.holdsBack(e, request);
    }

    /** Whether the endpoint can be given a call by its state of now. */
    boolean takesCalls(Endpoint e) {
        return switch (e.state()) {
            case HEALTHY, UNCHECKED -> true;
            case UNHEALTHY, EJECTED -> panic;
            case NOT_SERVING, UNREACHABLE, DRAINING, HELD -> false;
        };
    }

    /** Any endpoint that takes calls, one that was tried only where there is no other; null when there is none. */
    @Nullable
    Endpoint any(PickRequest request) {
        int n = endpoints.length;
        if (n == 0) {
            return null;
        }
        int start = below(n, request.random());
        Endpoint tried = null;
        for (int i = 0; i < n; i++) {
            Endpoint e = endpoints[(start + i) % n];
            if (takesCalls(e)) {
                if (!request.tried(e)) {
                    return e;
                }
                tried = e;
            }
        }
        return tried;
    }

    /** How likely each is to be what {@link #any} finds. */
    double[] sharesOfAny() {
        int n = endpoints.length;
        double[] shares = new double[n];
        int next = -1;
        for (int i = 2 * n - 1; i >= 0; i--) {
            next = takesCalls(endpoints[i % n]) ? i % n : next;
            if (i < n && next >= 0) {
                shares[next] += 1.0 / n;
            }
        }
        return shares;
    }

    /** The upper half of some random bits as a number from 0 to below {@code n}, without a division. */
    static int below(int n, long random) {
        return (int) (((random >>> 32) * n) >>> 32);
    }

    /** Some random bits as a number from 0 to below 1. */
    static double unit(long random) {
        return (random >>> 11) * 0x1p-53;
    }
}
