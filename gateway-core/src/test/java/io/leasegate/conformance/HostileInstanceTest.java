package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.ProtocolSettings.Floods;
import io.leasegate.h2.ProtocolSettings.Timeouts;
import io.leasegate.h2.Violation;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.testkit.Flood;
import io.leasegate.testkit.FrameOutput;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GatewayObserver.ViolationRecord;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.HeaderFields.Coding;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Neighbour;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.SampledLeakDetection;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Instances that attack: the mirror image of {@link HostileClientTest}. In each test the instance is told and counted, its caller gets a
 * status and nothing that is forbidden, the next call is served, and a neighbour with an instance of its own goes on.
 */
@Timeout(120)
@ExtendWith(SampledLeakDetection.class)
class HostileInstanceTest {

    private static final int MAX_USELESS = 2_000;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .upstream(new UpstreamSettings(
                    ProtocolSettings.DEFAULT
                            .with(Floods.DEFAULT.withUselessFrames(MAX_USELESS, 60))
                            .with(new Timeouts(5, 5)),
                    10_000,
                    4,
                    1_000,
                    10_000));

    private ScriptedInstance instance;
    private Neighbour neighbour;
    private RawHttp2Client client;
    private RawStream call;
    private RawStream there;

    @BeforeEach
    void begin() {
        instance = gateway.instance(AUTHORITY);
        neighbour = Neighbour.of(gateway);
        client = gateway.client();
        call = client.startUnary(AUTHORITY, UNARY, "x");
        there = instance.nextStream();
        there.expectRequestEnd();
        // Behind this its window updates are out, and what a test sends is all there is.
        there.connection().expectAlive();
    }

    @AfterEach
    void otherCallsAndMemoryAreUnharmed() {
        client.expectAlive();
        RawStream next = client.startUnary(AUTHORITY, UNARY, "y");
        RawStream nextThere = instance.nextStream();
        nextThere.expectRequestEnd();
        nextThere.reply("ok");
        assertThat(next.response().grpcStatus()).as("the next call").isZero();
        neighbour.assertUnharmed();
        Pause.until(
                Duration.ofSeconds(10),
                () -> gateway.gateway().queuedBytes() + " bytes stay queued",
                () -> gateway.gateway().queuedBytes() == 0);
    }

    private ViolationRecord assertCounted(Violation violation) {
        ViolationRecord v = gateway.observer().violation(false, violation);
        assertThat(v.peer()).contains(AUTHORITY).contains(":" + instance.port());
        return v;
    }

    private void assertConnectionEnded(Violation violation) {
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.outcome()).isEqualTo("UC");
        there.connection().expectClosed();
        assertCounted(violation);
    }

    static Stream<Arguments> uselessFrames() {
        return Stream.of(
                flood("PING", RawFrame.PING, 0, 0, 8),
                flood("PING with ACK", RawFrame.PING, RawFrame.FLAG_ACK, 0, 8),
                flood("SETTINGS", RawFrame.SETTINGS, 0, 0, 0),
                flood("SETTINGS with ACK", RawFrame.SETTINGS, RawFrame.FLAG_ACK, 0, 0),
                flood("PRIORITY", RawFrame.PRIORITY, 0, 1, 5),
                flood("an unknown type", 0xfa, 0, 0, 0),
                flood("GOAWAY", RawFrame.GOAWAY, 0, 0, 8),
                Arguments.of(
                        "WINDOW_UPDATE of the connection",
                        FrameOutput.encode(RawFrame.WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 1})),
                Arguments.of(
                        "WINDOW_UPDATE of a stream",
                        FrameOutput.encode(RawFrame.WINDOW_UPDATE, 0, 1, new byte[] {0, 0, 0, 1})));
    }

    private static Arguments flood(String name, int type, int flags, int streamId, int payloadBytes) {
        return Arguments.of(name, FrameOutput.encode(type, flags, streamId, new byte[payloadBytes]));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("uselessFrames")
    void uselessFrameFlood(String name, byte[] frame) {
        byte[] sent = frame.clone();
        if (name.equals("GOAWAY")) {
            // All streams are left alone, so that the call stays.
            sent = FrameOutput.encode(RawFrame.GOAWAY, 0, 0, new byte[] {127, -1, -1, -1, 0, 0, 0, 0});
        }
        Flood.send(there.connection(), sent, 10 * MAX_USELESS);
        there.connection().expectGoAway(Http2Error.ENHANCE_YOUR_CALM);
        assertConnectionEnded(Violation.FRAME_FLOOD);
        assertThat(assertCounted(Violation.FRAME_FLOOD).what()).contains("frame-flood.max");
    }

    @Test
    void emptyDataFloodIsNotRelayed() {
        there.responseHeaders();
        call.expectHeaders();
        Flood.send(there.connection(), FrameOutput.encode(RawFrame.DATA, 0, there.id(), new byte[0]), 10 * MAX_USELESS);
        there.connection().expectGoAway(Http2Error.ENHANCE_YOUR_CALM);
        assertCounted(Violation.FRAME_FLOOD);
        assertThat(call.expectTrailers().get("grpc-status")).isEqualTo("14");
        assertThat(call.received()).noneMatch(f -> f.type() == RawFrame.DATA);
    }

    @Test
    void resetsOfClosedStreamsAreAFlood() {
        there.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        byte[] reset = FrameOutput.encode(RawFrame.RST_STREAM, 0, there.id(), new byte[] {0, 0, 0, 8});
        Flood.send(there.connection(), reset, 10 * MAX_USELESS);
        there.connection().expectGoAway(Http2Error.ENHANCE_YOUR_CALM);
        assertCounted(Violation.FRAME_FLOOD);
    }

    @Test
    void resetsOfItsCallsAreItsRight() {
        there.rst(Http2Error.INTERNAL_ERROR);
        assertThat(call.response().grpcStatus()).isEqualTo(13);
        for (int i = 0; i < 500; i++) {
            RawStream c = client.openCall(AUTHORITY, UNARY);
            instance.nextStream().rst(Http2Error.INTERNAL_ERROR);
            assertThat(c.response().grpcStatus()).isEqualTo(13);
        }
        assertThat(instance.connections()).hasSize(1);
    }

    @Test
    void informationalFlood() {
        for (int i = 0; i < 1_000; i++) {
            there.headers(HeaderFields.of(":status", "103", "link", "x"), false);
        }
        there.expectRst(Http2Error.ENHANCE_YOUR_CALM);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(13);
        assertThat(r.informational()).hasSize(32);
        assertCounted(Violation.INFORMATIONAL_FLOOD);
        assertThat(instance.connections()).hasSize(1);
    }

    @Test
    void continuationFloodOfEmptyFrames() {
        there.connection().send().frame(RawFrame.HEADERS, 0, there.id(), new byte[0]);
        Flood.send(there.connection(), FrameOutput.encode(RawFrame.CONTINUATION, 0, there.id(), new byte[0]), 100_000);
        there.connection().expectGoAway(Http2Error.ENHANCE_YOUR_CALM);
        assertConnectionEnded(Violation.CONTINUATION_FLOOD);
    }

    @Test
    void continuationFloodOfLargeFrames() {
        there.connection().send().frame(RawFrame.HEADERS, 0, there.id(), new byte[0]);
        // Literals without a name in the table: 0, 1 byte of name, 16,000 bytes of value.
        byte[] field = new byte[16_006];
        Arrays.fill(field, (byte) 'v');
        System.arraycopy(new byte[] {0, 1, 'x', 127, -127, 124}, 0, field, 0, 6);
        Flood.send(there.connection(), FrameOutput.encode(RawFrame.CONTINUATION, 0, there.id(), field), 10_000);
        there.connection().expectGoAway(Http2Error.ENHANCE_YOUR_CALM);
        assertConnectionEnded(Violation.HEADER_FLOOD);
    }

    @Test
    void hpackBombEndsItsCallAlone() {
        there.headers(HeaderFields.grpcResponse().with("bomb", "b".repeat(3_900), Coding.LITERAL_WITH_INDEXING), false);
        call.expectHeaders();
        byte[] references = new byte[16_000];
        Arrays.fill(references, (byte) (0x80 | 62));
        there.connection()
                .send()
                .frame(RawFrame.HEADERS, RawFrame.FLAG_END_STREAM | RawFrame.FLAG_END_HEADERS, there.id(), references);
        there.expectRst(Http2Error.CANCEL);
        HeaderFields trailers = call.expectTrailers();
        assertThat(trailers.get("grpc-status")).isEqualTo("8");
        assertThat(trailers.get("grpc-message")).contains("upstream.max-header-list");
        assertThat(trailers.contains("bomb")).isFalse();
        assertThat(instance.connections()).hasSize(1);
    }

    static Stream<Arguments> emptyHeaders() {
        return Stream.of(
                Arguments.of("no field at all", new byte[0]),
                // :status 200 and a literal with a name and value of no length
                Arguments.of("a name of no length", new byte[] {(byte) 0x88, 0, 0, 0}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("emptyHeaders")
    void emptyHeadersEndTheirCallAlone(String name, byte[] block) {
        there.connection().send().frame(RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, there.id(), block);
        there.expectRst(Http2Error.PROTOCOL_ERROR);
        assertThat(call.response().grpcStatus()).isEqualTo(13);
        for (int i = 0; i < 300; i++) {
            RawStream c = client.openCall(AUTHORITY, UNARY);
            RawStream t = instance.nextStream();
            t.connection().send().frame(RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, t.id(), block);
            assertThat(c.response().grpcStatus()).isEqualTo(13);
        }
        assertCounted(Violation.STREAM_ERROR);
        assertThat(instance.connections()).hasSize(1);
    }

    static Stream<Arguments> connectionErrors() {
        return Stream.of(
                error(
                        "HEADERS on a stream that was never opened",
                        p -> p.send().headers(99, HeaderFields.grpcResponse(), true)),
                error(
                        "HEADERS on a stream that only a server could open",
                        p -> p.send().headers(2, HeaderFields.grpcResponse(), true)),
                error("DATA on a stream that was never opened", p -> p.send().data(99, new byte[1], false)),
                error(
                        "RST_STREAM on a stream that was never opened",
                        p -> p.send().rst(99, Http2Error.CANCEL)),
                error(
                        "WINDOW_UPDATE on a stream that was never opened",
                        p -> p.send().windowUpdate(99, 1)),
                error(
                        "PUSH_PROMISE",
                        p -> p.send()
                                .frame(RawFrame.PUSH_PROMISE, RawFrame.FLAG_END_HEADERS, 1, new byte[] {0, 0, 0, 2})),
                error("SETTINGS of 5 bytes", p -> p.send().frame(RawFrame.SETTINGS, 0, 0, new byte[5])));
    }

    private static Arguments error(String name, Consumer<RawHttp2Peer> error) {
        return Arguments.of(name, error);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("connectionErrors")
    void connectionErrorIsToldAndCounted(String name, Consumer<RawHttp2Peer> error) {
        error.accept(there.connection());
        assertConnectionEnded(Violation.PROTOCOL_ERROR);
    }

    @Test
    void dataBeyondTheStreamsWindow() {
        RawHttp2Client slow = gateway.client(
                PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 0).withoutStreamWindowUpdates());
        RawStream slowCall = slow.startUnary(AUTHORITY, UNARY, "x");
        RawStream slowThere = instance.nextStream();
        slowThere.expectRequestEnd();
        slowThere.responseHeaders();
        slowCall.expectHeaders();
        byte[] data = new byte[16_384];
        Flood.send(slowThere.connection(), FrameOutput.encode(RawFrame.DATA, 0, slowThere.id(), data), 17);
        slowThere.expectRst(Http2Error.FLOW_CONTROL_ERROR);
        assertThat(assertCounted(Violation.STREAM_ERROR).errorCode()).isEqualTo(Http2Error.FLOW_CONTROL_ERROR.code());
        assertThat(gateway.gateway().queuedBytes()).isLessThanOrEqualTo(256 * 1024 + 1_000);
        slow.returnWindow(slowCall.id(), 1 << 20);
        assertThat(slowCall.response().grpcStatus()).isEqualTo(13);
        there.reply("ok");
        assertThat(call.response().grpcStatus())
                .as("the other call on the connection")
                .isZero();
    }

    @Test
    void headerSectionThatNeverEnds() {
        there.connection().send().frame(RawFrame.HEADERS, 0, there.id(), new byte[] {(byte) 0x88});
        there.connection().expectGoAway(Http2Error.PROTOCOL_ERROR);
        assertConnectionEnded(Violation.HEADER_TIMEOUT);
    }

    @Test
    void goAwayWithDebugDataWithoutEnd() {
        byte[] goAway = new byte[16_384];
        Arrays.fill(goAway, (byte) '\n');
        System.arraycopy(new byte[8], 0, goAway, 0, 8);
        goAway[7] = 2;
        there.connection().send().frame(RawFrame.GOAWAY, 0, 0, goAway);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.grpcMessage())
                .contains("INTERNAL_ERROR")
                .hasSizeLessThan(1_000)
                .doesNotContain("\n");
    }

    @Test
    void instanceThatReadsNothingIsLeft() {
        RawStream upload = client.openCall(AUTHORITY, UNARY);
        instance.nextStream();
        there.connection().stopReading();
        // More than the sockets of both sides hold, within windows that are open.
        there.connection().send().settings(RawFrame.INITIAL_WINDOW_SIZE, 64 << 20);
        there.connection().send().windowUpdate(0, 64 << 20);
        int sent = 0;
        for (int idleMillis = 0; idleMillis < 1_000; ) {
            int n = client.fillWindow(upload.id(), 1 << 20);
            sent += n;
            Pause.millis(n == 0 ? 20 : 0);
            idleMillis = n == 0 ? idleMillis + 20 : 0;
            assertThat(sent).as("bytes that went somewhere").isLessThan(60 << 20);
        }
        assertCounted(Violation.WRITE_TIMEOUT);
        assertThat(call.response().grpcStatus()).isEqualTo(14);
        assertThat(upload.response().grpcStatus()).isEqualTo(14);
        there.connection().resumeReading();
    }
}
