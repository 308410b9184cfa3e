package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.ProtocolSettings;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R12: MAX_CONCURRENT_STREAMS of instances and of the gateway itself. */
@Timeout(60)
class StreamLimitTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .downstream(new ProtocolSettings(50, 256 * 1024, 64 * 1024, 10_000, 30))
            .upstream(new UpstreamSettings(ProtocolSettings.DEFAULT, 3_000, 4, 1_000, 700));

    private ScriptedInstance limited(int streams) {
        return gateway.instance(
                AUTHORITY, () -> PeerOptions.defaults().setting(RawFrame.MAX_CONCURRENT_STREAMS, streams));
    }

    @Test
    void r12LimitIsRespectedWithMoreConnections() {
        ScriptedInstance instance = limited(10);
        RawHttp2Client client = gateway.client();
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            calls.add(client.openCall(AUTHORITY, BIDI));
        }
        for (int i = 0; i < 40; i++) {
            instance.nextStream();
        }
        assertThat(instance.connections()).hasSize(4);
        for (RawHttp2Peer c : instance.connections()) {
            assertThat(instance.streams()).filteredOn(s -> s.connection() == c).hasSize(10);
        }
        instance.streams().forEach(s -> s.trailersOnly(0, ""));
        for (RawStream call : calls) {
            assertThat(call.response().grpcStatus()).isZero();
        }
    }

    @Test
    void r12LimitOfOneServesOneAfterTheOther() {
        ScriptedInstance instance = limited(1);
        RawHttp2Client client = gateway.client();
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(client.startUnary(AUTHORITY, UNARY, "m" + i));
        }
        Map<RawHttp2Peer, RawStream> open = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            RawStream s = instance.nextStream();
            RawStream before = open.put(s.connection(), s);
            assertThat(before)
                    .as("a stream that is still open on the same connection")
                    .isNull();
            if (open.size() == 4 || i >= 16) {
                // All connections are busy, so the others wait for one of these.
                RawStream done = open.remove(s.connection());
                done.expectRequestEnd();
                done.reply("ok");
            }
        }
        open.values().forEach(s -> {
            s.expectRequestEnd();
            s.reply("ok");
        });
        for (RawStream call : calls) {
            assertThat(call.response().grpcStatus()).isZero();
        }
        assertThat(instance.connections()).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void r12AboveTheBoundCallsWaitForTheirTimeAndAreRefusedWithTheLimitNamed() {
        ScriptedInstance instance = limited(1);
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 4; i++) {
            client.openCall(AUTHORITY, BIDI);
            instance.nextStream();
        }
        long start = System.nanoTime();
        GrpcResponse r = client.unary(AUTHORITY, UNARY, "x");
        assertThat((System.nanoTime() - start) / 1_000_000).as("milliseconds").isBetween(690L, 1_500L);
        assertThat(r.outcome()).isEqualTo("UO");
        assertThat(r.grpcMessage()).contains("limits.connections-per-endpoint = 4", "700 ms");
        // A place that gets free is used.
        RawStream waiting = client.startUnary(AUTHORITY, UNARY, "x");
        client.expectAlive();
        instance.streams().get(0).trailersOnly(0, "");
        RawStream there = instance.nextStream();
        there.expectRequestEnd();
        there.reply("ok");
        assertThat(waiting.response().grpcStatus()).isZero();
    }

    @Test
    void r12LimitLoweredToZeroLaterIsRespected() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream first = client.openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        RawHttp2Peer connection = there.connection();
        connection.send().settings(RawFrame.MAX_CONCURRENT_STREAMS, 0);
        connection.expectSettingsAck();
        connection.expectSettingsAck();
        RawStream second = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream secondThere = instance.nextStream();
        assertThat(secondThere.connection()).isNotSameAs(connection);
        secondThere.expectRequestEnd();
        secondThere.reply("ok");
        assertThat(second.response().grpcStatus()).isZero();
        there.trailersOnly(0, "");
        assertThat(first.response().grpcStatus()).isZero();
    }

    @Test
    void r12LimitRaisedLaterLetsWaitingCallsGo() {
        ScriptedInstance instance = limited(0);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawHttp2Peer connection = instance.nextConnection();
        instance.expectNoStream(Duration.ofMillis(50));
        connection.send().settings(RawFrame.MAX_CONCURRENT_STREAMS, 5);
        RawStream there = instance.nextStream();
        there.expectRequestEnd();
        there.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void streamsAboveTheGatewaysOwnLimitAreRefusedAndTheConnectionLives() {
        gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 50; i++) {
            client.openCall(AUTHORITY, BIDI);
        }
        RawStream tooMany = client.openCall(AUTHORITY, BIDI);
        tooMany.expectRst(Http2Error.REFUSED_STREAM);
        client.expectAlive();
    }

    @Test
    void gatewayAnnouncesItsLimits() {
        RawHttp2Client client = gateway.client(PeerOptions.defaults().withoutSettingsAck());
        RawFrame settings = client.expectSettings();
        assertThat(settings.setting(RawFrame.MAX_CONCURRENT_STREAMS, -1)).isEqualTo(50);
        assertThat(settings.setting(RawFrame.INITIAL_WINDOW_SIZE, -1)).isEqualTo(256 * 1024);
        assertThat(settings.setting(RawFrame.MAX_HEADER_LIST_SIZE, -1)).isEqualTo(64 * 1024);
    }
}
