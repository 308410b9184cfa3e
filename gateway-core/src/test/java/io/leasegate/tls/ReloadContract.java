package io.leasegate.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GatewayExtension.TlsParts;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.TestAuthority;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import io.leasegate.testkit.TlsProbe;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that change while calls go on, whichever provider does the cryptography. */
@Timeout(300)
@SuppressWarnings("NullAway.Init") // made before each test, or before all
abstract class ReloadContract {

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final int SWAPS = 20;

    @TempDir
    static Path directory;

    private static TestAuthority authority;
    private static TestAuthority clients;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final CertificateWatch watch = new CertificateWatch(Duration.ofMillis(20), new TlsListener() {
        @Override
        public void onReloaded(String owner, String content) {
            told.add("reloaded " + content);
        }

        @Override
        public void onRejected(String owner, String reason) {
            told.add("rejected " + reason);
        }
    });
    private KeyPairFiles files;
    private Path clientCa;

    @RegisterExtension
    final GatewayExtension gateway;

    ReloadContract(TlsProvider provider) {
        gateway = GatewayExtension.create().tls(new TlsParts() {
            @Override
            public Map<String, ListenerTls> listeners() throws IOException {
                files = authority.issue("current", "echo");
                clientCa = Files.copy(
                        clients.file(), directory.resolve("client-ca.pem"), StandardCopyOption.REPLACE_EXISTING);
                ServerTls settings = ServerTls.of(files.certificate(), files.privateKey())
                        .withClients(clientCa, ClientAuthentication.OPTIONAL);
                return Map.of("main", ListenerTls.open("main", settings, provider, watch));
            }
        });
    }

    @BeforeAll
    static void authorities() {
        authority = TestAuthority.create(directory, "ca");
        clients = TestAuthority.create(directory, "clients");
    }

    @BeforeEach
    void watch() {
        watch.start();
    }

    @AfterEach
    void stopWatching() {
        watch.close();
    }

    private TestClient client() {
        return gateway.grpcClient("echo", TestServer.SERVICE, b -> authority.trustedBy(b, null));
    }

    private String served() throws IOException {
        return TlsProbe.trusting(authority)
                .connect(gateway.port())
                .certificate()
                .getSubjectX500Principal()
                .getName();
    }

    /** Puts another certificate in the place of the current one, its files one after the other. */
    private void swap(String name) throws IOException {
        KeyPairFiles next = authority.issue(name, "echo");
        Files.move(next.certificate(), files.certificate(), StandardCopyOption.ATOMIC_MOVE);
        Pause.millis(5);
        Files.move(next.privateKey(), files.privateKey(), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void callsGoOnWhileCertificatesChange() throws Exception {
        gateway.server("echo");
        TestClient standing = client();
        TestClient.Call stream = standing.bidi().send(HELLO);
        assertThat(stream.receive()).isEqualTo(HELLO);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            boolean connectsAnew = i > 0;
            Thread t = new Thread(() -> {
                while (!stop.get()) {
                    try {
                        if (connectsAnew) {
                            try (TestClient c = TestClient.connect(
                                    gateway.port(), "echo", TestServer.SERVICE, b -> authority.trustedBy(b, null))) {
                                c.unary(HELLO);
                            }
                        } else {
                            standing.unary(HELLO);
                        }
                        calls.incrementAndGet();
                    } catch (RuntimeException | AssertionError e) {
                        failures.add(e);
                    }
                }
            });
            t.start();
            callers.add(t);
        }
        for (int i = 1; i <= SWAPS; i++) {
            String name = "swap" + i;
            swap(name);
            Pause.until(
                    Duration.ofSeconds(30),
                    () -> name + " is not in use: " + told,
                    () -> told.stream().anyMatch(s -> s.contains("CN=" + name + " ")));
            assertThat(served()).isEqualTo("CN=" + name);
        }
        stop.set(true);
        for (Thread t : callers) {
            t.join();
        }
        assertThat(failures).isEmpty();
        assertThat(calls.get()).isGreaterThan(SWAPS);
        assertThat(stream.send(HELLO).receive()).isEqualTo(HELLO);
        stream.halfClose();
        assertThat(stream.status().getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void aBadFileLeavesTheOldOneInUse() throws IOException {
        gateway.server("echo");
        KeyPairFiles other = authority.issue("other", "echo");
        Files.move(other.certificate(), files.certificate(), StandardCopyOption.ATOMIC_MOVE);
        Pause.until(Duration.ofSeconds(30), () -> "told: " + told, () -> !told.isEmpty());
        assertThat(told)
                .containsExactly("rejected " + files.privateKey() + ": not the key of the first certificate in "
                        + files.certificate() + "; give the two that were made together");
        assertThat(served()).isEqualTo("CN=current");
        assertThat(client().unary(HELLO)).isEqualTo(HELLO);
        Files.move(other.privateKey(), files.privateKey(), StandardCopyOption.ATOMIC_MOVE);
        Pause.until(Duration.ofSeconds(30), () -> "told: " + told, () -> told.size() > 1);
        assertThat(served()).isEqualTo("CN=other");
    }

    /** A ticket from before must not bring in a client whose authority is no longer trusted. */
    @Test
    void anAuthorityThatIsTakenOut() throws IOException {
        X509Bundle own = clients.make("web", b -> b.addExtendedKeyUsageClientAuth());
        TlsProbe probe = TlsProbe.stubborn(authority, own);
        probe.connect(gateway.port());
        probe.connect(gateway.port());
        assertThat(gateway.observer().handshake(1).resumed()).isTrue();
        Files.copy(TestAuthority.create(directory, "successor").file(), clientCa, StandardCopyOption.REPLACE_EXISTING);
        Pause.until(Duration.ofSeconds(30), () -> "told: " + told, () -> !told.isEmpty());
        assertThat(probe.refused(gateway.port())).isNotNull();
        assertThat(gateway.observer().handshakeFailure(0).failure()).isEqualTo(TlsFailure.UNTRUSTED);
    }
}
