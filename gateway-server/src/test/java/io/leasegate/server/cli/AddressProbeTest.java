package io.leasegate.server.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.leasegate.server.cli.AddressProbe.Outcome;
import io.leasegate.server.cli.AddressProbe.Result;
import io.leasegate.server.cli.AddressProbe.Target;
import io.leasegate.testkit.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Real sockets on loopback, each with something else behind it. */
class AddressProbeTest {

    private static Result probe(Target target) throws InterruptedException {
        return probe(target, Duration.ofSeconds(3));
    }

    private static Result probe(Target target, Duration timeout) throws InterruptedException {
        Map<Target, Result> results = new AddressProbe(timeout).probe(Set.of(target), Duration.ofSeconds(60));
        return requireNonNull(results.get(target));
    }

    private static Target at(int port) {
        return new Target("127.0.0.1", port, false);
    }

    /** A server that reads what comes first, answers these bytes, and closes the connection if it is to. */
    private static ServerSocket answering(byte[] answer, boolean closes) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try {
                    Socket s = server.accept();
                    InputStream in = s.getInputStream();
                    in.read(new byte[256]);
                    s.getOutputStream().write(answer);
                    s.getOutputStream().flush();
                    if (closes) {
                        s.close();
                    }
                } catch (IOException e) {
                    // closed, or the probe went away
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    @Test
    void aGrpcServer() throws Exception {
        try (TestServer server = TestServer.start()) {
            assertThat(probe(at(server.port()))).isEqualTo(new Result(Outcome.HTTP2, ""));
            assertThat(probe(new Target("127.0.0.1", server.port(), true)).outcome())
                    .isEqualTo(Outcome.NO_TLS);
        }
    }

    @Test
    void aWebServer() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        try {
            assertThat(probe(at(server.getAddress().getPort())).outcome()).isEqualTo(Outcome.HTTP1);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aServerThatAnswersInHttp1() throws Exception {
        byte[] reply = "HTTP/1.1 505 HTTP Version Not Supported\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket server = answering(reply, true)) {
            assertThat(probe(at(server.getLocalPort())).outcome()).isEqualTo(Outcome.HTTP1);
        }
    }

    @Test
    void aServerThatWantsTls() throws Exception {
        try (ServerSocket server = answering(new byte[] {21, 3, 3, 0, 2, 2, 22}, true)) {
            assertThat(probe(at(server.getLocalPort())).outcome()).isEqualTo(Outcome.TLS);
        }
    }

    @Test
    void aServerThatSaysSomethingElse() throws Exception {
        try (ServerSocket server = answering("+OK ready and waiting\r\n".getBytes(StandardCharsets.US_ASCII), true)) {
            assertThat(probe(at(server.getLocalPort())).outcome()).isEqualTo(Outcome.OTHER);
        }
        try (ServerSocket server = answering(new byte[0], true)) {
            assertThat(probe(at(server.getLocalPort())).outcome()).isEqualTo(Outcome.OTHER);
        }
    }

    @Test
    void aServerThatSaysNothing() throws Exception {
        try (ServerSocket server = answering(new byte[0], false)) {
            assertThat(probe(at(server.getLocalPort()), Duration.ofMillis(500)).outcome())
                    .isEqualTo(Outcome.SILENT);
        }
    }

    @Test
    void nobody() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        assertThat(probe(at(port)).outcome()).isEqualTo(Outcome.UNREACHABLE);
        assertThat(probe(new Target("no-such-host.invalid", 80, false)))
                .isEqualTo(new Result(Outcome.UNREACHABLE, "the name no-such-host.invalid has no address"));
    }

    @Test
    void whatIsNotProbedInTimeIsSaidSo() throws Exception {
        try (ServerSocket server = answering(new byte[0], false)) {
            Target target = at(server.getLocalPort());
            Map<Target, Result> results =
                    new AddressProbe(Duration.ofSeconds(30)).probe(Set.of(target), Duration.ofMillis(50));
            assertThat(requireNonNull(results.get(target)).outcome()).isEqualTo(Outcome.NOT_PROBED);
        }
    }
}
