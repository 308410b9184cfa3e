package io.leasegate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What signals do to {@code serve}: a process of its own with a call in flight. */
class ServeSignalsTest {

    @TempDir
    Path directory;

    @Test
    void oneSignalWaitsForTheCallAndASecondOneCutsIt() throws Exception {
        try (TestServer instance = TestServer.start();
                GateProcess gate = GateProcess.start(directory, instance.port());
                TestClient client = TestClient.connect(gate.port, "echo")) {
            awaitAnswer(client);
            TestClient.Call call = client.bidi().send("one".getBytes(UTF_8));
            assertThat(call.receive()).isEqualTo("one".getBytes(UTF_8));

            gate.signal("TERM");
            gate.awaitLog("draining: no new calls; 1 in flight");
            assertThat(call.send("two".getBytes(UTF_8)).receive()).isEqualTo("two".getBytes(UTF_8));
            assertThat(gate.process.isAlive()).isTrue();

            Thread.sleep(500);
            gate.signal("INT");
            assertThat(gate.process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(gate.process.exitValue()).isZero();
            assertThat(call.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(gate.output())
                    .contains("SIGTERM: stopping")
                    .contains("SIGINT again: stopping at once")
                    .contains("the drain is cut short: 1 calls in flight are cut");
        }
    }

    @Test
    void oneSignalAloneDrainsToTheEndOfTheCall() throws Exception {
        try (TestServer instance = TestServer.start();
                GateProcess gate = GateProcess.start(directory, instance.port());
                TestClient client = TestClient.connect(gate.port, "echo")) {
            awaitAnswer(client);
            TestClient.Call call = client.bidi().send("one".getBytes(UTF_8));
            call.receive();
            gate.signal("INT");
            gate.awaitLog("draining: no new calls; 1 in flight");
            call.halfClose();
            assertThat(call.status().isOk()).isTrue();
            assertThat(gate.process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(gate.process.exitValue()).isZero();
            assertThat(gate.output()).contains("drained").doesNotContain("cut");
        }
    }

    @Test
    void aWishThatArrivesTwiceAtOnceIsOneWish() {
        AtomicLong clock = new AtomicLong(5);
        StringBuilder seen = new StringBuilder();
        StopSignals signals = new StopSignals(clock::get, () -> seen.append("first "), () -> seen.append("further "));
        signals.onSignal("INT");
        signals.onSignal("TERM");
        clock.addAndGet(299_999_999L);
        signals.onSignal("INT");
        assertThat(seen).hasToString("first ");
        clock.incrementAndGet();
        signals.onSignal("INT");
        signals.onSignal("INT");
        assertThat(seen).hasToString("first further further ");
    }

    /** The gateway takes calls before it has seen that the instance is there. */
    private static void awaitAnswer(TestClient client) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                client.unary("zero".getBytes(UTF_8));
                return;
            } catch (StatusRuntimeException e) {
                assertThat(System.nanoTime()).as(e.toString()).isLessThan(end);
                Thread.sleep(50);
            }
        }
    }
}
