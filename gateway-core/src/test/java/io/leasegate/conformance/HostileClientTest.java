package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.ProtocolSettings.Floods;
import io.leasegate.h2.Violation;
import io.leasegate.proxy.Outcome;
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
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
 * Clients that attack, one test per attack of docs/security.md; those that stall are in {@link StallingClientTest}. In each the offender
 * is told and counted, and a neighbour on the same event loop goes on without a failed call.
 */
@Timeout(120)
@ExtendWith(SampledLeakDetection.class)
class HostileClientTest {

    private static final int MAX_RESETS = 200;
    private static final int MAX_USELESS = 2_000;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .downstream(new ProtocolSettings(100, 256 * 1024, 64 * 1024, MAX_RESETS, 60)
                    .with(Floods.DEFAULT.withResets(MAX_RESETS, 60).withUselessFrames(MAX_USELESS, 60)));

    private ScriptedInstance instance;
    private Neighbour neighbour;
    private RawHttp2Client attacker;

    @BeforeEach
    void begin() {
        instance = gateway.instance(AUTHORITY);
        neighbour = Neighbour.of(gateway);
        attacker = gateway.client();
    }

    @AfterEach
    void neighbourAndMemoryAreUnharmed() {
        neighbour.assertUnharmed();
        attacker.close();
        Pause.until(
                Duration.ofSeconds(10),
                () -> gateway.gateway().queuedBytes() + " bytes stay queued",
                () -> gateway.gateway().queuedBytes() == 0);
    }

    /** The offender is told, and counted with the listener's name and its own address. */
    private void assertEnded(Violation violation) {
        attacker.expectGoAway(Http2Error.ENHANCE_YOUR_CALM);
        attacker.expectClosed();
        ViolationRecord v = gateway.observer().violation(true, violation);
        assertThat(v.errorCode()).isEqualTo(Http2Error.ENHANCE_YOUR_CALM.code());
        assertThat(v.peer()).startsWith("main 127.0.0.1:");
    }

    // Resets

    @Test
    void rapidReset() {
        Flood.send(
                attacker,
                i -> {
                    int id = attacker.nextStreamId();
                    attacker.skipStream();
                    return join(
                            headers(id, HeaderFields.grpcRequest(AUTHORITY, BIDI), false),
                            FrameOutput.encode(RawFrame.RST_STREAM, 0, id, new byte[] {0, 0, 0, 8}));
                },
                10 * MAX_RESETS);
        assertEnded(Violation.RAPID_RESET);
        assertThat(gateway.observer().violation(true, Violation.RAPID_RESET).what())
                .contains("rapid-reset.max");
        assertThat(instance.streams()).hasSizeLessThanOrEqualTo(MAX_RESETS + 1);
    }

    /** After the first, calls whose cancellation comes in the same bytes cost no instance anything, and others in those bytes go on. */
    @Test
    void callsThatAreResetInTheSameBytesReachNoInstance() {
        RawStream first = attacker.startUnary(AUTHORITY, UNARY, "hello");
        instance.nextStream().reply("ok");
        assertThat(first.response().grpcStatus()).isZero();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < MAX_RESETS / 2; i++) {
            int id = attacker.nextStreamId();
            attacker.skipStream();
            all.writeBytes(headers(id, HeaderFields.grpcRequest(AUTHORITY, BIDI), false));
            all.writeBytes(FrameOutput.encode(RawFrame.RST_STREAM, 0, id, new byte[] {0, 0, 0, 8}));
        }
        int id = attacker.nextStreamId();
        attacker.skipStream();
        all.writeBytes(headers(id, HeaderFields.grpcRequest(AUTHORITY, UNARY), false));
        all.writeBytes(FrameOutput.encode(RawFrame.DATA, RawFrame.FLAG_END_STREAM, id, new byte[5]));
        attacker.send().raw(all.toByteArray());
        instance.nextStream().expectRstEventually(Http2Error.CANCEL);
        instance.nextStream().reply("ok");
        assertThat(attacker.stream(id).response().grpcStatus()).isZero();
        assertThat(instance.streams()).hasSize(3);
        assertThat(gateway.observer().calls())
                .filteredOn(c -> c.outcome() == Outcome.DOWNSTREAM_CANCELLED)
                .hasSize(MAX_RESETS / 2)
                .filteredOn(c -> c.attempts() > 0)
                .hasSize(1);
    }

    /** What makes us reset a stream (MadeYouReset); each gets the number of a call that the instance does not answer. */
    interface Trigger {
        void pull(RawHttp2Client attacker, RawStream call);
    }

    static Stream<Arguments> triggers() {
        return Stream.of(
                trigger("WINDOW_UPDATE of 0", (a, c) -> a.send().windowUpdate(c.id(), 0)),
                trigger("window above 2^31-1", (a, c) -> a.send().windowUpdate(c.id(), Integer.MAX_VALUE)),
                trigger("PRIORITY of 4 bytes", (a, c) -> a.send().frame(RawFrame.PRIORITY, 0, c.id(), new byte[4])),
                trigger("PRIORITY on itself", (a, c) -> a.send().priority(c.id(), c.id(), 1)),
                trigger("DATA behind END_STREAM", (a, c) -> {
                    a.send().data(c.id(), new byte[1], true);
                    a.send().data(c.id(), new byte[1], false);
                }),
                trigger("HEADERS behind END_STREAM", (a, c) -> {
                    a.send().data(c.id(), new byte[1], true);
                    a.send().headers(c.id(), HeaderFields.of("x", "y"), true);
                }),
                trigger(
                        "trailers without END_STREAM",
                        (a, c) -> a.send().headers(c.id(), HeaderFields.of("x", "y"), false)),
                trigger(
                        "pseudo-header in trailers",
                        (a, c) -> a.send().headers(c.id(), HeaderFields.of(":path", "/x"), true)),
                trigger("malformed request", (a, c) -> {
                    c.rst(Http2Error.CANCEL);
                    a.open(HeaderFields.grpcRequest(AUTHORITY, UNARY).with("connection", "close"), true);
                }));
    }

    private static Arguments trigger(String name, Trigger trigger) {
        return Arguments.of(name, trigger);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("triggers")
    void madeYouReset(String name, Trigger trigger) {
        try {
            for (int i = 0; i < 5 * MAX_RESETS && !attacker.isClosed(); i++) {
                trigger.pull(attacker, attacker.openCall(AUTHORITY, BIDI));
            }
        } catch (UncheckedIOException closed) {
            assertThat(closed).hasMessageMatching(".*(reset|pipe|closed).*");
        }
        assertEnded(Violation.RAPID_RESET);
        assertThat(gateway.observer().violation(true, Violation.STREAM_ERROR).what())
                .isNotBlank();
        assertThat(instance.streams()).hasSizeLessThanOrEqualTo(MAX_RESETS + 1);
    }

    @Test
    void streamsAboveTheLimitAreRefusedAndCounted() {
        for (int i = 0; i < 100; i++) {
            attacker.openCall(AUTHORITY, BIDI);
        }
        RawStream oneTooMany = attacker.openCall(AUTHORITY, BIDI);
        oneTooMany.expectRst(Http2Error.REFUSED_STREAM);
        assertThat(gateway.observer()
                        .violation(true, Violation.TOO_MANY_STREAMS)
                        .what())
                .contains("max-concurrent-streams");
        attacker.expectAlive();
        Flood.send(
                attacker,
                i -> {
                    int id = attacker.nextStreamId();
                    attacker.skipStream();
                    return headers(id, HeaderFields.grpcRequest(AUTHORITY, BIDI), false);
                },
                5 * MAX_RESETS);
        assertEnded(Violation.RAPID_RESET);
        assertThat(instance.streams()).hasSizeLessThanOrEqualTo(100);
    }

    // Frames that move nothing

    static Stream<Arguments> uselessFrames() {
        return Stream.of(
                flood("PING", RawFrame.PING, 0, 0, 8),
                flood("PING with ACK", RawFrame.PING, RawFrame.FLAG_ACK, 0, 8),
                flood("SETTINGS", RawFrame.SETTINGS, 0, 0, 0),
                flood("SETTINGS with ACK", RawFrame.SETTINGS, RawFrame.FLAG_ACK, 0, 0),
                Arguments.of(
                        "SETTINGS that flip the table size",
                        join(
                                FrameOutput.encode(RawFrame.SETTINGS, 0, 0, new byte[] {0, 1, 0, 0, 0, 0}),
                                FrameOutput.encode(RawFrame.SETTINGS, 0, 0, new byte[] {0, 1, 0, 0, 16, 0}))),
                flood("empty DATA", RawFrame.DATA, 0, 1, 0),
                Arguments.of(
                        "DATA of padding alone",
                        FrameOutput.encode(
                                RawFrame.DATA, RawFrame.FLAG_PADDED, 1, new byte[] {7, 0, 0, 0, 0, 0, 0, 0})),
                flood("PRIORITY of an idle stream", RawFrame.PRIORITY, 0, 9, 5),
                flood("PRIORITY of an open stream", RawFrame.PRIORITY, 0, 1, 5),
                flood("PRIORITY of a closed stream", RawFrame.PRIORITY, 0, 3, 5),
                Arguments.of(
                        "WINDOW_UPDATE of the connection",
                        FrameOutput.encode(RawFrame.WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 1})),
                Arguments.of(
                        "WINDOW_UPDATE of a stream",
                        FrameOutput.encode(RawFrame.WINDOW_UPDATE, 0, 1, new byte[] {0, 0, 0, 1})),
                Arguments.of(
                        "WINDOW_UPDATE of a closed stream",
                        FrameOutput.encode(RawFrame.WINDOW_UPDATE, 0, 3, new byte[] {0, 0, 0, 1})),
                flood("RST_STREAM of a closed stream", RawFrame.RST_STREAM, 0, 3, 4),
                flood("DATA of a closed stream", RawFrame.DATA, 0, 3, 1),
                flood("HEADERS of a closed stream", RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, 3, 0),
                flood("an unknown type", 0xfa, 0, 0, 0),
                flood("GOAWAY", RawFrame.GOAWAY, 0, 0, 8));
    }

    private static Arguments flood(String name, int type, int flags, int streamId, int payloadBytes) {
        return Arguments.of(name, FrameOutput.encode(type, flags, streamId, new byte[payloadBytes]));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("uselessFrames")
    void uselessFrameFlood(String name, byte[] frames) {
        RawStream open = attacker.openCall(AUTHORITY, BIDI);
        attacker.openCall(AUTHORITY, BIDI).rst(Http2Error.CANCEL);
        RawStream there = instance.nextStream();
        Flood.send(attacker, frames, 10 * MAX_USELESS);
        assertEnded(Violation.FRAME_FLOOD);
        assertThat(gateway.observer().violation(true, Violation.FRAME_FLOOD).what())
                .contains("frame-flood.max");
        there.expectRst(Http2Error.CANCEL);
        assertThat(open.received()).noneMatch(f -> f.type() == RawFrame.HEADERS);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answered")
    void floodWhoseAnswersAreNotRead(String name, byte[] frame) {
        RawHttp2Client deaf = gateway.client(PeerOptions.defaults().receiveBuffer(4_096));
        RawStream call = deaf.openCall(AUTHORITY, BIDI);
        instance.nextStream();
        deaf.stopReading();
        // Each byte of DATA pays for ten frames, so that the flood guard has no reason to act.
        byte[] data = FrameOutput.encode(RawFrame.DATA, 0, call.id(), new byte[1]);
        byte[] round = join(data, frame, frame, frame, frame, frame, frame, frame, frame);
        Flood.send(deaf, round, 400_000);
        gateway.observer().violation(true, Violation.UNREAD_ANSWERS);
        deaf.resumeReading();
        deaf.expectClosed();
    }

    static Stream<Arguments> answered() {
        return Stream.of(flood("PING", RawFrame.PING, 0, 0, 8), flood("SETTINGS", RawFrame.SETTINGS, 0, 0, 0));
    }

    // Header sections

    @Test
    void continuationFloodOfEmptyFrames() {
        attacker.send().frame(RawFrame.HEADERS, 0, 1, new byte[0]);
        Flood.send(attacker, FrameOutput.encode(RawFrame.CONTINUATION, 0, 1, new byte[0]), 100_000);
        assertEnded(Violation.CONTINUATION_FLOOD);
        instance.expectNoStream(Duration.ofMillis(20));
    }

    @Test
    void continuationFloodOfSmallFrames() {
        byte[] fields = attacker.send().block(HeaderFields.of("x", "v".repeat(90)));
        attacker.send().frame(RawFrame.HEADERS, 0, 1, fields);
        Flood.send(attacker, FrameOutput.encode(RawFrame.CONTINUATION, 0, 1, literal("x", "v".repeat(90))), 100_000);
        assertEnded(Violation.CONTINUATION_FLOOD);
        instance.expectNoStream(Duration.ofMillis(20));
    }

    @Test
    void continuationFloodOfLargeFrames() {
        attacker.send().frame(RawFrame.HEADERS, 0, 1, literal("x", "v"));
        Flood.send(attacker, FrameOutput.encode(RawFrame.CONTINUATION, 0, 1, literal("x", "v".repeat(16_000))), 10_000);
        assertEnded(Violation.HEADER_FLOOD);
        instance.expectNoStream(Duration.ofMillis(20));
    }

    @Test
    void hpackBombEndsItsCallAlone() {
        HeaderFields request = HeaderFields.grpcRequest(AUTHORITY, UNARY)
                .with("bomb", "b".repeat(3_900), Coding.LITERAL_WITH_INDEXING);
        RawStream fuse = attacker.open(request, true);
        RawStream there = instance.nextStream();
        there.reply("ok");
        assertThat(fuse.response().grpcStatus()).isZero();
        for (int i = 0; i < 20; i++) {
            // 16,000 references of one byte: 63 MB when written out. What comes last in a table is its entry 62.
            byte[] references = new byte[16_000];
            Arrays.fill(references, (byte) (0x80 | 62));
            int id = attacker.nextStreamId();
            attacker.skipStream();
            byte[] block = join(attacker.send().block(HeaderFields.grpcRequest(AUTHORITY, UNARY)), references);
            int first = 16_000;
            attacker.send()
                    .raw(join(
                            FrameOutput.encode(
                                    RawFrame.HEADERS, RawFrame.FLAG_END_STREAM, id, Arrays.copyOf(block, first)),
                            FrameOutput.encode(
                                    RawFrame.CONTINUATION,
                                    RawFrame.FLAG_END_HEADERS,
                                    id,
                                    Arrays.copyOfRange(block, first, block.length))));
            GrpcResponse r = attacker.stream(id).response();
            assertThat(r.grpcStatus()).isEqualTo(8);
            assertThat(r.grpcMessage()).contains("max-header-list");
        }
        attacker.expectAlive();
        instance.expectNoStream(Duration.ofMillis(20));
    }

    @Test
    void tableSizeUpdatesWithoutEndBreakTheConnection() {
        byte[] updates = new byte[10_000];
        Arrays.fill(updates, (byte) 0x20);
        attacker.send().frame(RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, 1, updates);
        // They cost a byte each and empty a table that is empty; the section has no field, so it is malformed.
        assertThat(attacker.expectFrame(1).type()).isEqualTo(RawFrame.RST_STREAM);
        gateway.observer().violation(true, Violation.STREAM_ERROR);
        instance.expectNoStream(Duration.ofMillis(20));
    }

    @Test
    void emptyHeadersAndNamesAreMalformedRequestsAndCountAsResets() {
        for (int i = 0; i < 10; i++) {
            int id = attacker.nextStreamId();
            attacker.skipStream();
            attacker.send().frame(RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, id, new byte[0]);
            attacker.stream(id).expectRst(Http2Error.PROTOCOL_ERROR);
            attacker.open(HeaderFields.grpcRequest(AUTHORITY, UNARY).with("", ""), true)
                    .expectRst(Http2Error.PROTOCOL_ERROR);
        }
        Flood.send(
                attacker,
                i -> {
                    int id = attacker.nextStreamId();
                    attacker.skipStream();
                    return FrameOutput.encode(RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, id, new byte[0]);
                },
                5 * MAX_RESETS);
        assertEnded(Violation.RAPID_RESET);
        instance.expectNoStream(Duration.ofMillis(20));
    }

    // The connection as a whole

    static Stream<Arguments> connectionErrors() {
        return Stream.of(
                error("DATA on an idle stream", 1, p -> p.send().data(7, new byte[1], false)),
                error("RST_STREAM on an idle stream", 1, p -> p.send().rst(7, Http2Error.CANCEL)),
                error("WINDOW_UPDATE on an idle stream", 1, p -> p.send().windowUpdate(7, 1)),
                error("SETTINGS of 5 bytes", 6, p -> p.send().frame(RawFrame.SETTINGS, 0, 0, new byte[5])),
                error(
                        "an initial window above 2^31-1",
                        3,
                        p -> p.send().frame(RawFrame.SETTINGS, 0, 0, new byte[] {0, 4, -128, 0, 0, 0})),
                error("the connection's window above 2^31-1", 3, p -> p.send().windowUpdate(0, Integer.MAX_VALUE)),
                error("PING of 7 bytes", 6, p -> p.send().frame(RawFrame.PING, 0, 0, new byte[7])),
                error("CONTINUATION alone", 1, p -> p.send().frame(RawFrame.CONTINUATION, 4, 1, new byte[1])),
                error(
                        "a header block that ends within a field",
                        9,
                        p -> p.send()
                                .frame(RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, 1, new byte[] {0x40, 5, 'a'})));
    }

    private static Arguments error(String name, int code, Consumer<RawHttp2Peer> error) {
        return Arguments.of(name, code, error);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("connectionErrors")
    void connectionErrorIsToldAndCounted(String name, int code, Consumer<RawHttp2Peer> error) {
        error.accept(attacker);
        attacker.expectGoAway(Http2Error.values()[code]);
        attacker.expectClosed();
        assertThat(gateway.observer().violation(true, Violation.PROTOCOL_ERROR).errorCode())
                .isEqualTo(code);
        instance.expectNoStream(Duration.ofMillis(20));
    }

    @Test
    void http1IsToldAndCounted() {
        RawHttp2Client browser = gateway.client(PeerOptions.defaults().withoutHandshake());
        browser.send().raw("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        browser.expectClosed();
        gateway.observer().violation(true, Violation.OTHER_PROTOCOL);
    }

    @Test
    void byteByByteDribbleOfAResponseIsServedWithoutMemory() {
        RawHttp2Client dribbler = gateway.client(
                PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 0).withoutStreamWindowUpdates());
        RawStream call = dribbler.openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        there.responseHeaders().data(new byte[100_000], false);
        call.expectHeaders();
        for (int i = 0; i < 500; i++) {
            dribbler.returnWindow(call.id(), 1);
            assertThat(call.expectData(1)).hasSize(1);
        }
        assertThat(gateway.gateway().queuedBytes()).isLessThanOrEqualTo(256 * 1024);
        call.rst(Http2Error.CANCEL);
        there.expectRst(Http2Error.CANCEL);
    }

    private byte[] headers(int id, HeaderFields fields, boolean endStream) {
        int flags = RawFrame.FLAG_END_HEADERS | (endStream ? RawFrame.FLAG_END_STREAM : 0);
        return FrameOutput.encode(RawFrame.HEADERS, flags, id, attacker.send().block(fields));
    }

    /** A literal field without indexing, for blocks that are written by hand. */
    private static byte[] literal(String name, String value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0);
        for (String s : new String[] {name, value}) {
            int rest = s.length() - 127;
            if (rest < 0) {
                out.write(s.length());
            } else {
                out.write(127);
                for (; rest >= 128; rest >>>= 7) {
                    out.write((rest & 127) | 128);
                }
                out.write(rest);
            }
            out.writeBytes(s.getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] p : parts) {
            all.writeBytes(p);
        }
        return all.toByteArray();
    }
}
