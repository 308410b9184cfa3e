package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Healthy endpoints for tests of balancing, and balancers for each policy. */
final class Instances {

    /** Before any time that a test begins with. */
    static final long LONG_AGO = -1_000_000_000_000L;

    private Instances() {}

    /** One for each weight. */
    static List<Endpoint> weighing(long... weights) {
        List<Endpoint> all = new ArrayList<>();
        for (long weight : weights) {
            EndpointId id = new EndpointId("echo", "10.0." + all.size() / 250 + "." + all.size() % 250, 8080);
            Endpoint e = new Endpoint(new Instance(id, weight, "", Map.of(), false, "static", "", 0, 0, 0));
            e.state(EndpointState.HEALTHY, "", LONG_AGO);
            all.add(e);
        }
        return all;
    }

    static List<Endpoint> alike(int count) {
        long[] weights = new long[count];
        Arrays.fill(weights, 1);
        return weighing(weights);
    }

    /** One for each zone. */
    static List<Endpoint> inZones(String... zones) {
        List<Endpoint> all = new ArrayList<>();
        for (String zone : zones) {
            all.add(inZone(zone, all.size(), 1));
        }
        return all;
    }

    /** @param number makes its address another one */
    static Endpoint inZone(String zone, int number, long weight) {
        EndpointId id = new EndpointId("echo", "10.1.0." + number, 8080);
        Traits traits = Traits.builder().zone(zone).weight(weight).build();
        Endpoint e = new Endpoint(new Instance(id, traits, "static", "", 0, 0, 0));
        e.state(EndpointState.HEALTHY, "", LONG_AGO);
        return e;
    }

    /** With a header to hash for the policies that do. */
    static BalanceSettings settings(BalancePolicy policy) {
        return new BalanceSettings(policy, policy.hashes() ? new HashKey.Header("x-user") : null);
    }

    static LoadBalancer balancer(BalancePolicy policy) {
        return balancer(settings(policy));
    }

    /** For two event loops; tables are made at once. */
    static LoadBalancer balancer(BalanceSettings settings) {
        return new LoadBalancers(2, Runnable::run).of(settings);
    }
}
