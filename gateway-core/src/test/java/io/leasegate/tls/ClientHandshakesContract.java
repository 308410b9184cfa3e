package io.leasegate.tls;

import static io.leasegate.tls.ClientAuthentication.NONE;
import static io.leasegate.tls.ClientAuthentication.OPTIONAL;
import static io.leasegate.tls.ClientAuthentication.REQUIRE;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GatewayExtension.TlsParts;
import io.leasegate.testkit.TestAuthority;
import io.leasegate.testkit.TlsProbe;
import io.leasegate.testkit.TlsProbe.Secured;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes of clients, whichever provider does the cryptography. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // made before each test, or before all
abstract class ClientHandshakesContract {

    @TempDir
    static Path directory;

    private final TlsProvider provider;
    private final CertificateWatch watch = new CertificateWatch(Duration.ofHours(1), TlsListener.NONE);

    private static TestAuthority authority;
    private static TestAuthority clients;
    private static TestAuthority other;
    private static KeyPairFiles main;
    private static List<KeyPairFiles> more;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().tls(new TlsParts() {
        @Override
        public Map<String, ListenerTls> listeners() throws IOException {
            return ClientHandshakesContract.this.listeners();
        }
    });

    ClientHandshakesContract(TlsProvider provider) {
        this.provider = provider;
    }

    @BeforeAll
    static void certificates() {
        authority = TestAuthority.create(directory, "ca");
        clients = TestAuthority.create(directory, "clients");
        other = TestAuthority.create(directory, "other");
        main = authority.issue("main", "main.example");
        more = List.of(
                main,
                authority.issue("a", "a.example", "shared.example"),
                authority.issue("wild", "*.wild.example", "shared.example"),
                authority.issue("inner", "inner.wild.example"),
                authority.issue("rsa", b -> b.rsa2048().addSanDnsName("rsa.example")),
                authority.issue("ed", b -> b.algorithm(Algorithm.ed25519).addSanDnsName("ed.example")));
    }

    private Map<String, ListenerTls> listeners() throws IOException {
        assertThat(provider.isAvailable()).as(provider.obstacle()).isTrue();
        ServerTls one = ServerTls.of(main.certificate(), main.privateKey());
        Map<String, ServerTls> settings = new LinkedHashMap<>();
        settings.put("main", new ServerTls(more, null, NONE, TlsVersion.TLS_1_2, 20_000, null));
        settings.put("modern", new ServerTls(List.of(main), null, NONE, TlsVersion.TLS_1_3, 20_000, null));
        settings.put("hasty", new ServerTls(List.of(main), null, NONE, TlsVersion.TLS_1_2, 300, null));
        settings.put("optional", one.withClients(clients.file(), OPTIONAL));
        settings.put("require", one.withClients(clients.file(), REQUIRE));
        settings.put("none", one.withClients(clients.file(), NONE));
        Map<String, ListenerTls> opened = new LinkedHashMap<>();
        for (Map.Entry<String, ServerTls> e : settings.entrySet()) {
            opened.put(e.getKey(), ListenerTls.open(e.getKey(), e.getValue(), provider, watch));
        }
        return opened;
    }

    @AfterEach
    void stopWatching() {
        watch.close();
    }

    private static @Nullable String identity(TlsPeer peer) {
        return peer.identity() == null ? null : peer.identity().toString();
    }

    private TlsProbe probe() {
        return TlsProbe.trusting(authority);
    }

    private TlsProbe client(X509Bundle own) {
        return TlsProbe.trusting(authority, own);
    }

    private X509Bundle client(String name) {
        return clients.make(name, b -> b.addExtendedKeyUsageClientAuth().addSanDnsName(name + ".clients"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bothVersions(String version) throws IOException {
        Secured secured = probe().versions(version).connect(gateway.port());
        assertThat(secured.version()).isEqualTo(version);
        assertThat(secured.protocol()).isEqualTo("h2");
        TlsPeer peer = gateway.observer().handshake(0);
        assertThat(peer.version()).isEqualTo(version);
        assertThat(identity(peer)).isNull();
        assertThat(peer.resumed()).isFalse();
    }

    @Test
    void anOlderVersionThanTheListenersIsRefused() {
        assertThat(probe().versions("TLSv1.2").refused(gateway.port("modern")))
                .hasMessageContaining("protocol_version");
        assertThat(gateway.observer().handshakeFailure(0).failure()).isEqualTo(TlsFailure.VERSION);
    }

    @ParameterizedTest
    @CsvSource({
        "main.example, main",
        "a.example, a",
        "A.Example, a",
        "x.wild.example, wild",
        "inner.wild.example, inner",
        "x.y.wild.example, main",
        "wild.example, main",
        "unknown.example, main",
        "shared.example, a",
        "rsa.example, rsa",
        "ed.example, ed"
    })
    void theNameChoosesTheCertificate(String name, String certificate) throws IOException {
        Secured secured = probe().serverName(name).connect(gateway.port());
        assertThat(secured.certificate().getSubjectX500Principal().getName()).isEqualTo("CN=" + certificate);
    }

    @Test
    void noNameGetsTheFirstCertificate() throws IOException {
        Secured secured = probe().connect(gateway.port());
        assertThat(secured.certificate().getSubjectX500Principal().getName()).isEqualTo("CN=main");
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, ", "TLSv1.3, ", "TLSv1.2, http/1.1", "TLSv1.3, http/1.1"})
    void aClientWithoutHttp2IsToldSo(String version, String protocol) {
        String[] alpn = protocol == null ? new String[0] : new String[] {protocol};
        assertThat(probe().versions(version).alpn(alpn).refused(gateway.port()))
                .hasMessageContaining("no_application_protocol");
        TlsException failure = gateway.observer().handshakeFailure(0);
        assertThat(failure.failure()).isEqualTo(TlsFailure.ALPN);
        assertThat(failure).hasMessageStartingWith("the client offers no HTTP/2: ");
    }

    @Test
    void http2AmongOthersIsChosen() throws IOException {
        assertThat(probe().alpn("http/1.1", "h2").connect(gateway.port()).protocol())
                .isEqualTo("h2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"})
    void aClientInClearTextIsTurnedAway(String bytes) throws IOException {
        assertThat(answerTo(bytes, "main")).isEmpty();
        TlsException failure = gateway.observer().handshakeFailure(0);
        assertThat(failure.failure()).isEqualTo(TlsFailure.PLAIN_TEXT);
        assertThat(failure).hasMessageContaining("'" + bytes.substring(0, 16).strip() + "'");
    }

    /** An alert; a hello of SSL 2; a ServerHello; an empty record; a message longer than any hello. */
    @ParameterizedTest
    @ValueSource(strings = {"15030100020100", "802e010301", "160301000502000001ff", "1603010000", "160301000401200000"})
    void whatIsNoClientHelloIsTurnedAway(String hex) throws IOException {
        answerTo(new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1), "main");
        assertThat(gateway.observer().handshakeFailure(0).failure()).isIn(TlsFailure.PLAIN_TEXT, TlsFailure.OTHER);
    }

    @Test
    void aTlsClientOnAListenerInClearTextIsTurnedAway() {
        assertThat(probe().refused(gateway.port("clear"))).isNotNull();
        assertThat(gateway.observer().handshakeFailure(0).failure()).isEqualTo(TlsFailure.TLS_ON_CLEAR_TEXT);
    }

    /** All that the listener answers before it closes. */
    private String answerTo(String bytes, String listener) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port(listener))) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aSilentClientIsNotWaitedForForLong() throws IOException {
        assertThat(answerTo("", "hasty")).isEmpty();
        assertThat(gateway.observer().handshakeFailure(0).failure()).isEqualTo(TlsFailure.TIMEOUT);
        assertThat(answerTo("\u0016\u0003\u0001", "hasty")).isEmpty();
        assertThat(gateway.observer().handshakeFailure(1).failure()).isEqualTo(TlsFailure.TIMEOUT);
    }

    @Test
    void aClientThatLeavesInTheMiddle() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.getOutputStream().write(new byte[] {22, 3, 1, 1});
        }
        assertThat(gateway.observer().handshakeFailure(0).failure()).isEqualTo(TlsFailure.CLOSED);
    }

    @Test
    void aClientThatDoesNotTrustTheCertificate() {
        assertThat(TlsProbe.trusting(other).refused(gateway.port())).hasMessageContaining("certification path");
        assertThat(gateway.observer().handshakeFailure(0).failure()).isEqualTo(TlsFailure.REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sessionsAreResumed(String version) throws IOException {
        TlsProbe probe = probe().versions(version);
        for (int i = 0; i < 3; i++) {
            probe.connect(gateway.port());
        }
        assertThat(gateway.observer().handshake(0).resumed()).isFalse();
        assertThat(gateway.observer().handshake(1).resumed()).isTrue();
        assertThat(gateway.observer().handshake(2).resumed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aResumedSessionKeepsTheIdentity(String version) throws IOException {
        TlsProbe probe = client(client("web")).versions(version);
        probe.connect(gateway.port("require"));
        probe.connect(gateway.port("require"));
        TlsPeer second = gateway.observer().handshake(1);
        assertThat(second.resumed()).isTrue();
        assertThat(identity(second)).isEqualTo("web.clients");
    }

    @ParameterizedTest
    @CsvSource({
        "none, false, ",
        "none, true, ",
        "optional, false, ",
        "optional, true, web.clients",
        "require, true, web.clients"
    })
    void clientsThatAreTaken(String listener, boolean showsOne, String identity) throws IOException {
        TlsProbe probe = showsOne ? client(client("web")) : probe();
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            probe.versions(version).connect(gateway.port(listener));
        }
        for (int i = 0; i < 2; i++) {
            TlsPeer peer = gateway.observer().handshake(i);
            assertThat(identity(peer)).isEqualTo(identity);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aClientWithoutACertificateWhereOneIsRequired(String version) {
        assertThat(probe().versions(version).refused(gateway.port("require"))).isNotNull();
        assertThat(gateway.observer().handshakeFailure(0).failure()).isEqualTo(TlsFailure.NO_CERTIFICATE);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, optional", "TLSv1.3, optional", "TLSv1.2, require", "TLSv1.3, require"})
    void aClientOfAnotherAuthority(String version, String listener) {
        X509Bundle stranger = other.make("web", b -> b.addExtendedKeyUsageClientAuth());
        assertThat(TlsProbe.stubborn(authority, stranger).versions(version).refused(gateway.port(listener)))
                .isNotNull();
        assertThat(gateway.observer().handshakeFailure(0).failure()).isEqualTo(TlsFailure.UNTRUSTED);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, optional", "TLSv1.3, optional", "TLSv1.2, require", "TLSv1.3, require"})
    void aClientWhoseCertificateIsOutOfDate(String version, String listener) {
        X509Bundle old = clients.make(
                "web",
                b -> b.addExtendedKeyUsageClientAuth()
                        .notBefore(Instant.now().minus(Duration.ofDays(3)))
                        .notAfter(Instant.now().minus(Duration.ofDays(1))));
        assertThat(TlsProbe.stubborn(authority, old).versions(version).refused(gateway.port(listener)))
                .isNotNull();
        assertThat(gateway.observer().handshakeFailure(0).failure()).isEqualTo(TlsFailure.EXPIRED);
    }
}
