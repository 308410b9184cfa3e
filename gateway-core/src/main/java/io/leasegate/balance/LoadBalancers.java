package io.leasegate.balance;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Makes the load balancers of one gateway. Safe from any thread. */
public final class LoadBalancers implements AutoCloseable {

    private static final long IDLE_SECONDS = 10;

    private final int loops;
    private final Executor slotMaker;
    private final Runnable onClose;

    /**
     * With a thread that makes the slots of the policies that hash, while there are any to make.
     *
     * @param loops how many event loops pick
     */
    public LoadBalancers(int loops) {
        this.loops = loops;
        ThreadPoolExecutor thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread t = new Thread(task, "leasegate-balance");
                    t.setDaemon(true);
                    return t;
                },
                // Once all is over, the slots of before do.
                new ThreadPoolExecutor.DiscardPolicy());
        thread.allowCoreThreadTimeOut(true);
        this.slotMaker = thread;
        this.onClose = thread::shutdownNow;
    }

    /** With another way to make slots. */
    LoadBalancers(int loops, Executor slotMaker) {
        this.loops = loops;
        this.slotMaker = slotMaker;
        this.onClose = () -> {};
    }

    /** A load balancer for the instances of one service, or of one version of it. */
    public LoadBalancer of(BalanceSettings settings) {
        return new ServiceLoadBalancer(settings, () -> policy(settings));
    }

    private PolicyLoadBalancer policy(BalanceSettings settings) {
        return switch (settings.policy()) {
            case ROUND_ROBIN -> new RoundRobinLoadBalancer(loops);
            case RANDOM -> new RandomLoadBalancer();
            case LEAST_REQUEST -> new LeastRequestLoadBalancer();
            case PEAK_EWMA -> new PeakEwmaLoadBalancer();
            case RING_HASH -> HashLoadBalancer.ring(requireNonNull(settings.hashKey()), slotMaker);
            case MAGLEV -> HashLoadBalancer.maglev(requireNonNull(settings.hashKey()), slotMaker);
        };
    }

    /** Ends the thread. Pickers go on with what they have. */
    @Override
    public void close() {
        onClose.run();
    }
}
