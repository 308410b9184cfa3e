package io.leasegate.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteMatch;
import io.leasegate.routing.TextMatch;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GatewayExtension.TlsParts;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import io.leasegate.testkit.TestAuthority;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Who a client is: in routing, in the access log, and in a header that no client can set. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // made before all
class ClientIdentityTest {

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final String HEADER = "x-client-identity";
    private static final Metadata.Key<String> KEY = Metadata.Key.of(HEADER, Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> PROTO =
            Metadata.Key.of("x-forwarded-proto", Metadata.ASCII_STRING_MARSHALLER);
    private static final String ADMIN = "spiffe://lab/admin/1";

    @TempDir
    static Path directory;

    private static TestAuthority authority;
    private static TestAuthority clients;
    private static KeyPairFiles files;

    private final CertificateWatch watch = new CertificateWatch(Duration.ofHours(1), TlsListener.NONE);

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .routes(
                    new Route(
                            new RouteMatch(null, "/", null, List.of(), new TextMatch.Exact("one.clients")), "one", ""),
                    new Route(
                            new RouteMatch(null, "/", null, List.of(), new TextMatch.Prefix("spiffe://lab/admin/")),
                            "admin",
                            ""))
            .tls(new TlsParts() {
                @Override
                public Map<String, ListenerTls> listeners() throws IOException {
                    ServerTls settings = new ServerTls(
                            List.of(files),
                            clients.file(),
                            ClientAuthentication.OPTIONAL,
                            TlsVersion.TLS_1_2,
                            20_000,
                            HEADER);
                    return Map.of("main", ListenerTls.open("main", settings, TlsProvider.AUTO, watch));
                }
            });

    @BeforeAll
    static void certificates() {
        authority = TestAuthority.create(directory, "ca");
        clients = TestAuthority.create(directory, "clients");
        files = authority.issue("server", "echo");
    }

    @AfterEach
    void stopWatching() {
        watch.close();
    }

    private static X509Bundle admin() {
        return clients.make("admin", b -> b.addSanUriName(URI.create(ADMIN)).addExtendedKeyUsageClientAuth());
    }

    /** @param forged identities that the client sends itself */
    private TestClient client(@Nullable X509Bundle own, String... forged) {
        Metadata headers = new Metadata();
        for (String value : forged) {
            headers.put(KEY, value);
        }
        return gateway.grpcClient(
                "echo",
                TestServer.SERVICE,
                b -> authority.trustedBy(b, own).intercept(MetadataUtils.newAttachHeadersInterceptor(headers)));
    }

    @Test
    void routesAskForIt() {
        TestServer echo = gateway.server("echo");
        TestServer one = gateway.server("one");
        TestServer admin = gateway.server("admin");
        client(null).unary(HELLO);
        client(clients.make("one", b -> b.addSanDnsName("one.clients"))).unary(HELLO);
        client(admin()).unary(HELLO);
        client(clients.make("other", b -> b.addSanDnsName("other.clients"))).unary(HELLO);
        assertThat(List.of(
                        echo.calls().size(), one.calls().size(), admin.calls().size()))
                .containsExactly(2, 1, 1);
    }

    @Test
    void theAccessLogHasIt() {
        gateway.server("echo");
        gateway.server("admin");
        client(null).unary(HELLO);
        client(admin()).unary(HELLO);
        assertThat(gateway.observer().call(0).identity()).isNull();
        assertThat(gateway.observer().call(1).identity()).isEqualTo(ADMIN);
    }

    @Test
    void instancesAreToldAndClientsCannotForge() {
        TestServer echo = gateway.server("echo");
        TestServer admin = gateway.server("admin");
        client(admin(), "spiffe://lab/root", "spiffe://lab/root2").unary(HELLO);
        client(null, "spiffe://lab/root").unary(HELLO);
        assertThat(admin.calls().get(0).getAll(KEY)).containsExactly(ADMIN);
        assertThat(echo.calls().get(0).containsKey(KEY)).isFalse();
        assertThat(echo.calls().get(0).getAll(PROTO)).containsExactly("https");
    }

    @Test
    void neitherCanClientsOfAListenerInClearText() {
        ScriptedInstance instance = gateway.instance("echo");
        try (RawHttp2Client client = RawHttp2Client.connect(gateway.port("clear"), PeerOptions.defaults())) {
            RawStream call = client.open(
                    HeaderFields.grpcRequest("echo", "/a.B/C")
                            .with(HEADER, ADMIN)
                            .with("x-kept", "1"),
                    false);
            call.message("one").headers(HeaderFields.of(HEADER, ADMIN).with("x-kept", "2"), true);
            RawStream received = instance.nextStream();
            HeaderFields trailers = received.expectMessage("one").expectTrailers();
            received.reply("ok");
            call.response();
            assertThat(received.request().all(HEADER)).isEmpty();
            assertThat(received.request().all("x-kept")).containsExactly("1");
            assertThat(received.request().all("x-forwarded-proto")).isEmpty();
            assertThat(trailers.all(HEADER)).isEmpty();
            assertThat(trailers.all("x-kept")).containsExactly("2");
        }
    }
}
