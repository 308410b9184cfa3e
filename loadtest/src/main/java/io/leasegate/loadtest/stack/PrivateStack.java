package io.leasegate.loadtest.stack;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.EtcdServer;
import io.leasegate.loadtest.host.Workspace;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * etcd, the gateway and instances of the demo services, as processes of their own on free ports of 127.0.0.1. {@link #close()} ends all of it, and
 * may be called from any thread; all else is for one.
 */
public final class PrivateStack implements AutoCloseable {

    private static final Duration UP_LIMIT = Duration.ofSeconds(90);

    private final Workspace workspace;
    private final Launcher launcher;
    private final EtcdServer etcd;
    private final RunningGateway gateway;
    private final List<DemoInstance> instances = new ArrayList<>();

    /**
     * Starts etcd and the gateway.
     *
     * @param configuration further lines of the gateway's, inside {@code leasegate { }}
     * @param javaOptions further ones of the gateway's
     */
    public PrivateStack(Workspace workspace, Launcher launcher, String configuration, String javaOptions)
            throws IOException, BenchFailure, InterruptedException {
        this.workspace = workspace;
        this.launcher = launcher;
        etcd = EtcdServer.start(workspace, List.of());
        gateway = new RunningGateway(workspace, launcher, etcd.url(), configuration, javaOptions);
        gateway.start();
    }

    public EtcdServer etcd() {
        return etcd;
    }

    public RunningGateway gateway() {
        return gateway;
    }

    /** Starts instances of a demo service, named after it. */
    public List<DemoInstance> startDemo(String service, int count) throws IOException, BenchFailure {
        List<DemoInstance> started = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            DemoInstance instance =
                    new DemoInstance(workspace, launcher, service, service + "-" + i, etcd.url(), gateway.address());
            instance.start();
            started.add(instance);
        }
        instances.addAll(started);
        return started;
    }

    /** Waits until the gateway sends calls to all instances that were started. */
    public void awaitAllHealthy() throws IOException, BenchFailure, InterruptedException {
        for (DemoInstance instance : instances) {
            if (!Await.until(UP_LIMIT, () -> isHealthy(instance))) {
                throw new BenchFailure(instance.name() + " gets no calls within " + UP_LIMIT.toSeconds()
                        + " s of its start; the table: " + gateway.instances());
            }
        }
    }

    private boolean isHealthy(DemoInstance instance) throws BenchFailure, InterruptedException {
        Map<String, String> states = gateway.instances();
        return states != null
                && states.entrySet().stream()
                        .anyMatch(e -> e.getKey().endsWith("/" + instance.address())
                                && e.getValue().equals("healthy"));
    }

    @Override
    public void close() {
        workspace.close();
    }
}
