package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.endpoint.EndpointState;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.proxy.Outcome;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.testkit.CallRecord;
import io.leasegate.testkit.EtcdProcess;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R14 and R16: each cause of a failure of the gateway's own has its status, its code and its words. */
@Timeout(60)
class LocalReplyTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .upstream(new UpstreamSettings(ProtocolSettings.DEFAULT, 500, 4, 1_000, 1_000));

    private GrpcResponse call() {
        return gateway.client().unary(AUTHORITY, UNARY, "x");
    }

    /** One HEADERS frame with all that a gRPC client and an operator need. */
    private void assertReply(GrpcResponse r, int status, Outcome outcome, String... words) {
        assertThat(r.frames().get(0).endStream()).as("one HEADERS frame").isTrue();
        assertThat(r.headers().get(":status")).isEqualTo("200");
        assertThat(r.headers().get("content-type")).isEqualTo("application/grpc");
        assertThat(r.grpcStatus()).isEqualTo(status);
        assertThat(r.outcome()).isEqualTo(outcome.code());
        CallRecord record = gateway.observer().call(0);
        assertThat(r.grpcMessage()).contains(words).contains(record.requestId());
        assertThat(record.outcome()).isEqualTo(outcome);
        assertThat(record.grpcStatus()).isEqualTo(status);
        assertThat(record.detail()).contains(words);
    }

    @Test
    void noServiceIsUnimplementedAndSaysWhatWasLookedFor() {
        assertReply(call(), 12, Outcome.NO_SERVICE, "'echo' (:authority)", "'leasegate.test.Echo'", "(:path)");
    }

    @Test
    void noRouteIsUnimplemented() {
        RawStream call = gateway.client().open(HeaderFields.grpcRequest("nowhere", "/not-a-method"), true);
        assertReply(call.response(), 12, Outcome.NO_ROUTE, "nowhere");
    }

    /** Connect's client refuses an answer in another subtype than its own. */
    @ParameterizedTest
    @CsvSource({
        "application/grpc,application/grpc",
        "application/grpc+json,application/grpc+json",
        "application/grpc;charset=utf-8,application/grpc;charset=utf-8",
        "application/grpcx,application/grpc"
    })
    void theContentTypeIsThatOfTheRequest(String asked, String answered) {
        HeaderFields request =
                HeaderFields.grpcRequest("nowhere", "/not-a-method").replace("content-type", asked);
        GrpcResponse response = gateway.client().open(request, true).response();
        assertThat(response.headers().get("content-type")).isEqualTo(answered);
        assertThat(response.grpcStatus()).isEqualTo(12);
    }

    @Test
    void serviceWithoutInstancesIsUnavailable() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        gateway.unregister(AUTHORITY, instance.port());
        assertReply(call(), 14, Outcome.NO_HEALTHY_ENDPOINT, "service echo", "0 registered");
    }

    @Test
    void serviceWhoseInstancesAreAllUnhealthyIsUnavailable() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        gateway.endpoint(AUTHORITY, instance.port()).state(EndpointState.UNHEALTHY, "says NOT_SERVING");
        assertReply(call(), 14, Outcome.NO_HEALTHY_ENDPOINT, "service echo", "1 registered");
    }

    @Test
    void refusedConnectionIsUnavailableAndNamesTheInstance() {
        int port = EtcdProcess.freePorts(1)[0];
        gateway.register(AUTHORITY, port);
        assertReply(
                call(), 14, Outcome.CONNECT_FAILED, "service echo", "127.0.0.1:" + port, "phase connect", "refused");
    }

    @Test
    void instanceThatAcceptsAndStaysSilentIsUnavailableAfterTheConnectTimeout() {
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().withoutHandshake());
        long start = System.nanoTime();
        assertReply(
                call(),
                14,
                Outcome.CONNECT_FAILED,
                "service echo",
                "127.0.0.1:" + instance.port(),
                "phase preface",
                "SETTINGS",
                "500 ms");
        assertThat((System.nanoTime() - start) / 1_000_000).as("milliseconds").isBetween(400L, 1_500L);
    }

    @Test
    void instanceThatSpeaksNoHttp2IsUnavailable() {
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().withoutHandshake());
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "x");
        instance.nextConnection()
                .send()
                .raw("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertReply(
                call.response(),
                14,
                Outcome.CONNECT_FAILED,
                "127.0.0.1:" + instance.port(),
                "phase preface",
                "what the instance sends is not HTTP/2");
    }

    @Test
    void instanceThatClosesAtOnceIsUnavailable() {
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().withoutHandshake());
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "x");
        instance.nextConnection().close();
        assertReply(call.response(), 14, Outcome.CONNECT_FAILED, "127.0.0.1:" + instance.port(), "phase preface");
    }

    @Test
    void resetNamesInstanceCodeAndPhase() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.rst(Http2Error.ENHANCE_YOUR_CALM);
        assertReply(
                call.response(),
                8,
                Outcome.UPSTREAM_RESET,
                "127.0.0.1:" + instance.port(),
                "phase sent: it reset the stream with ENHANCE_YOUR_CALM",
                "before it answered");
    }

    @Test
    void lostConnectionNamesInstanceAndPhase() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.connection().close();
        assertReply(
                call.response(),
                14,
                Outcome.UPSTREAM_LOST,
                "service echo",
                "127.0.0.1:" + instance.port(),
                "phase sent: it was lost",
                "before it answered");
    }

    @Test
    void fullQueueIsAnUpstreamLimit() {
        gateway.instance(AUTHORITY, () -> PeerOptions.defaults().withoutHandshake());
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 1_000; i++) {
            client.openCall(AUTHORITY, UNARY);
        }
        client.expectAlive();
        // From another connection: on the first one, as many calls as may wait are open.
        GrpcResponse r = gateway.client().openCall(AUTHORITY, UNARY).response();
        assertReply(r, 8, Outcome.UPSTREAM_LIMIT, "limits.pending = 1000", "service echo");
    }

    @Test
    void callersThatStillSendAreToldToStop() {
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, UNARY);
        assertThat(call.response().grpcStatus()).isEqualTo(12);
        call.expectRst(Http2Error.NO_ERROR);
        client.send().data(call.id(), new byte[100], true);
        client.expectAlive();
    }

    @Test
    void localReplyCostsNoWindowAndLeavesTheConnectionUsable() {
        gateway.instance("other", ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 50; i++) {
            RawStream call = client.openCall(AUTHORITY, UNARY);
            call.data(new byte[10_000], true);
            assertThat(call.response().grpcStatus()).isEqualTo(12);
        }
        assertThat(client.unary("other", UNARY, "x").grpcStatus()).isZero();
    }

    @Test
    void requestsThatAreNotGrpcGetAnHttpStatus() {
        RawStream call = gateway.client()
                .open(
                        HeaderFields.of(":method", "GET", ":scheme", "http", ":path", "/page", ":authority", "nowhere"),
                        true);
        GrpcResponse r = call.response();
        assertThat(r.headers().get(":status")).isEqualTo("404");
        assertThat(r.headers().get("x-leasegate-outcome")).isEqualTo("NR");
        assertThat(r.ended()).isTrue();
    }

    @Test
    void wordsOutsideAsciiArePercentEncoded() {
        HeaderFields headers = HeaderFields.grpcRequest("caf\u00e9%", UNARY);
        GrpcResponse r = gateway.client().open(headers, true).response();
        assertThat(r.grpcStatus()).isEqualTo(12);
        assertThat(r.status().get("grpc-message")).matches("[ -~]*").contains("%25");
    }
}
