package io.leasegate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A gateway process that may open few files, and a client that opens more connections than that. */
@Timeout(180)
@EnabledOnOs(OS.LINUX)
class FewFilesTest {

    private static final int FILES = 400;
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path directory = Path.of("");

    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void closeSockets() {
        sockets.forEach(FewFilesTest::close);
    }

    private static void close(Socket s) {
        try {
            s.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void connectManyTimes(int port) throws IOException {
        for (int i = 0; i < FILES + 100; i++) {
            Socket s = new Socket();
            s.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
            sockets.add(s);
        }
    }

    @Test
    void byDefaultOneAddressCannotTakeAllFiles() throws Exception {
        try (TestServer instance = TestServer.start();
                GateProcess gate = GateProcess.startWithFiles(FILES, directory, instance.port(), "")) {
            gate.awaitLog("connections: 320, per address: 160");
            try (TestClient early = TestClient.connect(gate.port, "echo")) {
                awaitAnswer(early);
                connectManyTimes(gate.port);
                gate.awaitLog("connections.max-per-address = 160");
                assertThat(early.unary("still".getBytes(UTF_8))).isEqualTo("still".getBytes(UTF_8));
            }
            // Another address finds room, and files are left for the connection to the instance.
            try (Socket other = new Socket()) {
                other.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), 0));
                other.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gate.port), 5_000);
                other.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(UTF_8));
                other.setSoTimeout(20_000);
                byte[] head = other.getInputStream().readNBytes(9);
                assertThat(head).hasSize(9);
                assertThat(head[3]).as("the type of the first frame, SETTINGS").isEqualTo((byte) 4);
            }
            assertThat(gate.output()).doesNotContain("the system gives no connection");
        }
    }

    @Test
    void withoutLimitsAnAcceptThatFailsIsToldAndDoesNotSpin() throws Exception {
        try (TestServer instance = TestServer.start();
                GateProcess gate = GateProcess.startWithFiles(
                        FILES, directory, instance.port(), ", connections { max = none, max-per-address = none }");
                TestClient early = TestClient.connect(gate.port, "echo")) {
            awaitAnswer(early);
            connectManyTimes(gate.port);
            gate.awaitLog("the system gives no connection");
            long before = gate.cpuTicks();
            Pause.millis(3_000);
            // A hundred ticks are a second: a loop that spins would take about three hundred.
            assertThat(gate.cpuTicks() - before).isLessThan(150);
            assertThat(early.unary("still".getBytes(UTF_8))).isEqualTo("still".getBytes(UTF_8));
            sockets.forEach(FewFilesTest::close);
            try (TestClient late = TestClient.connect(gate.port, "echo")) {
                awaitAnswer(late);
            }
            assertThat(gate.output().lines().filter(l -> l.contains("the system gives no connection")))
                    .as("lines in the log")
                    .hasSizeLessThanOrEqualTo(3);
        }
    }

    private static void awaitAnswer(TestClient client) {
        Pause.until(LONG, () -> "no answer", () -> {
            try {
                client.unary("zero".getBytes(UTF_8));
                return true;
            } catch (StatusRuntimeException e) {
                return false;
            }
        });
    }
}
