package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Healthy endpoints for tests of balancing, and balancers for each policy. */
final class Instances {

    private Instances() {}

    /** One for each weight. */
    static List<Endpoint> weighing(long... weights) {
        List<Endpoint> all = new ArrayList<>();
        for (long weight : weights) {
            EndpointId id = new EndpointId("echo", "10.0." + all.size() / 250 + "." + all.size() % 250, 8080);
            Endpoint e = new Endpoint(new Instance(id, weight, "", Map.of(), false, "static", "", 0, 0, 0));
            e.state(EndpointState.HEALTHY, "");
            all.add(e);
        }
        return all;
    }

    static List<Endpoint> alike(int count) {
        long[] weights = new long[count];
        Arrays.fill(weights, 1);
        return weighing(weights);
    }

    /** A load balancer for two event loops; the policies that hash take the header {@code x-user}, and make slots at once. */
    static LoadBalancer balancer(BalancePolicy policy) {
        return new LoadBalancers(2, Runnable::run)
                .of(new BalanceSettings(policy, policy.hashes() ? new HashKey.Header("x-user") : null));
    }
}
