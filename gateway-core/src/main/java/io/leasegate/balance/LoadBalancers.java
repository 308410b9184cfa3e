package io.leasegate.balance;

/** Makes the load balancers of one gateway. Safe from any thread. */
public final class LoadBalancers {

    private final int loops;

    /** @param loops how many event loops pick */
    public LoadBalancers(int loops) {
        this.loops = loops;
    }

    /** A load balancer for the instances of one service, or of one version of it. */
    public LoadBalancer of(BalancePolicy policy) {
        return switch (policy) {
            case ROUND_ROBIN -> new RoundRobinLoadBalancer(loops);
            case RANDOM -> new RandomLoadBalancer();
            case LEAST_REQUEST -> new LeastRequestLoadBalancer();
        };
    }
}
