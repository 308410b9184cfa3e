package io.leasegate.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A well-behaved client with a connection and an instance of its own, which makes one call after the other on a thread of its own while a
 * test attacks its gateway. Safe from any thread.
 */
public final class Neighbour implements AutoCloseable {

    private static final String SERVICE = "neighbour";

    private static final int MAX_GROWTH_BYTES = 64 << 20;

    private final long directBefore = PlatformDependent.usedDirectMemory();
    private final AtomicInteger served = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean leaving;

    private Neighbour(RawHttp2Client client) {
        thread = new Thread(() -> callOn(client), "neighbour");
        thread.setDaemon(true);
        thread.start();
    }

    /** Moves in beside the peers of a test; leaves with them. */
    public static Neighbour of(GatewayExtension gateway) {
        gateway.instance(SERVICE, ScriptedInstance::echo);
        Neighbour neighbour = gateway.close(new Neighbour(gateway.client()));
        neighbour.assertServed();
        return neighbour;
    }

    private void callOn(RawHttp2Client client) {
        while (!leaving) {
            try {
                GrpcResponse r = client.unary(SERVICE, "/leasegate.test.Echo/Unary", "hello");
                if (r.grpcStatus() != 0) {
                    failures.add("status " + r.grpcStatus() + " " + r.grpcMessage());
                }
                served.incrementAndGet();
            } catch (RuntimeException | AssertionError e) {
                failures.add(e.toString());
                return;
            }
            Pause.millis(1);
        }
    }

    /** Ten more calls are served from here on, and none ever failed. */
    public void assertServed() {
        int before = served.get();
        Pause.until(
                Duration.ofSeconds(30),
                () -> "the neighbour's calls: " + served + " served, " + failures,
                () -> served.get() >= before + 10 || !failures.isEmpty());
        if (!failures.isEmpty()) {
            throw new AssertionError("the neighbour suffers: " + failures);
        }
    }

    /** As above, with the gateway's direct memory about what it was before the attack; then it leaves. */
    public void assertUnharmed() {
        assertServed();
        assertThat(PlatformDependent.usedDirectMemory() - directBefore)
                .as("growth of direct memory")
                .isLessThan(MAX_GROWTH_BYTES);
        close();
    }

    @Override
    public void close() {
        leaving = true;
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
