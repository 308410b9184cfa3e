package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Outcome;
import io.leasegate.testkit.CallRecord;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Grpc;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import io.leasegate.testkit.TestClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The four kinds of calls. */
@Timeout(60)
class RelayedCallsTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    @Test
    void unaryServerStreamClientStreamAndBidiBetweenGrpcClientAndServer() {
        gateway.server(AUTHORITY);
        TestClient client = gateway.grpcClient(AUTHORITY);
        assertThat(client.unary(bytes("hello"))).isEqualTo(bytes("hello"));
        assertThat(client.serverStream(new byte[] {20, 1, 2})).hasSize(20).allMatch(m -> m.length == 3);
        TestClient.Call upload = client.clientStream();
        for (int i = 0; i < 20; i++) {
            upload.send(bytes("m" + i));
        }
        upload.halfClose();
        assertThat(new String(upload.receive(), UTF_8)).startsWith("m0m1m2").endsWith("m19");
        assertThat(upload.status().isOk()).isTrue();
        TestClient.Call bidi = client.bidi();
        for (int i = 0; i < 20; i++) {
            bidi.send(bytes("b" + i));
            assertThat(bidi.receive()).isEqualTo(bytes("b" + i));
        }
        bidi.halfClose();
        assertThat(bidi.status().isOk()).isTrue();
        assertThat(gateway.observer().call(3).outcome()).isEqualTo(Outcome.OK);
        assertThat(gateway.observer().calls()).allMatch(c -> c.grpcStatus() == 0);
    }

    @Test
    void megabytesPassByteForByteInBothDirections() {
        gateway.server(AUTHORITY);
        byte[] large = Grpc.pattern(8 << 20);
        assertThat(gateway.grpcClient(AUTHORITY).unary(large)).isEqualTo(large);
    }

    @Test
    void aHundredCallsOnOneConnectionDoNotMix() {
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(client.openCall(AUTHORITY, UNARY));
        }
        for (int i = 99; i >= 0; i--) {
            calls.get(i).lastMessage("call " + i);
        }
        for (int i = 0; i < 100; i++) {
            GrpcResponse r = calls.get(i).response();
            assertThat(r.grpcStatus()).isZero();
            assertThat(r.messages()).containsExactly(bytes("call " + i));
        }
    }

    @Test
    void r20ResponseHeadersAreForwardedBeforeAnyMessage() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream stream = instance.nextStream();
        stream.responseHeaders();
        assertThat(call.expectHeaders().get(":status")).isEqualTo("200");
        stream.message("x");
        call.expectMessage("x");
        stream.trailers(0);
        assertThat(call.expectTrailers().get("grpc-status")).isEqualTo("0");
        // The caller has not ended its side; the call is over all the same.
        call.expectRst(Http2Error.NO_ERROR);
    }

    @Test
    void r20RequestHeadersAreForwardedBeforeAnyMessage() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream stream = instance.nextStream();
        assertThat(stream.requestFrame().endStream()).isFalse();
        call.message("a");
        stream.expectMessage("a");
        call.halfClose();
        stream.expectRequestEnd();
        stream.reply("done");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void r20SmallMessagesAreForwardedOneByOneAndAtOnce() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream stream = instance.nextStream();
        stream.responseHeaders();
        call.expectHeaders();
        List<Long> micros = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            long start = System.nanoTime();
            call.message("" + i % 10);
            stream.expectMessage("" + i % 10);
            stream.message("" + i % 10);
            call.expectMessage("" + i % 10);
            micros.add((System.nanoTime() - start) / 1000);
        }
        micros.sort(Long::compare);
        // Two hops each way; a timer or a Nagle delay anywhere would show as 40 ms.
        assertThat(micros.get(50)).as("median round trip in microseconds").isLessThan(10_000);
        call.halfClose();
        stream.expectRequestEnd();
        stream.trailers(0);
        call.expectTrailers();
    }

    @Test
    void r32HalfCloseIsForwardedAtOnceWhileTheResponseIsOpen() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream stream = instance.nextStream();
        stream.responseHeaders();
        call.expectHeaders();
        call.message("a");
        stream.expectMessage("a");
        call.halfClose();
        RawFrame end = stream.expectData();
        assertThat(end.endStream()).isTrue();
        assertThat(end.payload()).isEmpty();
        stream.message("late").trailers(0);
        call.expectMessage("late");
        call.expectTrailers();
    }

    @Test
    void r32EndStreamOnRequestHeadersStaysOneFrame() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().open(HeaderFields.grpcRequest(AUTHORITY, UNARY), true);
        RawStream stream = instance.nextStream();
        assertThat(stream.requestFrame().endStream()).isTrue();
        stream.reply("x");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(stream.received()).hasSize(1);
    }

    @Test
    void r32EndStreamOnTheLastMessageAddsNoFrame() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "hello");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.reply("x");
        call.response();
        assertThat(stream.received()).hasSize(2);
        assertThat(stream.received().get(1).endStream()).isTrue();
        assertThat(call.received()).hasSize(3);
    }

    @Test
    void accessRecordTellsWhatHappened() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        gateway.client().unary(AUTHORITY, UNARY, "hello");
        CallRecord r = gateway.observer().call(0);
        assertThat(r.outcome()).isEqualTo(Outcome.OK);
        assertThat(r.grpcStatus()).isZero();
        assertThat(r.service()).isEqualTo(AUTHORITY);
        assertThat(r.path()).isEqualTo(UNARY);
        assertThat(r.authority()).isEqualTo(AUTHORITY);
        assertThat(r.endpointAddress()).isEqualTo("127.0.0.1:" + instance.port());
        assertThat(r.attempts()).isEqualTo(1);
        assertThat(r.requestBytes()).isEqualTo(10);
        assertThat(r.responseBytes()).isEqualTo(10);
        assertThat(r.downstreamAddress()).startsWith("127.0.0.1:");
        assertThat(r.routedNanos()).isNotNegative().isLessThanOrEqualTo(r.sentNanos());
        assertThat(r.sentNanos()).isLessThanOrEqualTo(r.firstResponseNanos());
        assertThat(r.firstResponseNanos()).isLessThanOrEqualTo(r.totalNanos());
        assertThat(r.detail()).isNull();
    }

    private static byte[] bytes(String s) {
        return s.getBytes(UTF_8);
    }
}
