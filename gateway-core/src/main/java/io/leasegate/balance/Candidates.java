package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that a picker chooses among: of those with a weight above 0 the healthy ones, or those that nobody has checked yet where none is.
 * Immutable; safe from any thread.
 */
final class Candidates {

    private final Endpoint[] endpoints;
    private final double @Nullable [] weights;

    private Candidates(Endpoint[] endpoints, double @Nullable [] weights) {
        this.endpoints = endpoints;
        this.weights = weights;
    }

    static Candidates of(List<Endpoint> all) {
        Endpoint[] endpoints = inState(all, EndpointState.HEALTHY);
        if (endpoints.length == 0) {
            endpoints = inState(all, EndpointState.UNCHECKED);
        }
        return new Candidates(endpoints, relativeWeights(endpoints));
    }

    private static Endpoint[] inState(List<Endpoint> all, EndpointState state) {
        Endpoint[] some = new Endpoint[all.size()];
        int n = 0;
        for (Endpoint e : all) {
            if (e.state() == state && e.pickWeight() > 0) {
                some[n++] = e;
            }
        }
        return n == some.length ? some : Arrays.copyOf(some, n);
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

    /** Whether the endpoint should get the call: a state can change after the picker was made, and the call may have been there already. */
    boolean suits(int index, PickRequest request) {
        Endpoint e = endpoints[index];
        return takesCalls(e) && !request.tried(e);
    }

    private static boolean takesCalls(Endpoint e) {
        EndpointState s = e.state();
        return s == EndpointState.HEALTHY || s == EndpointState.UNCHECKED;
    }

    /** Any endpoint that suits, else any that takes calls, be it one that was tried; null when there is none. */
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

    /** The upper half of some random bits as a number from 0 to below {@code n}, without a division. */
    static int below(int n, long random) {
        return (int) (((random >>> 32) * n) >>> 32);
    }
}
