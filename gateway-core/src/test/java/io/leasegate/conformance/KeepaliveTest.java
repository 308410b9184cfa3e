package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.KeepaliveSettings;
import io.leasegate.proxy.UpstreamEnd;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R10: HTTP/2 PINGs to instances, which nobody sends unless asked to. */
@Timeout(60)
class KeepaliveTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().ioThreads(1);

    private void keepalive(long intervalMillis, long timeoutMillis, boolean withoutCalls) {
        gateway.upstream(UpstreamSettings.DEFAULT.withKeepalive(
                new KeepaliveSettings(intervalMillis, timeoutMillis, withoutCalls)));
    }

    private static long pings(RawHttp2Peer connection) {
        return connection.received().stream()
                .filter(f -> f.type() == RawFrame.PING && !f.ack())
                .count();
    }

    @Test
    void r10DefaultSendsNoPing() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        gateway.client().openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        Pause.millis(1_500);
        assertThat(pings(there.connection())).isZero();
        there.trailersOnly(0, "");
    }

    @Test
    void silentInstanceIsAskedAgainAndAgainWhileACallIsOpen() {
        keepalive(100, 30_000, false);
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        for (int i = 0; i < 3; i++) {
            there.connection().expectPing();
        }
        there.trailersOnly(0, "");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void instanceThatKeepsTalkingIsNotAsked() {
        keepalive(3_000, 30_000, false);
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        gateway.client().openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        there.responseHeaders();
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (System.nanoTime() < end) {
            there.message("still here");
            Pause.millis(20);
        }
        assertThat(pings(there.connection())).isZero();
        there.trailers(0);
    }

    @Test
    void withoutCallsNothingIsSentUnlessAskedFor() {
        keepalive(100, 30_000, false);
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        assertThat(gateway.client().unary(AUTHORITY, UNARY, "x").grpcStatus()).isZero();
        RawHttp2Peer connection = instance.nextConnection();
        connection.expectAlive();
        long before = pings(connection);
        Pause.millis(800);
        assertThat(pings(connection)).isEqualTo(before);
    }

    @Test
    void withoutCallsPingsAreSentWhereAskedFor() {
        keepalive(100, 30_000, true);
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        assertThat(gateway.client().unary(AUTHORITY, UNARY, "x").grpcStatus()).isZero();
        RawHttp2Peer connection = instance.nextConnection();
        connection.expectPing();
        connection.expectPing();
    }

    @Test
    void r11PingWithoutAnswerEndsTheConnectionAndItsCallsSayWhy() {
        keepalive(100, 300, false);
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().withoutPingAck());
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "x");
        RawStream there = instance.nextStream();
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).as("UNAVAILABLE").isEqualTo(14);
        assertThat(r.outcome()).isEqualTo("UC");
        assertThat(r.grpcMessage())
                .contains("service echo", "instance 127.0.0.1:" + instance.port(), "phase sent")
                .contains("no answer to an HTTP/2 PING within upstream.keepalive.timeout = 300 ms");
        there.connection().expectGoAway(Http2Error.NO_ERROR);
        there.connection().expectClosed();
        Pause.until(
                Duration.ofSeconds(10),
                () -> "ends: " + gateway.observer().upstreamEnds(),
                () -> gateway.observer().upstreamEnds().equals(List.of(UpstreamEnd.KEEPALIVE)));
    }

    @Test
    void r11ResponseThatHasBegunEndsWithTrailersThatSayWhy() {
        keepalive(100, 300, false);
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().withoutPingAck());
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        there.responseHeaders().message("first");
        GrpcResponse r = call.response();
        assertThat(r.messages()).hasSize(1);
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.grpcMessage()).contains("phase response", "upstream.keepalive.timeout = 300 ms");
    }

    @Test
    void r10IntervalDoublesWhenTheInstanceAsksForCalm() {
        keepalive(400, 30_000, false);
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        there.connection().expectPing();
        there.connection().send().goAway(there.id(), Http2Error.ENHANCE_YOUR_CALM, "too_many_pings");
        there.connection().expectAlive();
        there.trailersOnly(0, "");
        assertThat(call.response().grpcStatus()).isZero();

        gateway.client().openCall(AUTHORITY, BIDI);
        RawStream second = instance.nextStream();
        assertThat(second.connection()).isNotSameAs(there.connection());
        long lastWord = System.nanoTime();
        second.responseHeaders();
        RawFrame ping = second.connection().expectPing();
        assertThat(ping.arrivedNanos() - lastWord)
                .as("silence before the PING")
                .isGreaterThanOrEqualTo(Duration.ofMillis(800).toNanos());
        second.trailers(0);
        assertThat(gateway.observer().goAways()).containsExactly(11L);
    }
}
