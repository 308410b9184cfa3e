package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.Violation;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Callers that break the rules: what reaches an instance (nothing), what they are told, and that others do not suffer. */
@Timeout(60)
class MalformedRequestsTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    private static HeaderFields request() {
        return HeaderFields.grpcRequest(AUTHORITY, UNARY);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("upper-case name", request().with("Upper", "x")),
                Arguments.of("connection", request().with("connection", "close")),
                Arguments.of("transfer-encoding", request().with("transfer-encoding", "chunked")),
                Arguments.of("keep-alive", request().with("keep-alive", "1")),
                Arguments.of("proxy-connection", request().with("proxy-connection", "close")),
                Arguments.of("upgrade", request().with("upgrade", "h2c")),
                Arguments.of("te that is not trailers", request().replace("te", "gzip")),
                Arguments.of("no method", request().without(":method")),
                Arguments.of("no path", request().without(":path")),
                Arguments.of("no scheme", request().without(":scheme")),
                Arguments.of("empty path", request().replace(":path", "")),
                Arguments.of(
                        "two paths",
                        HeaderFields.of(":path", "/other")
                                .with(":method", "POST")
                                .with(":path", UNARY)
                                .with(":scheme", "http")
                                .with(":authority", AUTHORITY)),
                Arguments.of(
                        "pseudo-header behind a field",
                        HeaderFields.of("te", "trailers")
                                .with(":method", "POST")
                                .with(":path", UNARY)
                                .with(":scheme", "http")
                                .with(":authority", AUTHORITY)),
                Arguments.of(
                        "unknown pseudo-header",
                        HeaderFields.of(":unknown", "x")
                                .with(":method", "POST")
                                .with(":path", UNARY)
                                .with(":scheme", "http")
                                .with(":authority", AUTHORITY)),
                Arguments.of(
                        "response pseudo-header",
                        HeaderFields.of(":status", "200")
                                .with(":method", "POST")
                                .with(":path", UNARY)
                                .with(":scheme", "http")
                                .with(":authority", AUTHORITY)),
                Arguments.of("line feed in a value", request().with("x", "a\nb")),
                Arguments.of("carriage return in a value", request().with("x", "a\rb")),
                Arguments.of("NUL in a value", request().with("x", "a\0b")),
                Arguments.of("space in a name", request().with("a b", "x")),
                Arguments.of("colon in a name", request().with("a:b", "x")),
                Arguments.of("empty name", request().with("", "x")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void malformedRequestIsResetAndReachesNoInstance(String name, HeaderFields headers) {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.open(headers, true);
        call.expectRst(Http2Error.PROTOCOL_ERROR);
        client.expectAlive();
        assertThat(gateway.observer().violation(true, Violation.STREAM_ERROR).what())
                .startsWith("stream " + call.id() + ": ");
        instance.expectNoStream(Duration.ofMillis(20));
        RawStream next = client.open(request(), true);
        RawStream there = instance.nextStream();
        assertThat(there.request().get(":path")).isEqualTo(UNARY);
        there.reply("ok");
        assertThat(next.response().grpcStatus()).isZero();
    }

    @Test
    void trailersWithAPseudoHeaderEndTheCallOnBothSides() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI).message("a");
        RawStream there = instance.nextStream();
        there.expectMessage("a");
        call.headers(HeaderFields.of(":path", "/smuggled"), true);
        call.expectRst(Http2Error.PROTOCOL_ERROR);
        there.expectRst(Http2Error.CANCEL);
        client.expectAlive();
    }

    @Test
    void bodyLongerThanContentLengthEndsTheCallOnBothSides() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.open(request().with("content-length", "3"), false);
        RawStream there = instance.nextStream();
        call.data(new byte[5], true);
        call.expectRst(Http2Error.PROTOCOL_ERROR);
        there.expectRstEventually(Http2Error.CANCEL);
        client.expectAlive();
    }

    @Test
    void bodyShorterThanContentLengthEndsTheCallOnBothSides() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.open(request().with("content-length", "30"), false);
        RawStream there = instance.nextStream();
        call.data(new byte[5], true);
        call.expectRst(Http2Error.PROTOCOL_ERROR);
        there.expectRstEventually(Http2Error.CANCEL);
        client.expectAlive();
    }

    @Test
    void dataBehindEndStreamIsAStreamError() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream there = instance.nextStream();
        there.expectRequestEnd();
        client.send().data(call.id(), new byte[5], true);
        call.expectRst(Http2Error.STREAM_CLOSED);
        there.expectRst(Http2Error.CANCEL);
        client.expectAlive();
    }

    @Test
    void moreThanTheStreamsWindowIsAFlowControlError() {
        ScriptedInstance instance = gateway.instance(
                AUTHORITY,
                () -> PeerOptions.defaults()
                        .setting(RawFrame.INITIAL_WINDOW_SIZE, 0)
                        .withoutStreamWindowUpdates());
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        for (int i = 0; i < 17; i++) {
            client.send().data(call.id(), new byte[16_384], false);
        }
        call.expectRst(Http2Error.FLOW_CONTROL_ERROR);
        there.expectRst(Http2Error.CANCEL);
        client.expectAlive();
    }

    @Test
    void windowUpdateOfZeroIsAStreamError() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        client.send().windowUpdate(call.id(), 0);
        call.expectRst(Http2Error.PROTOCOL_ERROR);
        there.expectRst(Http2Error.CANCEL);
        client.expectAlive();
    }

    @Test
    void windowAboveItsMaximumIsAStreamError() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        client.send().windowUpdate(call.id(), Integer.MAX_VALUE);
        call.expectRst(Http2Error.FLOW_CONTROL_ERROR);
        there.expectRst(Http2Error.CANCEL);
        client.expectAlive();
    }

    @Test
    void frameAboveTheSizeLimitEndsTheConnection() {
        gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI);
        client.send().data(call.id(), new byte[16_385], false);
        client.expectGoAway(Http2Error.FRAME_SIZE_ERROR);
        client.expectClosed();
    }

    @Test
    void evenStreamIdEndsTheConnection() {
        RawHttp2Client client = gateway.client();
        client.send().headers(2, request(), true);
        client.expectGoAway(Http2Error.PROTOCOL_ERROR);
        client.expectClosed();
    }

    @Test
    void brokenHeaderBlockEndsTheConnection() {
        RawHttp2Client client = gateway.client();
        client.send().frame(RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, 1, new byte[] {(byte) 0xff, (byte) 0xff, 1});
        client.expectGoAway(Http2Error.COMPRESSION_ERROR);
        client.expectClosed();
    }

    @Test
    void pushPromiseOfAClientEndsTheConnection() {
        RawHttp2Client client = gateway.client();
        client.send().frame(RawFrame.PUSH_PROMISE, RawFrame.FLAG_END_HEADERS, 1, new byte[] {0, 0, 0, 2});
        client.expectGoAway(Http2Error.PROTOCOL_ERROR);
        client.expectClosed();
    }

    @Test
    void frameWithinAHeaderBlockEndsTheConnection() {
        RawHttp2Client client = gateway.client();
        byte[] block = client.send().block(request());
        client.send().frame(RawFrame.HEADERS, 0, 1, block);
        client.send().ping(1);
        client.expectGoAway(Http2Error.PROTOCOL_ERROR);
        client.expectClosed();
    }

    @Test
    void http1RequestOnTheHttp2PortIsRefused() {
        RawHttp2Client client = gateway.client(PeerOptions.defaults().withoutHandshake());
        client.send().raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        client.expectClosed();
    }

    @Test
    void connectionErrorOfOneCallerDoesNotTouchOthers() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client good = gateway.client();
        RawStream call = good.openCall(AUTHORITY, BIDI).message("a");
        RawStream there = instance.nextStream();
        RawHttp2Client bad = gateway.client();
        bad.openCall(AUTHORITY, BIDI);
        RawStream badThere = instance.nextStream();
        bad.send().frame(RawFrame.DATA, 0, 0, new byte[1]);
        bad.expectGoAway(Http2Error.PROTOCOL_ERROR);
        badThere.expectRst(Http2Error.CANCEL);
        call.halfClose();
        there.expectRequestEnd();
        there.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }
}
