package io.leasegate.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GatewayExtension.TlsParts;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.TestAuthority;
import io.leasegate.testkit.TestServer;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS toward instances, whichever provider does the cryptography. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // made before each test, or before all
abstract class InstanceHandshakesContract {

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    @TempDir
    static Path directory;

    private static TestAuthority authority;
    private static TestAuthority other;
    private static TestAuthority clients;
    private static KeyPairFiles local;
    private static KeyPairFiles named;
    private static KeyPairFiles old;
    private static KeyPairFiles stranger;
    private static KeyPairFiles own;

    private final TlsProvider provider;
    private final CertificateWatch watch = new CertificateWatch(Duration.ofHours(1), TlsListener.NONE);
    private @Nullable ClientTls settings;
    private boolean enabled = true;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .upstream(new UpstreamSettings(ProtocolSettings.DEFAULT, 2_000, 4, 1_000, 20_000))
            .tls(new TlsParts() {
                @Override
                public UpstreamTls upstream() throws IOException {
                    ClientTls s = settings == null ? new ClientTls(authority.file(), null, null) : settings;
                    return UpstreamTls.open("services.echo.tls", enabled, s, provider, watch);
                }
            });

    InstanceHandshakesContract(TlsProvider provider) {
        this.provider = provider;
    }

    @BeforeAll
    static void certificates() {
        authority = TestAuthority.create(directory, "ca");
        other = TestAuthority.create(directory, "other");
        clients = TestAuthority.create(directory, "clients");
        local = authority.issue("local", b -> b.addSanIpAddress("127.0.0.1").addSanDnsName("localhost"));
        named = authority.issue("named", "echo.internal");
        stranger = other.issue("stranger", b -> b.addSanIpAddress("127.0.0.1"));
        old = authority.issue(
                "old",
                b -> b.addSanIpAddress("127.0.0.1")
                        .notBefore(Instant.now().minus(Duration.ofDays(3)))
                        .notAfter(Instant.now().minus(Duration.ofDays(1))));
        own = clients.issue("gateway", b -> b.addExtendedKeyUsageClientAuth());
    }

    @AfterEach
    void stopWatching() {
        watch.close();
    }

    private TestServer server(KeyPairFiles files) {
        return server(files, ClientAuth.NONE, "TLSv1.3");
    }

    private TestServer server(KeyPairFiles files, ClientAuth auth, String version) {
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(
                    files.certificate().toFile(), files.privateKey().toFile());
            SslContext context = GrpcSslContexts.configure(builder, SslProvider.JDK)
                    .protocols(version)
                    .trustManager(clients.file().toFile())
                    .clientAuth(auth)
                    .build();
            return gateway.close(TestServer.start(b -> b.sslContext(context)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void use(ClientTls changed) throws IOException {
        use(changed, true);
    }

    private void use(ClientTls changed, boolean forAll) throws IOException {
        settings = changed;
        enabled = forAll;
        gateway.renewUpstreamTls();
    }

    private byte[] call() {
        return gateway.grpcClient("echo").unary(HELLO);
    }

    private StatusRuntimeException failure() {
        StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, this::call);
        assertThat(e).isNotNull();
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        return e;
    }

    private TlsFailure firstCause() {
        Throwable cause = gateway.observer().connectFailures().get(0).getCause();
        assertThat(cause).isInstanceOf(TlsException.class);
        return ((TlsException) cause).failure();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void anInstanceThatVerifies(String version) {
        TestServer server = server(local, ClientAuth.NONE, version);
        gateway.register("echo", server.port());
        assertThat(call()).isEqualTo(HELLO);
        assertThat(gateway.observer().call(0).endpointAddress()).isEqualTo("127.0.0.1:" + server.port());
    }

    @Test
    void aHostNameIsChecked() {
        TestServer server = server(local);
        gateway.register("echo", "", "localhost", server.port(), false);
        assertThat(call()).isEqualTo(HELLO);
    }

    @Test
    void theConfiguredNameStandsForTheHost() throws IOException {
        use(new ClientTls(authority.file(), null, "echo.internal"));
        gateway.register("echo", server(named).port());
        assertThat(call()).isEqualTo(HELLO);
    }

    @Test
    void anotherNameIsRefused() {
        int port = server(named).port();
        gateway.register("echo", port);
        assertThat(failure().getStatus().getDescription())
                .contains("service echo, instance 127.0.0.1:" + port
                        + ", phase TLS: the instance's certificate is not for" + " 127.0.0.1 (")
                .contains("services.echo.tls.server-name")
                .contains("[UF, request ");
        assertThat(firstCause()).isEqualTo(TlsFailure.NAME);
    }

    @Test
    void anotherAuthorityIsRefused() {
        gateway.register("echo", server(stranger).port());
        assertThat(failure().getStatus().getDescription())
                .contains("the instance's certificate is not signed by an authority of " + authority.file());
        assertThat(firstCause()).isEqualTo(TlsFailure.UNTRUSTED);
    }

    @Test
    void aCertificateOutOfDateIsRefused() {
        gateway.register("echo", server(old).port());
        assertThat(failure().getStatus().getDescription()).contains("the instance's certificate is out of date (");
        assertThat(firstCause()).isEqualTo(TlsFailure.EXPIRED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void theClientCertificateIsShown(String version) throws IOException {
        use(new ClientTls(authority.file(), own, null));
        gateway.register("echo", server(local, ClientAuth.REQUIRE, version).port());
        assertThat(call()).isEqualTo(HELLO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void anInstanceThatAsksForACertificateThatWeHaveNot(String version) {
        gateway.register("echo", server(local, ClientAuth.REQUIRE, version).port());
        assertThat(failure().getStatus().getDescription())
                .contains("phase TLS: the instance refused the connection (")
                .contains("does it ask for a client certificate? That is set in services.echo.tls.certificate");
    }

    @Test
    void anInstanceInClearText() {
        gateway.register("echo", gateway.close(TestServer.start()).port());
        assertThat(failure().getStatus().getDescription()).contains("phase TLS: the instance does not speak TLS (");
        assertThat(firstCause()).isEqualTo(TlsFailure.PLAIN_TEXT);
    }

    @Test
    void aRegistrationThatAsksForTlsGetsIt() throws IOException {
        use(new ClientTls(authority.file(), null, null), false);
        TestServer secured = server(local);
        gateway.register("echo", "", "127.0.0.1", secured.port(), true);
        assertThat(call()).isEqualTo(HELLO);
        gateway.unregister("echo", secured.port());
        gateway.server("echo");
        assertThat(call()).isEqualTo(HELLO);
    }

    @Test
    void withoutSettingsTheAuthoritiesOfTheJvmCount() throws IOException {
        use(ClientTls.DEFAULT, false);
        gateway.register("echo", "", "127.0.0.1", server(local).port(), true);
        assertThat(failure().getStatus().getDescription())
                .contains("not signed by an authority of the JVM (name another one in services.echo.tls.ca)");
        assertThat(firstCause()).isEqualTo(TlsFailure.UNTRUSTED);
    }

    @Test
    void anInstanceWithoutHttp2() throws Exception {
        try (OddServer server = new OddServer(local, "http/1.1")) {
            gateway.register("echo", server.port());
            assertThat(failure().getStatus().getDescription())
                    .contains("phase TLS: the instance does not offer HTTP/2 (");
            assertThat(firstCause()).isEqualTo(TlsFailure.ALPN);
        }
    }

    @Test
    void anInstanceWithoutAlpn() throws Exception {
        try (OddServer server = new OddServer(local)) {
            gateway.register("echo", server.port());
            assertThat(failure().getStatus().getDescription())
                    .contains("phase TLS: the instance does not offer HTTP/2 (");
            assertThat(firstCause()).isEqualTo(TlsFailure.ALPN);
        }
    }

    @Test
    void theNameIsAskedForAlsoWhenItHasNoDot() throws Exception {
        use(new ClientTls(authority.file(), null, "echo"));
        try (OddServer server = new OddServer(authority.issue("dotless", "echo"))) {
            gateway.register("echo", server.port());
            failure();
            Pause.until(Duration.ofSeconds(20), () -> "no name was asked for", () -> !server.names.isEmpty());
            assertThat(server.names).first().asString().contains("value=echo");
        }
    }

    @Test
    void anInstanceThatSaysNothing() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            gateway.register("echo", silent.getLocalPort());
            assertThat(failure().getStatus().getDescription())
                    .contains("phase TLS: the handshake was not over within ");
            assertThat(firstCause()).isEqualTo(TlsFailure.TIMEOUT);
        }
    }

    @Test
    void theInstanceSeesHttpsAsTheScheme() {
        TestServer server = server(local);
        gateway.register("echo", server.port());
        call();
        // grpc-java keeps :scheme to itself; the filter's own test has it. Here: the call came over TLS at all.
        assertThat(server.calls()).hasSize(1);
    }

    @Test
    void anotherAuthorityIsTrustedOnceItsFileHasChanged() throws IOException {
        Path ca = Files.copy(authority.file(), directory.resolve("changing.pem"), StandardCopyOption.REPLACE_EXISTING);
        use(new ClientTls(ca, null, null));
        gateway.register("echo", server(stranger).port());
        assertThat(failure().getStatus().getDescription()).contains("not signed by an authority of " + ca);
        Files.copy(other.file(), ca, StandardCopyOption.REPLACE_EXISTING);
        watch.look();
        Pause.until(Duration.ofSeconds(20), () -> "the instance is not trusted", () -> {
            try {
                return call().length == HELLO.length;
            } catch (StatusRuntimeException e) {
                return false;
            }
        });
    }

    /** A server of the JDK that speaks TLS without HTTP/2, and notes which names it was asked for. */
    private static final class OddServer implements AutoCloseable {

        final List<SNIServerName> names = new CopyOnWriteArrayList<>();
        private final SSLServerSocket server;

        OddServer(KeyPairFiles files, String... protocols) throws Exception {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(TestAuthority.keys(files), null, null);
            server = (SSLServerSocket)
                    context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread thread = new Thread(() -> accept(protocols), "odd-server");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return server.getLocalPort();
        }

        private void accept(String... protocols) {
            while (!server.isClosed()) {
                try (SSLSocket socket = (SSLSocket) server.accept()) {
                    if (protocols.length > 0) {
                        var parameters = socket.getSSLParameters();
                        parameters.setApplicationProtocols(protocols);
                        socket.setSSLParameters(parameters);
                    }
                    socket.startHandshake();
                    names.addAll(((ExtendedSSLSession) socket.getSession()).getRequestedServerNames());
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // The next one.
                }
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
