package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.Status;
import io.leasegate.proxy.UpstreamEnd;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.testkit.EchoServerProgram;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.NetworkNamespace;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.TestClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * R11: an instance whose host falls silent, without FIN or RST, is found by the kernel within 10 s, with and without calls, and
 * without one HTTP/2 PING. The host is a network namespace, so that these tests need root and {@code ip}; elsewhere they are skipped and
 * say so.
 */
@Timeout(120)
class SilentDeathTest {

    private static final int PORT = 50051;

    /** What the kernel needs, and as much again for a slow machine. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Calls may wait long: a server that has just begun is slow to answer the first. */
    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .upstream(UpstreamSettings.DEFAULT.withConnectTimeout(10_000).withPending(100, 20_000));

    @TempDir
    Path directory;

    private NetworkNamespace host;
    private Process server;

    @BeforeEach
    void startInstanceOnAHostOfItsOwn() {
        String obstacle = NetworkNamespace.obstacle();
        if (!obstacle.isEmpty()) {
            System.out.println("SKIPPED: SilentDeathTest needs root and network namespaces: " + obstacle);
        }
        assumeTrue(obstacle.isEmpty(), () -> "needs root and network namespaces: " + obstacle);
        host = NetworkNamespace.create();
        Path output = directory.resolve("server.log");
        server = host.java(output, EchoServerProgram.class, host.address(), Integer.toString(PORT));
        Pause.until(
                Duration.ofSeconds(60),
                () -> "the server says: " + read(output),
                () -> read(output).contains(EchoServerProgram.READY));
        gateway.registerHost(AUTHORITY, host.address(), PORT);
    }

    @AfterEach
    void stopInstance() throws InterruptedException {
        if (server != null) {
            server.destroyForcibly().waitFor();
        }
        if (host != null) {
            host.close();
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitNoticed(long silentSinceNanos) {
        Pause.until(
                LIMIT,
                () -> "the gateway still holds the connection",
                () -> gateway.observer().upstreamConnections() == 0);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - silentSinceNanos);
        System.out.println("silent host noticed after " + millis + " ms");
        assertThat(gateway.observer().upstreamEnds()).containsExactly(UpstreamEnd.LOST);
    }

    private static void assertSaysWhy(TestClient.Call call) {
        Status status = call.status();
        assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status.getDescription()).contains("service echo", "phase response", "timed out");
    }

    @Test
    void r11SilentHostIsFoundWhileACallIsSilent() {
        TestClient.Call call = gateway.grpcClient(AUTHORITY).bidi();
        call.send(new byte[] {1}).receive();
        host.fallSilent();
        awaitNoticed(System.nanoTime());
        assertSaysWhy(call);
    }

    @Test
    void r11SilentHostIsFoundWhileACallSends() {
        TestClient.Call call = gateway.grpcClient(AUTHORITY).bidi();
        call.send(new byte[] {1}).receive();
        host.fallSilent();
        long since = System.nanoTime();
        Thread sender = new Thread(() -> {
            while (gateway.observer().upstreamConnections() > 0) {
                call.send(new byte[] {2});
                Pause.millis(100);
            }
        });
        sender.start();
        awaitNoticed(since);
        assertSaysWhy(call);
    }

    @Test
    void r11SilentHostIsFoundWithoutACallAndIsUsedWhenItIsBack() {
        TestClient client = gateway.grpcClient(AUTHORITY);
        client.unary(new byte[] {1});
        host.fallSilent();
        awaitNoticed(System.nanoTime());
        host.speakAgain();
        Pause.until(LIMIT, () -> "the host is back, but no call reaches it", () -> isServed(client));
    }

    private static boolean isServed(TestClient client) {
        try {
            return client.unary(new byte[] {1}).length == 1;
        } catch (io.grpc.StatusRuntimeException e) {
            return false;
        }
    }
}
