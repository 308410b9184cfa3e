package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.ProtocolSettings;
import io.leasegate.testkit.FrameOutput;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.io.UncheckedIOException;
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
    final GatewayExtension gateway =
            GatewayExtension.create().downstream(new ProtocolSettings(10_000, 256 * 1024, 64 * 1024, 200, 30));

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

    @Test
    void rapidResetIsStoppedAndOthersServed() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client good = gateway.client();
        RawHttp2Client attacker = gateway.client();
        try {
            for (int i = 0; i < 5_000 && !attacker.isClosed(); i++) {
                RawStream s = attacker.openCall(AUTHORITY, BIDI);
                s.rst(Http2Error.CANCEL);
            }
        } catch (UncheckedIOException closedWhileWriting) {
            assertThat(closedWhileWriting).hasMessageMatching(".*(reset|pipe|closed).*");
        }
        attacker.expectGoAway(Http2Error.ENHANCE_YOUR_CALM);
        attacker.expectClosed();
        assertThat(instance.streams()).hasSizeLessThanOrEqualTo(210);
        RawStream call = good.startUnary("nobody", "/x.Y/Z", "x");
        assertThat(call.response().grpcStatus()).isEqualTo(12);
    }

    @Test
    void resetsThatTheGatewayIsMadeToSendCountToo() {
        gateway.instance(AUTHORITY);
        RawHttp2Client attacker = gateway.client();
        try {
            for (int i = 0; i < 5_000 && !attacker.isClosed(); i++) {
                RawStream s = attacker.openCall(AUTHORITY, BIDI);
                attacker.send().windowUpdate(s.id(), 0);
            }
        } catch (UncheckedIOException closedWhileWriting) {
            assertThat(closedWhileWriting).hasMessageMatching(".*(reset|pipe|closed).*");
        }
        attacker.expectGoAway(Http2Error.ENHANCE_YOUR_CALM);
        attacker.expectClosed();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void floodIsStopped(String name, byte[] frame) {
        RawHttp2Client attacker = gateway.client(PeerOptions.defaults().receiveBuffer(4_096));
        attacker.stopReading();
        byte[] many = new byte[frame.length * 200];
        for (int i = 0; i < 200; i++) {
            System.arraycopy(frame, 0, many, i * frame.length, frame.length);
        }
        boolean stopped = false;
        try {
            for (int i = 0; i < 5_000; i++) {
                attacker.send().raw(many);
            }
        } catch (UncheckedIOException e) {
            stopped = true;
        }
        assertThat(stopped).as("a million frames were taken").isTrue();
        attacker.resumeReading();
        attacker.expectClosed();
    }

    static Stream<Arguments> floods() {
        return Stream.of(
                Arguments.of("PING", FrameOutput.encode(RawFrame.PING, 0, 0, new byte[8])),
                Arguments.of("SETTINGS", FrameOutput.encode(RawFrame.SETTINGS, 0, 0, new byte[6])));
    }

    @Test
    void continuationFloodIsStopped() {
        RawHttp2Client attacker = gateway.client();
        byte[] block = attacker.send().block(request());
        attacker.send().frame(RawFrame.HEADERS, 0, 1, block);
        byte[] empty = FrameOutput.encode(RawFrame.CONTINUATION, 0, 1, new byte[0]);
        assertStopped(attacker, empty, 200_000);
    }

    @Test
    void emptyDataFloodIsStopped() {
        gateway.instance(AUTHORITY);
        RawHttp2Client attacker = gateway.client();
        RawStream call = attacker.openCall(AUTHORITY, BIDI);
        assertStopped(attacker, FrameOutput.encode(RawFrame.DATA, 0, call.id(), new byte[0]), 200_000);
    }

    private static void assertStopped(RawHttp2Client attacker, byte[] frame, int times) {
        try {
            for (int i = 0; i < times && !attacker.isClosed(); i++) {
                attacker.send().raw(frame);
            }
        } catch (UncheckedIOException closedWhileWriting) {
            assertThat(closedWhileWriting).hasMessageMatching(".*(reset|pipe|closed).*");
        }
        attacker.expectGoAway(Http2Error.ENHANCE_YOUR_CALM);
        attacker.expectClosed();
    }
}
