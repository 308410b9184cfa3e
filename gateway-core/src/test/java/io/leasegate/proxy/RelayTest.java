package io.leasegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.testkit.EtcdProcess;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real gRPC clients and servers of grpc-java on both sides of a whole gateway. */
class RelayTest {

    private static final Metadata.Key<String> OUTCOME =
            Metadata.Key.of("x-leasegate-outcome", Metadata.ASCII_STRING_MARSHALLER);

    private final RouteTableBuilder tables =
            new RouteTableBuilder(service -> new RoundRobinLoadBalancer(), List.of(), "static");
    private final RouteTableRef ref = new RouteTableRef(tables.table());
    private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
    private final List<TestServer> servers = new ArrayList<>();
    private final Gateway gateway = new Gateway(
            new GatewaySettings(
                    List.of(new ListenerSettings("main", "127.0.0.1", 0, ProtocolSettings.DEFAULT)),
                    2,
                    service -> UpstreamSettings.DEFAULT),
            ref,
            call -> outcomes.add(call.outcome()),
            ConnectionObserver.NONE);

    @BeforeEach
    void start() throws IOException {
        gateway.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (int i = 0; i < 200 && gateway.activeExchanges() > 0; i++) {
            Thread.sleep(10);
        }
        assertThat(gateway.activeExchanges()).as("calls that did not end").isZero();
        gateway.close();
        servers.forEach(TestServer::close);
    }

    private TestServer server() {
        TestServer s = TestServer.start();
        servers.add(s);
        return s;
    }

    private void register(String service, int... ports) {
        List<Instance> instances = new ArrayList<>();
        for (int port : ports) {
            EndpointId id = new EndpointId(service, "127.0.0.1", port);
            instances.add(new Instance(id, 1, "", Map.of(), false, "static", "", 0, 0, 0));
        }
        tables.set("", instances);
        ref.publish(tables.build(1).table());
    }

    private TestClient client() {
        return TestClient.connect(gateway.port("main"), "echo");
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void allFourKindsOfCallsPass() {
        register("echo", server().port());
        try (TestClient c = client()) {
            assertThat(c.unary(bytes("hello"))).asString(StandardCharsets.UTF_8).contains("hello");
            assertThat(c.serverStream(bytes("3"))).isNotEmpty();
            TestClient.Call upload = c.clientStream();
            upload.send(bytes("a")).send(bytes("b")).halfClose();
            assertThat(upload.status().getCode()).isEqualTo(Status.Code.OK);
            TestClient.Call bidi = c.bidi();
            bidi.send(bytes("x"));
            assertThat(bidi.receive()).isNotNull();
            bidi.halfClose();
            assertThat(bidi.status().getCode()).isEqualTo(Status.Code.OK);
        }
    }

    @Test
    void megabytesPassBothWays() {
        register("echo", server().port());
        try (TestClient c = client()) {
            byte[] large = new byte[3 << 20];
            assertThat(c.unary(large)).hasSizeGreaterThanOrEqualTo(large.length);
        }
    }

    @Test
    void callsGoToEachInstanceInTurn() {
        TestServer a = server();
        TestServer b = server();
        register("echo", a.port(), b.port());
        try (TestClient c = client()) {
            for (int i = 0; i < 10; i++) {
                c.unary(bytes("x"));
            }
        }
        assertThat(a.calls()).hasSize(5);
        assertThat(b.calls()).hasSize(5);
    }

    @Test
    void theInstanceSeesForwardedForRequestIdAndTe() {
        TestServer s = server();
        register("echo", s.port());
        try (TestClient c = client()) {
            c.unary(bytes("x"));
        }
        Metadata m = s.calls().get(0);
        assertThat(m.get(Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("127.0.0.1");
        assertThat(m.get(Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER)))
                .hasSize(32);
    }

    @Test
    void anUnknownServiceIsUnimplementedAndSaysWhatWasLookedFor() {
        try (TestClient c = client()) {
            StatusRuntimeException e = failure(c, CallOptions.DEFAULT);
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
            assertThat(e.getStatus().getDescription()).contains("'echo'");
            assertThat(outcomeOf(e)).isEqualTo("NS");
        }
    }

    @Test
    void anInstanceThatIsNotThereMakesUnavailableAndNamesIt() {
        int port = EtcdProcess.freePorts(1)[0];
        register("echo", port);
        try (TestClient c = client()) {
            StatusRuntimeException e = failure(c, CallOptions.DEFAULT);
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(e.getStatus().getDescription()).contains("127.0.0.1:" + port);
            assertThat(outcomeOf(e)).isEqualTo("UF");
        }
    }

    @Test
    void aDeadInstanceBesideALiveOneFailsNoCall() {
        TestServer live = server();
        register("echo", EtcdProcess.freePorts(1)[0], live.port());
        try (TestClient c = client()) {
            for (int i = 0; i < 20; i++) {
                c.unary(bytes("x"));
            }
        }
        assertThat(outcomes).hasSize(20).containsOnly(Outcome.OK);
    }

    @Test
    void aCancelReachesTheInstance() throws InterruptedException {
        TestServer s = server();
        register("echo", s.port());
        try (TestClient c = client()) {
            TestClient.Call bidi = c.bidi();
            bidi.send(bytes("x"));
            bidi.receive();
            bidi.cancel();
            for (int i = 0; i < 100 && s.echo().cancelled() == 0; i++) {
                Thread.sleep(10);
            }
        }
        assertThat(s.echo().cancelled()).isEqualTo(1);
        assertThat(outcomes).containsExactly(Outcome.DOWNSTREAM_CANCELLED);
    }

    @Test
    void theCallersDeadlineIsKeptWhateverTheInstanceDoes() {
        register("echo", server().port());
        // grpc-java's own timer is left out by asking for the header alone
        try (TestClient c = client()) {
            TestClient.Call bidi = c.bidi();
            bidi.send(bytes("x"));
            bidi.receive();
            bidi.cancel();
            StatusRuntimeException e = null;
            try {
                c.unary(bytes("x"), CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.NANOSECONDS));
            } catch (StatusRuntimeException expected) {
                e = expected;
            }
            assertThat(e).isNotNull();
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        }
    }

    @Test
    void drainLetsCallsFinishAndClosesTheConnections() throws InterruptedException {
        register("echo", server().port());
        try (TestClient c = client()) {
            TestClient.Call bidi = c.bidi();
            bidi.send(bytes("x"));
            bidi.receive();
            Thread drain = new Thread(() -> {
                try {
                    assertThat(gateway.drain(Duration.ofSeconds(20))).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            drain.start();
            Thread.sleep(200);
            bidi.send(bytes("y"));
            assertThat(bidi.receive()).isNotNull();
            bidi.halfClose();
            assertThat(bidi.status().getCode()).isEqualTo(Status.Code.OK);
            drain.join(5_000);
            assertThat(drain.isAlive()).isFalse();
        }
        assertThat(outcomes).containsExactly(Outcome.OK);
    }

    private static StatusRuntimeException failure(TestClient c, CallOptions options) {
        StatusRuntimeException e =
                catchThrowableOfType(StatusRuntimeException.class, () -> c.unary(bytes("x"), options));
        assertThat(e).isNotNull();
        return e;
    }

    private static String outcomeOf(StatusRuntimeException e) {
        Metadata trailers = e.getTrailers();
        return trailers == null ? "" : String.valueOf(trailers.get(OUTCOME));
    }
}
