package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The endpoints that a picker chooses among: those with a weight above 0. Immutable; safe from any thread. */
final class Candidates {

    private final Endpoint[] endpoints;
    private final double @Nullable [] weights;

    private Candidates(Endpoint[] endpoints, double @Nullable [] weights) {
        this.endpoints = endpoints;
        this.weights = weights;
    }

    static Candidates of(List<Endpoint> all) {
        int n = 0;
        boolean equal = true;
        double first = -1;
        double total = 0;
        for (Endpoint e : all) {
            double weight = e.pickWeight();
            if (weight > 0) {
                n++;
                total += weight;
                first = first < 0 ? weight : first;
                equal &= weight == first;
            }
        }
        Endpoint[] endpoints = new Endpoint[n];
        double @Nullable [] weights = equal ? null : new double[n];
        int i = 0;
        for (Endpoint e : all) {
            double weight = e.pickWeight();
            if (weight > 0) {
                if (weights != null) {
                    weights[i] = weight * n / total;
                }
                endpoints[i++] = e;
            }
        }
        return new Candidates(endpoints, weights);
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
