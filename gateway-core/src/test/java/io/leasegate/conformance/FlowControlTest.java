package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.ProtocolSettings;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Grpc;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R19 and R20: windows of any size, and what is held while somebody does not read. */
@Timeout(120)
class FlowControlTest {

    private static final int WINDOW = ProtocolSettings.DEFAULT.initialWindowBytes();

    /** What the gateway may hold of a connection beside the stream's window: staged output and the kernel's socket buffers. */
    private static final int STAGED = 4 << 20;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    @ParameterizedTest(name = "window {0}")
    @ValueSource(ints = {1, 2, 7, 100, 1_023, 16_383, 16_384, 16_385, 65_535, 1 << 20, Integer.MAX_VALUE})
    void r19ResponsesPassThroughAnyWindowOfTheCaller(int window) {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client(PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, window));
        for (int length : lengthsAround(window)) {
            byte[] message = Grpc.messageOfLength(length);
            RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
            RawStream stream = instance.nextStream();
            stream.expectRequestEnd();
            stream.responseHeaders().data(message, false).trailers(0);
            GrpcResponse r = call.response();
            assertThat(r.grpcStatus()).isZero();
            assertThat(r.body()).isEqualTo(message);
            client.assertWindowsRespected();
        }
    }

    @ParameterizedTest(name = "window {0}")
    @ValueSource(ints = {1, 2, 7, 100, 1_023, 16_383, 16_384, 16_385, 65_535, 1 << 20, Integer.MAX_VALUE})
    void r19RequestsPassThroughAnyWindowOfTheInstance(int window) {
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, window));
        RawHttp2Client client = gateway.client();
        for (int length : lengthsAround(window)) {
            byte[] message = Grpc.messageOfLength(length);
            RawStream call = client.openCall(AUTHORITY, UNARY).data(message, true);
            RawStream stream = instance.nextStream();
            assertThat(stream.expectRequestEnd()).isEqualTo(message);
            stream.reply("ok");
            assertThat(call.response().grpcStatus()).isZero();
            stream.connection().assertWindowsRespected();
        }
    }

    private static int[] lengthsAround(int window) {
        int w = Math.min(window, 100_000);
        int scale = w < 100 ? 3 : 1;
        return new int[] {0, w / 2, Math.max(w - 5, 0), Math.max(w - 4, 0), w, w + 1, scale * 2 * w + 17};
    }

    @Test
    void r19WindowThatOpensByteByByte() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client(
                PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 0).withoutStreamWindowUpdates());
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.reply("abc");
        call.expectHeaders();
        call.expectNothing(Duration.ofMillis(30));
        byte[] wanted = Grpc.message("abc");
        for (byte b : wanted) {
            client.returnWindow(call.id(), 1);
            assertThat(call.expectData().payload()).containsExactly(b);
        }
        assertThat(call.expectTrailers().get("grpc-status"))
                .as("trailers need no window")
                .isEqualTo("0");
    }

    @Test
    void r19WindowShrunkBelowZeroBySettingsIsRespected() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client(PeerOptions.defaults()
                .setting(RawFrame.INITIAL_WINDOW_SIZE, 1_000)
                .withoutStreamWindowUpdates());
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.responseHeaders().data(new byte[3_000], false).trailers(0);
        call.expectHeaders();
        client.expectData(call.id(), 1_000);
        // 0 left of 1,000; at an initial size of 400 that makes -600.
        client.send().settings(RawFrame.INITIAL_WINDOW_SIZE, 400);
        client.expectSettingsAck();
        client.returnWindow(call.id(), 600);
        call.expectNothing(Duration.ofMillis(50));
        client.returnWindow(call.id(), 1);
        assertThat(call.expectData().payload()).hasSize(1);
        client.send().settings(RawFrame.INITIAL_WINDOW_SIZE, 10_000);
        client.expectSettingsAck();
        client.expectData(call.id(), 1_999);
        call.expectTrailers();
    }

    @Test
    void r19WindowRaisedBySettingsLetsWaitingBytesGo() {
        ScriptedInstance instance = gateway.instance(
                AUTHORITY,
                () -> PeerOptions.defaults()
                        .setting(RawFrame.INITIAL_WINDOW_SIZE, 0)
                        .withoutStreamWindowUpdates());
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "hello");
        RawStream stream = instance.nextStream();
        stream.expectNothing(Duration.ofMillis(30));
        stream.connection().send().settings(RawFrame.INITIAL_WINDOW_SIZE, 65_535);
        stream.expectMessage("hello");
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void r19ConnectionWindowOfTheCallerIsRespectedAndSharedOut() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, stream -> {
            stream.expectRequestEnd();
            stream.responseHeaders().data(new byte[40_000], false).trailers(0);
        });
        RawHttp2Client client = gateway.client(PeerOptions.defaults()
                .setting(RawFrame.INITIAL_WINDOW_SIZE, 1 << 20)
                .withoutWindowUpdates());
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            calls.add(client.startUnary(AUTHORITY, UNARY, "x"));
        }
        Pause.until(Duration.ofSeconds(5), () -> dataBytes(client) + " bytes came", () -> dataBytes(client) == 65_535);
        client.expectAlive();
        client.returnWindow(0, 200_000);
        for (RawStream call : calls) {
            assertThat(call.response().body()).hasSize(40_000);
        }
        client.assertWindowsRespected();
        assertThat(instance.streams()).hasSize(4);
    }

    @Test
    void r19ConnectionWindowOfTheInstanceIsRespected() {
        ScriptedInstance instance = gateway.instance(
                AUTHORITY,
                () -> PeerOptions.defaults()
                        .setting(RawFrame.INITIAL_WINDOW_SIZE, 1 << 20)
                        .withoutWindowUpdates());
        RawStream call = gateway.client().openCall(AUTHORITY, UNARY).data(new byte[100_000], true);
        RawStream stream = instance.nextStream();
        RawHttp2Peer connection = stream.connection();
        connection.expectData(stream.id(), 65_535);
        stream.expectNothing(Duration.ofMillis(30));
        connection.returnWindow(0, 34_465);
        connection.expectData(stream.id(), 34_465);
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void r19OneStalledStreamDoesNotStallNinetyNineOthers() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, stream -> {
            if (stream.request().get(":path").equals(BIDI)) {
                stream.responseHeaders();
                stream.connection().fillWindow(stream.id(), 64 << 20);
            } else {
                ScriptedInstance.echo(stream);
            }
        });
        RawHttp2Client client = gateway.client(PeerOptions.defaults().withoutStreamWindowUpdates());
        RawStream stalled = client.openCall(AUTHORITY, BIDI);
        stalled.expectHeaders();
        client.expectData(stalled.id(), 65_535);
        for (int i = 0; i < 99; i++) {
            long start = System.nanoTime();
            assertThat(client.unary(AUTHORITY, UNARY, "m" + i).grpcStatus()).isZero();
            assertThat((System.nanoTime() - start) / 1_000_000)
                    .as("milliseconds of call " + i)
                    .isLessThan(1_000);
        }
        stalled.rst(Http2Error.CANCEL);
        assertThat(instance.streams()).hasSize(100);
    }

    @Test
    void r19OneStalledUploadDoesNotStallOthersOnBothConnections() {
        ScriptedInstance instance = gateway.instance(
                AUTHORITY,
                () -> PeerOptions.defaults()
                        .withoutStreamWindowUpdates()
                        .setting(RawFrame.INITIAL_WINDOW_SIZE, 10_000));
        RawHttp2Client client = gateway.client();
        RawStream stalled = client.openCall(AUTHORITY, BIDI);
        RawStream stalledThere = instance.nextStream();
        int sent = client.fillWindow(stalled.id(), 64 << 20);
        assertThat(sent).isGreaterThan(10_000);
        for (int i = 0; i < 50; i++) {
            RawStream call = client.startUnary(AUTHORITY, UNARY, "m" + i);
            RawStream there = instance.nextStream();
            assertThat(there.connection()).isSameAs(stalledThere.connection());
            there.expectRequestEnd();
            there.reply("ok");
            assertThat(call.response().grpcStatus()).isZero();
        }
        stalled.rst(Http2Error.CANCEL);
        stalledThere.expectRstEventually(Http2Error.CANCEL);
    }

    @Test
    void r20StalledReaderBoundsWhatTheInstanceCanSend() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client(PeerOptions.defaults()
                .setting(RawFrame.INITIAL_WINDOW_SIZE, 1_000)
                .withoutStreamWindowUpdates());
        RawStream call = client.startUnary(AUTHORITY, BIDI, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.responseHeaders();
        int sent = fillSlowly(stream.connection(), stream.id());
        assertThat(sent).as("bytes taken of the instance").isBetween(WINDOW, WINDOW + 1_000);
        // Once the caller reads, all of it arrives, and the instance may send on.
        client.returnAllWindows(call.id(), true);
        stream.data(Grpc.pattern(300_000), false).trailers(0);
        GrpcResponse r = call.response();
        assertThat(r.body()).hasSize(sent + 300_000);
    }

    @Test
    void r20StalledInstanceBoundsWhatTheCallerCanSend() {
        ScriptedInstance instance = gateway.instance(
                AUTHORITY,
                () -> PeerOptions.defaults()
                        .setting(RawFrame.INITIAL_WINDOW_SIZE, 1_000)
                        .withoutStreamWindowUpdates());
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI);
        RawStream stream = instance.nextStream();
        int sent = fillSlowly(client, call.id());
        assertThat(sent).as("bytes taken of the caller").isBetween(WINDOW, WINDOW + 1_000);
        stream.connection().returnAllWindows(stream.id(), true);
        call.halfClose();
        assertThat(stream.expectRequestEnd()).hasSize(sent);
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void r20CallerThatReadsNothingFromItsSocketBoundsWhatTheInstanceCanSend() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client(PeerOptions.defaults()
                .setting(RawFrame.INITIAL_WINDOW_SIZE, Integer.MAX_VALUE)
                .connectionWindow(1 << 30)
                .receiveBuffer(4_096));
        RawStream call = client.startUnary(AUTHORITY, BIDI, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        client.stopReading();
        stream.responseHeaders();
        int sent = fillSlowly(stream.connection(), stream.id());
        assertThat(sent).as("bytes taken of the instance").isLessThan(WINDOW + STAGED);
        client.resumeReading();
        stream.trailers(0);
        assertThat(call.response().body()).hasSize(sent);
    }

    @Test
    void r20ManyStalledCallsKeepMemoryBounded() {
        int calls = 100;
        ScriptedInstance instance = gateway.instance(AUTHORITY, stream -> {
            stream.expectRequestEnd();
            stream.responseHeaders();
            stream.data(new byte[2 << 20], false).trailers(0);
        });
        RawHttp2Client client = gateway.client(
                PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 0).withoutStreamWindowUpdates());
        List<RawStream> open = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            open.add(client.startUnary(AUTHORITY, UNARY, "x"));
        }
        for (RawStream s : open) {
            s.expectHeaders();
        }
        Pause.millis(300);
        long used = PlatformDependent.usedDirectMemory();
        assertThat(used)
                .as("direct memory with " + calls + " stalled calls")
                .isLessThan(2L * calls * WINDOW + (64 << 20));
        for (RawStream s : open) {
            client.returnWindow(s.id(), 2 << 20);
        }
        for (RawStream s : open) {
            client.expectData(s.id(), 2 << 20);
            s.expectTrailers();
        }
        assertThat(instance.streams()).hasSize(calls);
    }

    @Test
    void windowsAreGivenBackWhenACallIsCancelledWithBytesQueued() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client(
                PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 0).withoutStreamWindowUpdates());
        for (int i = 0; i < 20; i++) {
            RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
            RawStream stream = instance.nextStream();
            stream.expectRequestEnd();
            stream.responseHeaders();
            stream.data(new byte[50_000], false);
            call.expectHeaders();
            call.rst(Http2Error.CANCEL);
            stream.expectRst(Http2Error.CANCEL);
        }
        assertThat(gateway.observer().call(19)).isNotNull();
    }

    /** Sends until no window comes back for a while; the number of bytes. */
    private static int fillSlowly(RawHttp2Peer peer, int streamId) {
        int sent = 0;
        int quiet = 0;
        while (quiet < 20 && sent < 256 << 20) {
            int n = peer.fillWindow(streamId, 1 << 20);
            sent += n;
            quiet = n == 0 ? quiet + 1 : 0;
            Pause.millis(n == 0 ? 10 : 0);
        }
        return sent;
    }

    private static int dataBytes(RawHttp2Peer peer) {
        return peer.received().stream()
                .filter(f -> f.type() == RawFrame.DATA)
                .mapToInt(f -> f.payload().length)
                .sum();
    }
}
