package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.ProtocolSettings.Timeouts;
import io.leasegate.h2.Violation;
import io.leasegate.testkit.Flood;
import io.leasegate.testkit.FrameOutput;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.HeaderFields.Coding;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Neighbour;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.SampledLeakDetection;
import io.leasegate.testkit.ScriptedInstance;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Clients that stall: they owe something, or do not read. What they may do for ever and what ends them, each beside a neighbour on the same
 * event loop.
 */
@Timeout(180)
@ExtendWith(SampledLeakDetection.class)
class StallingClientTest {

    private static final int HEADER_SECONDS = 3;
    private static final int WRITE_SECONDS = 3;

    /** What all connections together may hold. */
    private static final int MAX_QUEUED = 8 << 20;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .maxQueuedBytes(MAX_QUEUED)
            .downstream(ProtocolSettings.DEFAULT.with(new Timeouts(HEADER_SECONDS, WRITE_SECONDS)));

    private Neighbour neighbour;

    @BeforeEach
    void begin() {
        neighbour = Neighbour.of(gateway);
    }

    @AfterEach
    void neighbourAndMemoryAreUnharmed() {
        neighbour.assertUnharmed();
        Pause.until(
                Duration.ofSeconds(30),
                () -> gateway.gateway().queuedBytes() + " bytes stay queued",
                () -> gateway.gateway().queuedBytes() == 0);
    }

    // What is owed

    @Test
    void connectionWithoutAWord() {
        RawHttp2Client silent = gateway.client(PeerOptions.defaults().withoutHandshake());
        silent.expectGoAway(Http2Error.PROTOCOL_ERROR);
        silent.expectClosed();
        assertThat(gateway.observer().violation(true, Violation.PREFACE_TIMEOUT).what())
                .contains("header-timeout");
    }

    @Test
    void prefaceByteByByte() {
        RawHttp2Client slow = gateway.client(PeerOptions.defaults().withoutHandshake());
        Thread dribbler = new Thread(() -> {
            try {
                slow.send().dribble("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII), 500);
            } catch (RuntimeException closed) {
                // what the test waits for
            }
        });
        dribbler.setDaemon(true);
        dribbler.start();
        slow.expectClosed();
        gateway.observer().violation(true, Violation.PREFACE_TIMEOUT);
    }

    @Test
    void prefaceWithoutSettings() {
        RawHttp2Client silent = gateway.client(PeerOptions.defaults().withoutHandshake());
        silent.send().preface();
        silent.expectGoAway(Http2Error.PROTOCOL_ERROR);
        silent.expectClosed();
        gateway.observer().violation(true, Violation.PREFACE_TIMEOUT);
    }

    @Test
    void settingsThatAreNotAcknowledged() {
        RawHttp2Client rude = gateway.client(PeerOptions.defaults().withoutSettingsAck());
        rude.expectGoAway(Http2Error.SETTINGS_TIMEOUT);
        rude.expectClosed();
        gateway.observer().violation(true, Violation.SETTINGS_TIMEOUT);
    }

    @Test
    void headersThatTrickle() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client slow = gateway.client();
        byte[] block =
                slow.send().block(HeaderFields.grpcRequest(AUTHORITY, UNARY).with("x", "y".repeat(500)));
        slow.send().frame(RawFrame.HEADERS, 0, 1, new byte[0]);
        Thread trickler = new Thread(() -> {
            try {
                for (byte b : block) {
                    slow.send().frame(RawFrame.CONTINUATION, 0, 1, new byte[] {b});
                    Pause.millis(200);
                }
            } catch (RuntimeException closed) {
                // what the test waits for
            }
        });
        trickler.setDaemon(true);
        trickler.start();
        slow.expectGoAway(Http2Error.PROTOCOL_ERROR);
        slow.expectClosed();
        gateway.observer().violation(true, Violation.HEADER_TIMEOUT);
        instance.expectNoStream(Duration.ofMillis(20));
    }

    @Test
    void frameThatDoesNotEnd() {
        RawHttp2Client slow = gateway.client();
        slow.send().raw(new byte[] {0, 0, 8, RawFrame.PING, 0});
        slow.expectGoAway(Http2Error.PROTOCOL_ERROR);
        gateway.observer().violation(true, Violation.HEADER_TIMEOUT);
    }

    // What is legal

    @Test
    void silentCallsAndClosedWindowsMayLast() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client patient = gateway.client(
                PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 0).withoutStreamWindowUpdates());
        RawStream silent = patient.openCall(AUTHORITY, BIDI);
        RawStream silentThere = instance.nextStream();
        RawStream held = patient.openCall(AUTHORITY, BIDI);
        RawStream heldThere = instance.nextStream();
        heldThere.responseHeaders().message("wait").trailers(0);
        RawStream upload = patient.openCall(AUTHORITY, BIDI);
        RawStream uploadThere = instance.nextStream();
        // The middle of a DATA frame: of 100 bytes one has come.
        patient.send().raw(new byte[] {0, 0, 100, RawFrame.DATA, 0, 0, 0, 0, (byte) upload.id(), 7});
        Pause.millis(1_000L * (Math.max(HEADER_SECONDS, WRITE_SECONDS) + 3));
        patient.send().raw(new byte[99]);
        patient.expectAlive();
        patient.returnWindow(held.id(), 1_000);
        assertThat(held.response().grpcStatus()).isZero();
        uploadThere.trailersOnly(0, "");
        assertThat(upload.response().grpcStatus()).isZero();
        silentThere.trailersOnly(0, "");
        assertThat(silent.response().grpcStatus()).isZero();
        assertThat(gateway.observer().violations()).isEmpty();
    }

    // What is not read

    @Test
    void clientThatReadsNothingIsCutOff() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client deaf = gateway.client(PeerOptions.defaults()
                .receiveBuffer(4_096)
                .setting(RawFrame.INITIAL_WINDOW_SIZE, 64 << 20)
                .connectionWindow(64 << 20));
        deaf.startUnary(AUTHORITY, BIDI, "x");
        RawStream there = instance.nextStream();
        there.expectRequestEnd();
        deaf.stopReading();
        there.responseHeaders();
        int sent = 0;
        while (there.received().stream().noneMatch(f -> f.type() == RawFrame.RST_STREAM)) {
            int n = there.connection().fillWindow(there.id(), 1 << 20);
            sent += n;
            Pause.millis(n == 0 ? 20 : 0);
            assertThat(sent).as("bytes that went somewhere").isLessThan(60 << 20);
        }
        there.expectRst(Http2Error.CANCEL);
        assertThat(gateway.observer().violation(true, Violation.WRITE_TIMEOUT).what())
                .contains("write-timeout");
        deaf.resumeReading();
        deaf.expectClosed();
    }

    @Test
    void clientThatReadsSlowlyIsServed() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client slow = gateway.client(PeerOptions.defaults().receiveBuffer(4_096));
        RawStream call = slow.startUnary(AUTHORITY, BIDI, "x");
        RawStream there = instance.nextStream();
        there.expectRequestEnd();
        there.responseHeaders();
        Thread sender = new Thread(() -> there.data(new byte[4 << 20], false).trailers(0));
        sender.setDaemon(true);
        sender.start();
        for (int i = 0; i < 8; i++) {
            slow.stopReading();
            Pause.millis(1_000);
            slow.resumeReading();
            Pause.millis(50);
        }
        assertThat(call.response().body()).hasSize(4 << 20);
        assertThat(gateway.observer().violations()).isEmpty();
    }

    @Test
    void windowStallOfManyStreamsLeavesRoomForOthers() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, stream -> {
            stream.expectRequestEnd();
            stream.responseHeaders();
            // As fast as the gateway takes it; the call may be cut at any time.
            stream.connection().fillWindow(stream.id(), 256 * 1024);
        });
        List<RawHttp2Client> hogs = new ArrayList<>();
        for (int c = 0; c < 3; c++) {
            RawHttp2Client hog = gateway.client(PeerOptions.defaults()
                    .setting(RawFrame.INITIAL_WINDOW_SIZE, 0)
                    .withoutStreamWindowUpdates());
            hogs.add(hog);
            for (int i = 0; i < 40; i++) {
                hog.startUnary(AUTHORITY, BIDI, "x");
            }
        }
        gateway.observer().violation(true, Violation.QUEUE_SHARE);
        for (int i = 0; i < 20; i++) {
            assertThat(gateway.gateway().queuedBytes()).isLessThan(MAX_QUEUED);
            // No call of the neighbour is refused for what others hold.
            neighbour.assertServed();
        }
        assertThat(hogs.stream().flatMap(h -> h.received().stream()))
                .anyMatch(f -> f.type() == RawFrame.RST_STREAM && f.errorCode() == Http2Error.ENHANCE_YOUR_CALM.code());
        hogs.forEach(RawHttp2Client::expectAlive);
        hogs.forEach(RawHttp2Client::close);
        assertThat(instance.streams()).hasSize(120);
    }

    @Test
    void cancelledCallsTowardASlowInstanceDoNotCostOthersTheirs() {
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().receiveBuffer(4_096));
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        there.connection().stopReading();
        RawHttp2Client attacker = gateway.client();
        HeaderFields request = HeaderFields.grpcRequest(AUTHORITY, BIDI).with("x", "y".repeat(2_000), Coding.LITERAL);
        Flood.send(
                attacker,
                i -> {
                    int id = attacker.nextStreamId();
                    attacker.skipStream();
                    byte[] block = attacker.send().block(request);
                    byte[] frames = Arrays.copyOf(
                            FrameOutput.encode(RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, id, block),
                            9 + block.length + 13);
                    System.arraycopy(
                            FrameOutput.encode(RawFrame.RST_STREAM, 0, id, new byte[] {0, 0, 0, 8}),
                            0,
                            frames,
                            9 + block.length,
                            13);
                    return frames;
                },
                10_000);
        attacker.expectAlive();
        there.connection().resumeReading();
        there.trailersOnly(0, "");
        assertThat(call.response().grpcStatus()).isZero();
        // The connection takes calls again.
        RawStream late = gateway.client().startUnary(AUTHORITY, UNARY, "late");
        Pause.until(
                Duration.ofSeconds(20),
                () -> "the late call did not arrive",
                () -> instance.streams().stream()
                        .anyMatch(s -> s.request().get(":path").equals(UNARY)));
        instance.streams().stream()
                .filter(s -> s.request().get(":path").equals(UNARY))
                .forEach(s -> s.trailersOnly(0, ""));
        assertThat(late.response().grpcStatus()).isZero();
        assertThat(gateway.observer().violations()).isEmpty();
    }

    @Test
    void hugeUploadWithoutAReaderIsBoundedByTheWindow() {
        ScriptedInstance instance = gateway.instance(
                AUTHORITY,
                () -> PeerOptions.defaults()
                        .setting(RawFrame.INITIAL_WINDOW_SIZE, 0)
                        .withoutStreamWindowUpdates());
        RawHttp2Client client = gateway.client();
        List<RawStream> uploads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            RawStream upload = client.openCall(AUTHORITY, BIDI);
            instance.nextStream();
            assertThat(client.fillWindow(upload.id(), 10 << 20)).isLessThanOrEqualTo(256 * 1024);
            uploads.add(upload);
        }
        client.expectAlive();
        assertThat(gateway.gateway().queuedBytes()).isLessThanOrEqualTo(8 * 256 * 1024);
        uploads.forEach(u -> u.rst(Http2Error.CANCEL));
        client.expectAlive();
    }
}
