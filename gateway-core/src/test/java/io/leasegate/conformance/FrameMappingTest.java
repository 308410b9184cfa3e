package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of each kind of frame and event, from either side: the map of the relay, a test per entry. */
@Timeout(60)
class FrameMappingTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().ioThreads(1);

    private ScriptedInstance instance;
    private RawHttp2Client client;

    @BeforeEach
    void connect() {
        instance = gateway.instance(AUTHORITY);
        client = gateway.client();
    }

    @Test
    void headersFromTheClientOpenAStreamWithAnIdOfItsOwn() {
        client.skipStream();
        client.skipStream();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream there = instance.nextStream();
        assertThat(call.id()).isEqualTo(5);
        assertThat(there.id()).isLessThan(5);
        there.expectRequestEnd();
        there.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void headersFromTheServerWithEndStreamAreTrailersOnly() {
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream there = instance.nextStream();
        there.expectRequestEnd();
        there.trailersOnly(5, "none");
        assertThat(call.response().trailersOnly()).isTrue();
    }

    @Test
    void dataFromTheServerBehindAResetByTheClientIsSwallowedAndItsWindowReturned() {
        RawStream call = client.openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        there.responseHeaders();
        call.expectHeaders();
        call.rst(Http2Error.CANCEL);
        there.expectRst(Http2Error.CANCEL);
        RawHttp2Peer peer = there.connection();
        for (int i = 0; i < 30; i++) {
            peer.send().data(there.id(), new byte[16_384], false);
        }
        peer.expectAlive();
        RawStream next = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream nextThere = instance.nextStream();
        assertThat(nextThere.connection()).isSameAs(peer);
        nextThere.expectRequestEnd();
        nextThere.responseHeaders();
        peer.dataWithinWindow(nextThere.id(), new byte[500_000], false);
        nextThere.trailers(0);
        assertThat(next.response().body()).hasSize(500_000);
    }

    @Test
    void goAwayFromTheClientLetsItsCallsFinish() {
        RawStream call = client.openCall(AUTHORITY, BIDI).message("a");
        RawStream there = instance.nextStream();
        there.expectMessage("a");
        client.send().goAway(0, Http2Error.NO_ERROR, "leaving");
        client.expectAlive();
        call.lastMessage("b");
        there.expectRequestEnd();
        there.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(there.connection().received()).noneMatch(f -> f.type() == RawFrame.GOAWAY);
    }

    @Test
    void goAwayFromTheServerIsNotRelayed() {
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream there = instance.nextStream();
        there.expectRequestEnd();
        there.connection().send().goAway(there.id(), Http2Error.NO_ERROR, "leaving");
        there.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        client.expectAlive();
        assertThat(client.received()).noneMatch(f -> f.type() == RawFrame.GOAWAY);
    }

    @Test
    void settingsAreEachHopsOwn() {
        RawStream call = client.openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        long before = there.connection().received().stream()
                .filter(f -> f.type() == RawFrame.SETTINGS && !f.ack())
                .count();
        client.send().settings(RawFrame.INITIAL_WINDOW_SIZE, 12_345, RawFrame.MAX_CONCURRENT_STREAMS, 7);
        client.expectSettingsAck();
        there.connection().expectAlive();
        assertThat(there.connection().received())
                .filteredOn(f -> f.type() == RawFrame.SETTINGS && !f.ack())
                .hasSize((int) before);
        call.halfClose();
        there.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void pushIsSwitchedOffTowardTheServer() {
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream there = instance.nextStream();
        assertThat(there.connection().expectSettings().setting(RawFrame.ENABLE_PUSH, 1))
                .isZero();
        there.expectRequestEnd();
        there.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void windowUpdatesAreEachHopsOwn() {
        RawStream call = client.openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        client.send().windowUpdate(call.id(), 12_345);
        client.expectAlive();
        there.connection().expectAlive();
        assertThat(there.connection().received())
                .noneMatch(f -> f.type() == RawFrame.WINDOW_UPDATE && f.windowIncrement() == 12_345);
        call.halfClose();
        there.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void smallCallsCauseNoStreamWindowUpdates() {
        for (int i = 0; i < 50; i++) {
            RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
            RawStream there = instance.nextStream();
            there.expectRequestEnd();
            there.reply("ok");
            assertThat(call.response().grpcStatus()).isZero();
        }
        assertThat(client.received()).noneMatch(f -> f.type() == RawFrame.WINDOW_UPDATE && f.streamId() > 0);
    }

    @Test
    void endOfTheClientsConnectionCancelsWhatIsOpen() {
        client.openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        client.close();
        there.expectRst(Http2Error.CANCEL);
        there.connection().expectAlive();
    }

    @Test
    void endOfTheServersConnectionIsUnavailable() {
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream there = instance.nextStream();
        there.expectRequestEnd();
        there.connection().close();
        assertThat(call.response().grpcStatus()).isEqualTo(14);
    }

    @Test
    void deadlineSendsTrailersDownAndCancelUp() {
        RawStream call = client.open(HeaderFields.grpcRequest(AUTHORITY, UNARY).with("grpc-timeout", "1S"), true);
        RawStream there = instance.nextStream();
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(4);
        there.expectRst(Http2Error.CANCEL);
    }

    @Test
    void serverThatIsDoneEarlyIsRelayedInFullBeforeTheRequestIsStopped() {
        RawStream call = client.openCall(AUTHORITY, BIDI).message("a");
        RawStream there = instance.nextStream();
        there.expectMessage("a");
        there.reply("enough");
        assertThat(call.response().messages()).hasSize(1);
        call.expectRst(Http2Error.NO_ERROR);
        there.expectRst(Http2Error.CANCEL);
    }

    @Test
    void finishedCallsLeaveNoFramesBehind() {
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream there = instance.nextStream();
        there.expectRequestEnd();
        there.reply("ok");
        call.response();
        call.expectNothing(Duration.ofMillis(30));
        there.expectNothing(Duration.ofMillis(1));
    }
}
