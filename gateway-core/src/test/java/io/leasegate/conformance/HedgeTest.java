package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Outcome;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.resilience.HedgePolicy;
import io.leasegate.resilience.RetryPolicy;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Grpc;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The hedging policy of gRFC A6, rule by rule. */
@Timeout(60)
class HedgeTest {

    private static final String QUICK = "quick";
    private static final String LATE = "late";
    private static final String BROKE = "broke";
    private static final int UNAVAILABLE = 14;
    private static final Duration QUIET = Duration.ofMillis(300);
    private static final CallPolicy THREE =
            CallPolicy.DEFAULT.withHedge(new HedgePolicy(3, 100_000_000)).withRetry(RetryPolicy.OFF.withBuffer(1_000));

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .upstream(UpstreamSettings.DEFAULT.withConnectionsPerEndpoint(1).withPending(100, 500))
            .policies(service -> switch (service) {
                case QUICK -> THREE;
                case LATE -> THREE.withHedge(new HedgePolicy(3, 60_000_000_000L));
                case BROKE -> THREE.withRetry(RetryPolicy.OFF.withBudget(0));
                default -> CallPolicy.DEFAULT;
            });

    @Test
    void slowCallGoesToOtherInstancesAndTheFirstAnswerWins() {
        List<ScriptedInstance> all = List.of(gateway.instance(QUICK), gateway.instance(QUICK), gateway.instance(QUICK));
        RawStream call = gateway.client().startUnary(QUICK, UNARY, "the request");
        List<RawStream> streams = all.stream().map(ScriptedInstance::nextStream).toList();
        for (RawStream s : streams) {
            assertThat(s.expectRequestEnd()).isEqualTo(Grpc.message("the request"));
        }
        RawStream winner = streams.get(1);
        winner.reply("won");
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isZero();
        assertThat(r.messages()).hasSize(1);
        for (RawStream s : streams) {
            if (s != winner) {
                s.expectRst(Http2Error.CANCEL);
            }
        }
        assertThat(gateway.observer().call(0).attempts()).isEqualTo(3);
        assertThat(gateway.observer().call(0).endpointAddress())
                .isEqualTo("127.0.0.1:" + all.get(1).port());
        assertThat(gateway.observer().furtherAttempts()).hasSize(2);
    }

    @Test
    void attemptsSayHowManyThereWereBefore() {
        ScriptedInstance instance = gateway.instance(QUICK);
        RawStream call = gateway.client().startUnary(QUICK, UNARY, "x");
        assertThat(instance.nextStream().request().contains("grpc-previous-rpc-attempts"))
                .isFalse();
        assertThat(instance.nextStream().request().get("grpc-previous-rpc-attempts"))
                .isEqualTo("1");
        RawStream third = instance.nextStream();
        assertThat(third.request().get("grpc-previous-rpc-attempts")).isEqualTo("2");
        instance.expectNoStream(QUIET);
        third.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(gateway.observer().furtherAttempts()).containsExactly("hedge answered", "hedge dropped");
    }

    @Test
    void callThatIsAnsweredInTimeIsSentOnce() {
        ScriptedInstance instance = gateway.instance(LATE);
        RawStream call = gateway.client().startUnary(LATE, UNARY, "x");
        RawStream there = instance.nextStream();
        there.responseHeaders();
        call.expectHeaders();
        instance.expectNoStream(QUIET);
        there.message("ok").trailers(0);
        call.expectMessage("ok");
        call.expectTrailers();
    }

    @Test
    void statusThatIsNotFatalBringsTheNextAttemptAtOnce() {
        ScriptedInstance instance = gateway.instance(LATE);
        RawStream call = gateway.client().startUnary(LATE, UNARY, "x");
        instance.nextStream().trailersOnly(UNAVAILABLE, "one");
        instance.nextStream().rst(Http2Error.REFUSED_STREAM);
        instance.nextStream().trailersOnly(UNAVAILABLE, "two");
        instance.nextStream().trailersOnly(UNAVAILABLE, "three");
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(UNAVAILABLE);
        assertThat(r.grpcMessage()).isEqualTo("three");
        assertThat(gateway.observer().call(0).attempts()).isEqualTo(4);
    }

    @Test
    void requestThatGrowsWhileNoAttemptIsUnderWayGoesWithTheNext() {
        ScriptedInstance instance = gateway.instance(LATE);
        RawStream call = gateway.client().openCall(LATE, Paths.BIDI);
        call.message("first");
        RawStream refused = instance.nextStream();
        refused.expectMessage("first");
        refused.headers(
                HeaderFields.grpcResponse()
                        .with("grpc-status", Integer.toString(UNAVAILABLE))
                        .with("grpc-retry-pushback-ms", "1000"),
                true);
        refused.expectRst(Http2Error.CANCEL);
        byte[] more = Grpc.messageOfLength(5_000);
        call.data(more, false);
        RawStream next = instance.nextStream();
        call.halfClose();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(Grpc.message("first"));
        whole.writeBytes(more);
        assertThat(next.expectRequestEnd()).isEqualTo(whole.toByteArray());
        next.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    /** The limit is ours and not an instance's word, and another one is about to answer. */
    @Test
    void hedgeThatALimitOfTheGatewayRefusesLeavesTheOtherAttemptAlone() {
        ScriptedInstance instance =
                gateway.instance(QUICK, () -> PeerOptions.defaults().setting(RawFrame.MAX_CONCURRENT_STREAMS, 1));
        RawStream call = gateway.client().startUnary(QUICK, UNARY, "x");
        RawStream only = instance.nextStream();
        only.expectRequestEnd();
        // Both hedges are due after 200 ms, wait for a stream, and are refused after pending-timeout.
        only.expectNothing(Duration.ofMillis(1_500));
        only.reply("late, but well");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(gateway.observer().call(0).attempts()).isEqualTo(1);
        assertThat(gateway.observer().furtherAttempts()).containsExactly("hedge failed", "hedge failed");
    }

    @Test
    void fatalStatusEndsTheCallAndTheOtherAttempts() {
        ScriptedInstance instance = gateway.instance(QUICK);
        RawStream call = gateway.client().startUnary(QUICK, UNARY, "x");
        RawStream first = instance.nextStream();
        RawStream second = instance.nextStream();
        second.expectRequestEnd();
        second.trailersOnly(9, "never");
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(9);
        assertThat(r.grpcMessage()).isEqualTo("never");
        first.expectRstEventually(Http2Error.CANCEL);
    }

    @Test
    void failedAttemptIsNoAnswerWhileAnotherIsUnderWay() {
        ScriptedInstance instance = gateway.instance(QUICK);
        RawStream call = gateway.client().startUnary(QUICK, UNARY, "x");
        RawStream first = instance.nextStream();
        RawStream second = instance.nextStream();
        RawStream third = instance.nextStream();
        third.trailersOnly(UNAVAILABLE, "no");
        first.connection().send().rst(first.id(), Http2Error.CANCEL);
        // CANCELLED is not among the statuses, so this one is fatal.
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(1);
        second.expectRstEventually(Http2Error.CANCEL);
    }

    @Test
    void pushbackDelaysTheNextAttemptOrForbidsIt() {
        ScriptedInstance instance = gateway.instance(LATE);
        RawStream call = gateway.client().startUnary(LATE, UNARY, "x");
        long start = System.nanoTime();
        instance.nextStream().headers(failure("150"), true);
        RawStream second = instance.nextStream();
        assertThat((second.requestFrame().arrivedNanos() - start) / 1_000_000).isGreaterThanOrEqualTo(150);
        second.headers(failure("-1"), true);
        assertThat(call.response().grpcStatus()).isEqualTo(UNAVAILABLE);
        instance.expectNoStream(QUIET);
        assertThat(gateway.observer().withheld()).containsExactly("hedge pushback");
    }

    private static HeaderFields failure(String pushback) {
        return HeaderFields.grpcResponse().with("grpc-status", "14").with("grpc-retry-pushback-ms", pushback);
    }

    @Test
    void hedgesDrawOnTheBudget() {
        ScriptedInstance instance = gateway.instance(BROKE);
        RawStream call = gateway.client().startUnary(BROKE, UNARY, "x");
        RawStream there = instance.nextStream();
        instance.expectNoStream(QUIET);
        there.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(gateway.observer().withheld()).containsExactly("hedge budget");
    }

    @Test
    void requestThatOutgrowsTheBufferGoesOnWithTheFirstAttemptAlone() {
        ScriptedInstance instance = gateway.instance(QUICK);
        RawStream call = gateway.client().openCall(QUICK, UNARY);
        call.message("small");
        RawStream first = instance.nextStream();
        RawStream second = instance.nextStream();
        first.expectMessage("small");
        second.expectMessage("small");
        byte[] large = Grpc.messageOfLength(100_000);
        call.data(large, true);
        second.expectRstEventually(Http2Error.CANCEL);
        assertThat(first.expectRequestEnd()).isEqualTo(large);
        instance.expectNoStream(QUIET);
        first.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void streamingRequestGoesToAllAttempts() {
        ScriptedInstance instance = gateway.instance(QUICK);
        RawStream call = gateway.client().openCall(QUICK, UNARY);
        List<RawStream> all = Arrays.asList(instance.nextStream(), instance.nextStream(), instance.nextStream());
        call.message("one");
        all.forEach(s -> s.expectMessage("one"));
        all.get(0).trailersOnly(UNAVAILABLE, "no");
        call.lastMessage("two");
        all.subList(1, 3).forEach(s -> s.expectMessage("two"));
        all.get(2).reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        all.get(1).expectRstEventually(Http2Error.CANCEL);
    }

    @Test
    void callerThatLeavesEndsAllAttempts() {
        ScriptedInstance instance = gateway.instance(QUICK);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(QUICK, UNARY, "x");
        RawStream first = instance.nextStream();
        RawStream second = instance.nextStream();
        call.rst(Http2Error.CANCEL);
        first.expectRstEventually(Http2Error.CANCEL);
        second.expectRstEventually(Http2Error.CANCEL);
        assertThat(gateway.observer().call(0).outcome()).isEqualTo(Outcome.DOWNSTREAM_CANCELLED);
    }

    @Test
    void deadlineEndsAllAttempts() {
        ScriptedInstance instance = gateway.instance(QUICK);
        RawStream call =
                gateway.client().open(HeaderFields.grpcRequest(QUICK, UNARY).with("grpc-timeout", "600m"), true);
        RawStream first = instance.nextStream();
        RawStream second = instance.nextStream();
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(4);
        assertThat(r.outcome()).isEqualTo("DT");
        first.expectRstEventually(Http2Error.CANCEL);
        second.expectRstEventually(Http2Error.CANCEL);
    }
}
