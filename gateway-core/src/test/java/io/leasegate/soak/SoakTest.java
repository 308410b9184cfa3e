package io.leasegate.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.ConnectionObserver;
import io.leasegate.proxy.Gateway;
import io.leasegate.proxy.GatewaySettings;
import io.leasegate.proxy.ListenerSettings;
import io.leasegate.proxy.UpstreamEnd;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.routing.TableUpdate;
import io.leasegate.testkit.LeakRecorder;
import io.leasegate.testkit.Pause;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Calls with random cancels, half-closes, resets, time-outs, GOAWAYs and lost connections on both sides. When they are over, every call
 * has ended once, and connections, sockets and buffers are back to what they were. {@code -Dleasegate.soak.calls=1000000} makes more of
 * them, {@code -Dleasegate.soak.seed=N} others.
 */
@Timeout(7_200)
class SoakTest {

    private static final long CALLS = Long.getLong("leasegate.soak.calls", 20_000);
    private static final long SEED = Long.getLong("leasegate.soak.seed", 20_261_124);
    private static final int INSTANCES = 3;
    private static final String SERVICE = "soak";

    /** The pools of the allocator keep some chunks for the next time; a leak of one buffer in a hundred calls is more. */
    private static final long SLACK_BYTES = 24L << 20;

    /** Counts of what a gateway reports. */
    private static final class Counts implements CallObserver, ConnectionObserver {
        private final AtomicLong started = new AtomicLong();
        private final AtomicLong ended = new AtomicLong();
        private final AtomicInteger clients = new AtomicInteger();
        private final AtomicInteger upstreams = new AtomicInteger();
        private final AtomicLong upstreamsEver = new AtomicLong();

        @Override
        public void onStart() {
            started.incrementAndGet();
        }

        @Override
        public void onEnd(AccessRecord call) {
            ended.incrementAndGet();
        }

        @Override
        public void onDownstreamOpen(String listener) {
            clients.incrementAndGet();
        }

        @Override
        public void onDownstreamClose(String listener) {
            clients.decrementAndGet();
        }

        @Override
        public void onUpstreamOpen(EndpointId endpoint) {
            upstreams.incrementAndGet();
            upstreamsEver.incrementAndGet();
        }

        @Override
        public void onUpstreamClose(EndpointId endpoint, UpstreamEnd why) {
            upstreams.decrementAndGet();
        }
    }

    private final Counts counts = new Counts();
    private final RouteTableBuilder tables =
            new RouteTableBuilder(service -> new RoundRobinLoadBalancer(), List.of(), "static");
    private final RouteTableRef ref = new RouteTableRef(tables.table());
    private long revision;

    @Test
    void nothingIsLeftOfManyCalls() throws Exception {
        MultiThreadIoEventLoopGroup peers = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        List<SoakInstance> instances = new ArrayList<>();
        for (int i = 0; i < INSTANCES; i++) {
            instances.add(new SoakInstance(peers.next(), SEED + i));
        }
        ListenerSettings listener = new ListenerSettings("main", "127.0.0.1", 0, ProtocolSettings.DEFAULT);
        GatewaySettings settings = new GatewaySettings(List.of(listener), 2, service -> UpstreamSettings.DEFAULT);
        try (Gateway gateway = new Gateway(settings, ref, counts, counts)) {
            gateway.start();
            // The first tenth warms up what is kept for ever: loops, pools of the allocator, classes.
            round(gateway, peers, instances, CALLS / 10, SEED);
            long sockets = openFiles();
            long memory = PlatformDependent.usedDirectMemory();
            round(gateway, peers, instances, CALLS - CALLS / 10, SEED + 1);
            System.out.printf(
                    "soak: %d calls, %d connections to instances, direct memory %,d before and %,d after, open files %d and %d%n",
                    counts.ended.get(),
                    counts.upstreamsEver.get(),
                    memory,
                    PlatformDependent.usedDirectMemory(),
                    sockets,
                    openFiles());
            Pause.until(
                    Duration.ofSeconds(30),
                    () -> openFiles() + " open files, and there were " + sockets,
                    () -> openFiles() <= sockets);
            assertThat(PlatformDependent.usedDirectMemory()).as("direct memory").isLessThan(memory + SLACK_BYTES);
        } finally {
            instances.forEach(SoakInstance::close);
            peers.shutdownGracefully().syncUninterruptibly();
        }
        LeakRecorder.assertNoLeaks();
    }

    private void round(
            Gateway gateway, MultiThreadIoEventLoopGroup peers, List<SoakInstance> instances, long calls, long seed)
            throws InterruptedException {
        List<Instance> registered = instances.stream()
                .map(i -> new Instance(
                        new EndpointId(SERVICE, "127.0.0.1", i.port()), 1, "", Map.of(), false, "static", "", 0, 0, 0))
                .toList();
        publish(gateway, registered);
        long startedBefore = counts.started.get();
        SoakClients clients = new SoakClients(peers.next(), gateway.port("main"), SERVICE, seed);
        clients.begin(calls);
        awaitEnd(clients, calls, gateway);
        // A call that was cancelled in the turn it began in, or whose client left at once, may never have reached the
        // gateway.
        assertThat(counts.started.get() - startedBefore).isBetween(calls / 2, calls);
        assertThat(clients.answered()).as("calls that got their whole response").isGreaterThan(calls / 4);
        ref.get()
                .clusters()
                .forEach(c -> c.endpoints()
                        .forEach(e -> Pause.until(
                                Duration.ofSeconds(30),
                                () -> e + " counts " + e.stats().inFlight() + " calls in flight",
                                () -> e.stats().inFlight() == 0)));
        publish(gateway, List.of());
        Pause.until(
                Duration.ofSeconds(60),
                () -> "left: " + gateway.activeExchanges() + " calls, " + counts.started + " began and " + counts.ended
                        + " ended, " + counts.clients + " clients, " + counts.upstreams + " connections to instances, "
                        + gateway.queuedBytes() + " bytes queued, " + clients.connections() + " connections of clients",
                () -> gateway.activeExchanges() == 0
                        && counts.started.get() == counts.ended.get()
                        && counts.clients.get() == 0
                        && counts.upstreams.get() == 0
                        && gateway.queuedBytes() == 0
                        && clients.connections() == 0);
        clients.close();
    }

    /** However long it takes, as long as it goes on. */
    private static void awaitEnd(SoakClients clients, long calls, Gateway gateway) throws InterruptedException {
        long last = -1;
        while (clients.ended() < calls) {
            assertThat(clients.ended())
                    .as("calls go on ending; %d are active in the gateway", gateway.activeExchanges())
                    .isGreaterThan(last);
            last = clients.ended();
            for (int i = 0; i < 300 && clients.ended() < calls && (i < 10 || clients.ended() == last); i++) {
                Pause.millis(100);
            }
        }
    }

    private void publish(Gateway gateway, List<Instance> instances) {
        tables.set("", instances);
        TableUpdate update = tables.build(++revision);
        ref.publish(update.table());
        update.removed().forEach(e -> gateway.retire(e, System.nanoTime()));
    }

    private static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }
}
