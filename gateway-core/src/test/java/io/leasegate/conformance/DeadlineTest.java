package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Outcome;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R17: the caller's {@code grpc-timeout}. */
@Timeout(60)
class DeadlineTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    private static HeaderFields request(String timeout) {
        return HeaderFields.grpcRequest(AUTHORITY, UNARY).with("grpc-timeout", timeout);
    }

    @Test
    void r17DeadlineEndsTheCallOnBothSides() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        long start = System.nanoTime();
        RawStream call = client.open(request("200m"), true);
        RawStream stream = instance.nextStream();
        GrpcResponse r = call.response();
        long replied = (r.frames().get(0).arrivedNanos() - start) / 1_000_000;
        assertThat(r.trailersOnly()).isTrue();
        assertThat(r.grpcStatus()).isEqualTo(4);
        assertThat(r.outcome()).isEqualTo("DT");
        RawFrame rst = stream.expectRst(Http2Error.CANCEL);
        assertThat(replied).as("milliseconds to the reply").isBetween(199L, 300L);
        assertThat((rst.arrivedNanos() - start) / 1_000_000)
                .as("milliseconds to the reset")
                .isBetween(199L, 300L);
        assertThat(gateway.observer().call(0).outcome()).isEqualTo(Outcome.DEADLINE);
        client.expectAlive();
    }

    @Test
    void r17TimerStartsAtTheHeadersNotAtTheEndOfTheRequest() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        long start = System.nanoTime();
        RawStream call = client.open(request("300m"), false);
        RawStream stream = instance.nextStream();
        for (int i = 0; i < 5; i++) {
            Pause.millis(30);
            call.message("part " + i);
        }
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(4);
        assertThat((r.frames().get(0).arrivedNanos() - start) / 1_000_000)
                .as("milliseconds")
                .isBetween(299L, 400L);
        stream.expectRstEventually(Http2Error.CANCEL);
    }

    @Test
    void r17DeadlineWithinTheResponseEndsItWithTrailers() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().open(request("200m"), true);
        RawStream stream = instance.nextStream();
        stream.responseHeaders().message("one");
        GrpcResponse r = call.response();
        assertThat(r.messages()).hasSize(1);
        assertThat(r.trailers()).isNotNull();
        assertThat(r.grpcStatus()).isEqualTo(4);
        stream.expectRst(Http2Error.CANCEL);
    }

    @Test
    void r17DeadlineWhileTheConnectionIsMadeOpensNoStream() {
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().withoutHandshake());
        RawStream call = gateway.client().open(request("100m"), true);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(4);
        assertThat(r.grpcMessage()).contains("before the call was sent");
        instance.nextConnection().send().settings();
        instance.expectNoStream(Duration.ofMillis(100));
    }

    @Test
    void r17InstanceIsToldTheTimeThatRemains() {
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().withoutHandshake());
        RawStream call = gateway.client().open(request("10S"), true);
        var connection = instance.nextConnection();
        Pause.millis(300);
        connection.send().settings();
        RawStream stream = instance.nextStream();
        long left = nanos(stream.request().get("grpc-timeout"));
        assertThat(left / 1_000_000).as("milliseconds that remain").isBetween(9_000L, 9_701L);
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1H,3600", "2M,120", "30S,30", "60000m,60", "99999999m,99999", "70000000u,70", "99999999S,99999999"})
    void everyUnitIsUnderstood(String timeout, long seconds) {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().open(request(timeout), true);
        RawStream stream = instance.nextStream();
        String forwarded = stream.request().get("grpc-timeout");
        assertThat(forwarded).matches("[0-9]{1,8}[HMSmun]");
        // In units that eight digits can hold, rounded up.
        assertThat(nanos(forwarded) / 1_000_000_000).isBetween(seconds - 5, seconds + Math.max(1, seconds / 1_000));
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0n", "0m", "1n", "5u"})
    void deadlineThatHasPassedAlreadyIsAnsweredAsSuch(String timeout) {
        gateway.instance(AUTHORITY);
        GrpcResponse r = gateway.client().open(request(timeout), true).response();
        assertThat(r.grpcStatus()).isEqualTo(4);
    }

    @Test
    void noDeadlineMeansNoLimit() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, BIDI, "x");
        RawStream stream = instance.nextStream();
        assertThat(stream.request().contains("grpc-timeout")).isFalse();
        Pause.millis(500);
        stream.expectRequestEnd();
        stream.reply("late");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void answerInTimeStopsTheTimer() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.open(request("150m"), true);
        instance.nextStream().reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        Pause.millis(250);
        client.expectAlive();
        assertThat(call.received()).hasSize(3);
        assertThat(gateway.observer().calls()).hasSize(1);
    }

    private static long nanos(String timeout) {
        long amount = Long.parseLong(timeout.substring(0, timeout.length() - 1));
        return amount
                * switch (timeout.charAt(timeout.length() - 1)) {
                    case 'n' -> 1L;
                    case 'u' -> 1_000L;
                    case 'm' -> 1_000_000L;
                    case 'S' -> 1_000_000_000L;
                    case 'M' -> 60_000_000_000L;
                    case 'H' -> 3_600_000_000_000L;
                    default -> throw new AssertionError(timeout);
                };
    }
}
