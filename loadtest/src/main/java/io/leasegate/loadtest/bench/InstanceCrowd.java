package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.EtcdServer;
import io.leasegate.loadtest.load.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Thousands of instances in etcd that are one: it listens on every loopback address, so that each of them can be connected to. Used by one
 * thread.
 */
final class InstanceCrowd implements AutoCloseable {

    private static final int SERVICES = 1000;
    private static final int INSTANCES_PER_SERVICE = 10;
    private static final int SERVICES_PER_NET = 20;

    private final EtcdServer etcd;
    private final Instance everywhere;
    private int registered;

    InstanceCrowd(Lab lab) throws BenchFailure, InterruptedException {
        etcd = etcd(lab);
        everywhere = Instance.onEveryLoopbackAddress(lab.loops());
    }

    static EtcdServer etcd(Lab lab) throws BenchFailure {
        EtcdServer etcd = lab.etcd();
        if (etcd == null) {
            throw new BenchFailure("there is no etcd");
        }
        return etcd;
    }

    /** The address of an instance on one of the loopback hosts, 127.0.0.0/8. */
    String address(String host) {
        return host + ":" + everywhere.port();
    }

    /** Registers a service with instances on these hosts, for as long as there is the bench. */
    void register(String prefix, String service, List<String> hosts) throws BenchFailure, InterruptedException {
        etcd.registerAll(prefix, service, hosts.stream().map(this::address).toList());
        registered += hosts.size();
    }

    /** Registers 10,000 instances of 1,000 services, whose names begin with the word. */
    void registerThousandServices(String prefix, String word) throws BenchFailure, InterruptedException {
        for (int service = 0; service < SERVICES; service++) {
            List<String> hosts = new ArrayList<>();
            for (int i = 1; i <= INSTANCES_PER_SERVICE; i++) {
                int host = service % SERVICES_PER_NET * INSTANCES_PER_SERVICE + i;
                hosts.add("127.3." + service / SERVICES_PER_NET + "." + host);
            }
            register(prefix, word + "-" + service, hosts);
        }
    }

    long connections() {
        return everywhere.connections();
    }

    /**
     * Waits until a gateway has connected to every instance to see whether it is well: that is to be over before calls are counted.
     *
     * @param before the {@link #connections} before the gateway was started
     */
    void awaitConnections(long before, long limitSeconds) throws BenchFailure, InterruptedException {
        long wanted = before + registered;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
        while (connections() < wanted) {
            if (System.nanoTime() > deadline) {
                throw new BenchFailure("only " + connections() + " connections to instances were made within "
                        + limitSeconds + " s (expected " + wanted + ")");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Override
    public void close() {
        everywhere.close();
    }
}
