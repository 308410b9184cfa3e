package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.ScriptedInstance;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R1 and R29 under load: instances that leave all the time, and one that restarts although it is the only one. */
@Timeout(120)
class RestartTest {

    @RegisterExtension
    final GatewayExtension gateway =
            GatewayExtension.create().upstream(UpstreamSettings.DEFAULT.withPending(1_000, 20_000));

    /** Callers in threads of their own, each with a client connection, until they are stopped. */
    private final class Load implements AutoCloseable {

        private final AtomicInteger calls = new AtomicInteger();
        private final List<Throwable> failures = new CopyOnWriteArrayList<>();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean stopped;

        Load unary(int callers) {
            for (int i = 0; i < callers; i++) {
                TestClient client = gateway.grpcClient(AUTHORITY);
                run(() -> client.unary(new byte[] {1, 2}));
            }
            return this;
        }

        /** Streams of some messages that take longer than a connection lives. */
        Load streams(int callers) {
            for (int i = 0; i < callers; i++) {
                TestClient client = gateway.grpcClient(AUTHORITY);
                run(() -> {
                    TestClient.Call call = client.bidi();
                    for (int m = 0; m < 20; m++) {
                        call.send(new byte[] {(byte) m});
                        call.receive();
                        Pause.millis(20);
                    }
                    call.halfClose();
                    if (!call.status().isOk()) {
                        throw call.status().asRuntimeException();
                    }
                });
            }
            return this;
        }

        private void run(Runnable call) {
            Thread t = new Thread(() -> {
                while (!stopped) {
                    try {
                        call.run();
                    } catch (StatusRuntimeException | AssertionError e) {
                        failures.add(e);
                    }
                    calls.incrementAndGet();
                }
            });
            threads.add(t);
            t.start();
        }

        void awaitCalls(int more) {
            int goal = calls.get() + more;
            Pause.until(
                    Duration.ofSeconds(60),
                    () -> calls + " calls of " + goal + "; failures: " + failures,
                    () -> calls.get() >= goal);
        }

        List<Throwable> failures() {
            return failures;
        }

        @Override
        public void close() {
            stopped = true;
            for (Thread t : threads) {
                Pause.until(Duration.ofSeconds(30), () -> "a caller hangs", () -> !t.isAlive());
            }
        }
    }

    @Test
    void r1InstancesThatLeaveEachConnectionAfter300MillisecondsCostNoCall() throws Exception {
        ScriptedInstance a = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        ScriptedInstance b = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        AtomicInteger left = new AtomicInteger();
        boolean[] stop = {false};
        Thread leaver = new Thread(() -> {
            Set<RawHttp2Peer> done = new HashSet<>();
            while (!stop[0]) {
                Pause.millis(300);
                for (ScriptedInstance instance : List.of(a, b)) {
                    for (RawHttp2Peer c : instance.connections()) {
                        if (done.add(c)) {
                            leaveInTwoSteps(c);
                            left.incrementAndGet();
                        }
                    }
                }
            }
        });
        try (Load load = new Load().unary(4)) {
            leaver.start();
            Pause.until(Duration.ofSeconds(60), () -> "left " + left + " connections", () -> left.get() >= 30);
            load.awaitCalls(100);
            stop[0] = true;
            leaver.join();
            assertThat(load.failures()).as("of " + load.calls + " calls").isEmpty();
        }
        assertThat(gateway.observer().goAways()).hasSizeGreaterThan(30);
    }

    /** RFC 9113 section 6.8: the highest id, a PING round trip, then the last id that was taken. */
    private static void leaveInTwoSteps(RawHttp2Peer connection) {
        try {
            connection.send().goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR, "max_age");
            connection.expectAlive();
            int last = connection.received().stream()
                    .filter(f -> f.type() == RawFrame.HEADERS)
                    .mapToInt(RawFrame::streamId)
                    .max()
                    .orElse(0);
            connection.send().goAway(last, Http2Error.NO_ERROR, "max_age");
        } catch (AssertionError | java.io.UncheckedIOException e) {
            // The gateway has closed it already, since no call was open.
            if (!connection.isClosed()) {
                throw e;
            }
        }
    }

    @Test
    void r1GrpcServersWithAMaximumAgeCostNeitherCallsNorStreams() throws Exception {
        for (int i = 0; i < 2; i++) {
            TestServer s = gateway.close(TestServer.start((NettyServerBuilder b) ->
                    b.maxConnectionAge(300, TimeUnit.MILLISECONDS).maxConnectionAgeGrace(30, TimeUnit.SECONDS)));
            gateway.register(AUTHORITY, s.port());
        }
        try (Load load = new Load().unary(3).streams(2)) {
            Pause.until(
                    Duration.ofSeconds(60),
                    () -> "GOAWAYs: " + gateway.observer().goAways().size(),
                    () -> gateway.observer().goAways().size() >= 24);
            load.awaitCalls(100);
            assertThat(load.failures()).as("of " + load.calls + " calls").isEmpty();
        }
    }

    @Test
    void r29OnlyInstanceThatRestartsInOrderCostsNoCall() throws Exception {
        TestServer server = gateway.server(AUTHORITY);
        try (Load load = new Load().unary(4)) {
            for (int i = 0; i < 4; i++) {
                load.awaitCalls(50);
                server.shutdown();
                Pause.millis(200);
                server.restart();
            }
            load.awaitCalls(50);
            assertThat(load.failures()).as("of " + load.calls + " calls").isEmpty();
        }
    }

    @Test
    void r29OnlyInstanceThatIsKilledCostsOnlyCallsThatWereSentToIt() throws Exception {
        TestServer server = gateway.server(AUTHORITY);
        try (Load load = new Load().unary(4)) {
            for (int i = 0; i < 4; i++) {
                load.awaitCalls(50);
                server.kill();
                Pause.millis(200);
                server.restart();
            }
            load.awaitCalls(50);
            assertThat(load.failures())
                    .as("at most the calls in flight at a kill")
                    .hasSizeLessThanOrEqualTo(16)
                    .allSatisfy(f -> assertThat(f.getMessage()).containsAnyOf("phase sent", "phase response"));
        }
    }
}
