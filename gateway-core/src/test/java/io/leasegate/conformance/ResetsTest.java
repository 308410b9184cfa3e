package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Outcome;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Cancelled calls and resets, in both directions. */
@Timeout(60)
class ResetsTest {

    /** The table "Errors" of gRPC's HTTP/2 protocol document, where it says something else than INTERNAL. */
    private static final Map<Http2Error, Integer> STATUS = Map.of(
            Http2Error.REFUSED_STREAM, 14,
            Http2Error.CANCEL, 1,
            Http2Error.ENHANCE_YOUR_CALM, 8,
            Http2Error.INADEQUATE_SECURITY, 7);

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    @ParameterizedTest
    @EnumSource(Http2Error.class)
    void r5R6ResetByTheCallerBeforeTheResponseCancelsAtTheInstance(Http2Error code) {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI).message("a");
        RawStream stream = instance.nextStream();
        stream.expectMessage("a");
        long start = System.nanoTime();
        call.rst(code);
        RawFrame rst = stream.expectRst(Http2Error.CANCEL);
        assertThat((rst.arrivedNanos() - start) / 1_000_000).as("milliseconds").isLessThan(200);
        assertThat(gateway.observer().call(0).outcome()).isEqualTo(Outcome.DOWNSTREAM_CANCELLED);
        client.expectAlive();
        call.expectNothing(Duration.ofMillis(20));
    }

    @Test
    void r6CancelInTheMiddleOfAResponseReachesTheInstance() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, BIDI, "a");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.responseHeaders().message("one");
        call.expectHeaders();
        call.expectMessage("one");
        call.rst(Http2Error.CANCEL);
        stream.expectRst(Http2Error.CANCEL);
        stream.message("nobody wants it").trailers(0);
        client.expectAlive();
        stream.connection().expectAlive();
        call.expectNothing(Duration.ofMillis(20));
    }

    @Test
    void r6LossOfTheCallersConnectionCancelsAllItsCalls() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 5; i++) {
            client.openCall(AUTHORITY, BIDI).message("a");
        }
        for (int i = 0; i < 5; i++) {
            instance.nextStream().expectMessage("a");
        }
        client.abort();
        for (RawStream s : instance.streams()) {
            s.expectRst(Http2Error.CANCEL);
        }
        assertThat(gateway.observer().call(4).outcome()).isEqualTo(Outcome.DOWNSTREAM_LOST);
        instance.connections().get(0).expectAlive();
    }

    @Test
    void r6GrpcServerLearnsThatItsCallerCancelled() {
        TestServer server = gateway.server(AUTHORITY);
        TestClient client = gateway.grpcClient(AUTHORITY);
        TestClient.Call call = client.bidi().send(new byte[1]);
        call.receive();
        call.cancel();
        Pause.until(
                Duration.ofSeconds(5),
                () -> "the server was not told",
                () -> server.echo().cancelled() == 1);
    }

    @Test
    void cancelBeforeTheConnectionToTheInstanceStandsOpensNoStream() {
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().withoutHandshake());
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI).message("a");
        instance.nextConnection();
        call.rst(Http2Error.CANCEL);
        client.expectAlive();
        instance.connections().get(0).send().settings();
        instance.expectNoStream(Duration.ofMillis(100));
        assertThat(gateway.observer().call(0).attempts()).isZero();
    }

    @ParameterizedTest
    @EnumSource(value = Http2Error.class, names = "REFUSED_STREAM", mode = Mode.EXCLUDE)
    void r5ResetByTheInstanceBeforeTheResponseBecomesATrailersOnlyStatus(Http2Error code) {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "a");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.rst(code);
        GrpcResponse r = call.response();
        assertThat(r.trailersOnly()).isTrue();
        assertThat(r.grpcStatus()).isEqualTo(STATUS.getOrDefault(code, 13));
        assertThat(r.outcome()).isEqualTo("UR");
        assertThat(r.grpcMessage()).contains(code.name()).contains("127.0.0.1:" + instance.port());
        assertThat(gateway.observer().call(0).outcome()).isEqualTo(Outcome.UPSTREAM_RESET);
        client.expectAlive();
    }

    @ParameterizedTest
    @EnumSource(Http2Error.class)
    void r5ResetByTheInstanceWithinTheResponseEndsItWithTheMappedStatus(Http2Error code) {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "a");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.responseHeaders().message("one").rst(code);
        GrpcResponse r = call.response();
        assertThat(r.messages()).as("what came before the reset").hasSize(1);
        assertThat(r.ended()).isTrue();
        assertThat(r.grpcStatus()).isEqualTo(STATUS.getOrDefault(code, 13));
        assertThat(r.outcome()).isEqualTo("UR");
        assertThat(r.frames())
                .noneMatch(f -> f.type() == RawFrame.RST_STREAM && f.errorCode() == Http2Error.REFUSED_STREAM.code());
        client.expectAlive();
    }

    @Test
    void resetByTheInstanceWhileTheCallerSendsEndsBothDirections() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI).message("a");
        RawStream stream = instance.nextStream();
        stream.expectMessage("a");
        stream.rst(Http2Error.INTERNAL_ERROR);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(13);
        call.expectRst(Http2Error.NO_ERROR);
        // What is sent meanwhile on the closed stream harms nothing (RFC 9113 section 5.1).
        client.send().data(call.id(), new byte[1000], false);
        client.expectAlive();
    }

    @Test
    void unknownErrorCodesBecomeInternal() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "a");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.connection().send().rst(stream.id(), 0xdeadbeefL);
        assertThat(call.response().grpcStatus()).isEqualTo(13);
    }

    @Test
    void lossOfTheInstancesConnectionEndsItsCallsAsUnavailable() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream before = client.startUnary(AUTHORITY, UNARY, "a");
        RawStream s1 = instance.nextStream();
        s1.expectRequestEnd();
        RawStream within = client.startUnary(AUTHORITY, UNARY, "b");
        RawStream s2 = instance.nextStream();
        s2.expectRequestEnd();
        s2.responseHeaders().message("one");
        within.expectHeaders();
        within.expectMessage("one");
        s1.connection().abort();
        GrpcResponse r = before.response();
        assertThat(r.trailersOnly()).isTrue();
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.outcome()).isEqualTo("UC");
        assertThat(within.expectTrailers().get("grpc-status")).isEqualTo("14");
        client.expectAlive();
    }
}
