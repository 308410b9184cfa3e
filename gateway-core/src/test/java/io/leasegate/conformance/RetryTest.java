package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Outcome;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.resilience.RetryPolicy;
import io.leasegate.routing.HeaderChanges;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteMatch;
import io.leasegate.routing.Subset;
import io.leasegate.testkit.CallRecord;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Grpc;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The retry policy of gRFC A6, rule by rule. */
@Timeout(60)
class RetryTest {

    private static final String THREE = "three";
    private static final String SLOW = "slow";
    private static final String TIMED = "timed";
    private static final String NONE = "none";
    private static final int UNAVAILABLE = 14;
    private static final Duration QUIET = Duration.ofMillis(300);
    private static final RetryPolicy POLICY =
            RetryPolicy.OFF.withAttempts(3).withStatuses(Set.of(UNAVAILABLE, 8)).withBackoff(1_000_000, 4_000_000);

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .policies(service -> switch (service) {
                case THREE -> CallPolicy.DEFAULT.withRetry(POLICY);
                case SLOW -> CallPolicy.DEFAULT.withRetry(POLICY.withBackoff(60_000_000_000L, 60_000_000_000L));
                case TIMED -> CallPolicy.DEFAULT.withRetry(POLICY.withPerTry(300_000_000));
                default -> CallPolicy.DEFAULT;
            })
            .routes(new Route(
                    RouteMatch.grpc("leasegate.test.Echo", "Bidi"),
                    List.of(new Route.Target(
                            NONE, Subset.ALL, 1, null, CallPolicy.DEFAULT.withRetry(POLICY.withAttempts(2)))),
                    HeaderChanges.NONE));

    private CallRecord theCall() {
        return gateway.observer().call(0);
    }

    @Test
    void trailersOnlyWithARetriableStatusIsSentAgainWithAllOfTheRequest() {
        ScriptedInstance instance = gateway.instance(THREE);
        RawStream call = gateway.client().startUnary(THREE, UNARY, "the whole request");
        RawStream first = instance.nextStream();
        assertThat(first.request().contains("grpc-previous-rpc-attempts")).isFalse();
        assertThat(first.expectRequestEnd()).isEqualTo(Grpc.message("the whole request"));
        first.trailersOnly(UNAVAILABLE, "not now");
        RawStream second = instance.nextStream();
        assertThat(second.request().get("grpc-previous-rpc-attempts")).isEqualTo("1");
        assertThat(second.expectRequestEnd()).isEqualTo(Grpc.message("the whole request"));
        second.trailersOnly(8, "nor now");
        RawStream third = instance.nextStream();
        assertThat(third.request().get("grpc-previous-rpc-attempts")).isEqualTo("2");
        third.reply("at last");
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isZero();
        assertThat(r.messages()).hasSize(1);
        assertThat(theCall().outcome()).isEqualTo(Outcome.OK);
        assertThat(theCall().attempts()).isEqualTo(3);
        assertThat(gateway.observer().furtherAttempts()).containsExactly("retry failed", "retry answered");
    }

    @Test
    void lastAnswerIsTheCallersWhenAllAttemptsFail() {
        AtomicInteger count = new AtomicInteger();
        gateway.instance(THREE, s -> {
            s.expectRequestEnd();
            s.trailersOnly(UNAVAILABLE, "no " + count.incrementAndGet());
        });
        GrpcResponse r = gateway.client().unary(THREE, UNARY, "x");
        assertThat(r.trailersOnly()).isTrue();
        assertThat(r.grpcStatus()).isEqualTo(UNAVAILABLE);
        assertThat(r.grpcMessage()).isEqualTo("no 3");
        assertThat(r.outcome()).isNull();
        assertThat(count).hasValue(3);
        assertThat(gateway.observer().withheld()).isEmpty();
    }

    @Test
    void otherStatusesAndOtherCallersAreNotRetried() {
        AtomicInteger count = new AtomicInteger();
        gateway.instance(THREE, s -> {
            s.expectRequestEnd();
            s.trailersOnly(s.request().get("content-type").equals("application/grpc") ? 13 : UNAVAILABLE, "no");
            count.incrementAndGet();
        });
        RawHttp2Client client = gateway.client();
        assertThat(client.unary(THREE, UNARY, "x").grpcStatus()).isEqualTo(13);
        HeaderFields web = HeaderFields.grpcRequest(THREE, UNARY).replace("content-type", "application/grpc-web");
        assertThat(client.open(web, true).response().grpcStatus()).isEqualTo(UNAVAILABLE);
        assertThat(count).hasValue(2);
    }

    @Test
    void responseHeadersCommitWhateverTheTrailersSay() {
        ScriptedInstance instance = gateway.instance(THREE);
        RawStream call = gateway.client().startUnary(THREE, UNARY, "x");
        RawStream there = instance.nextStream();
        there.expectRequestEnd();
        there.responseHeaders().trailers(UNAVAILABLE);
        assertThat(call.response().grpcStatus()).isEqualTo(UNAVAILABLE);
        instance.expectNoStream(QUIET);
    }

    @Test
    void resetsAndLostConnectionsCountAsTheStatusThatTheyMean() {
        ScriptedInstance instance = gateway.instance(THREE);
        RawStream call = gateway.client().startUnary(THREE, UNARY, "x");
        instance.nextStream().rst(Http2Error.ENHANCE_YOUR_CALM);
        RawStream second = instance.nextStream();
        second.connection().abort();
        instance.nextStream().reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(theCall().attempts()).isEqualTo(3);
    }

    @Test
    void localFailureOfTheLastAttemptSaysHowManyThereWere() {
        gateway.instance(THREE, s -> s.rst(Http2Error.ENHANCE_YOUR_CALM));
        GrpcResponse r = gateway.client().unary(THREE, UNARY, "x");
        assertThat(r.grpcStatus()).isEqualTo(8);
        assertThat(r.outcome()).isEqualTo("RX");
        assertThat(r.grpcMessage())
                .startsWith("attempt 3 of retry.attempts = 3 failed (UR): service three, instance 127.0.0.1:");
        assertThat(theCall().outcome()).isEqualTo(Outcome.RETRIES_EXHAUSTED);
    }

    @Test
    void anotherInstanceIsPreferred() {
        List<ScriptedInstance> instances = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            instances.add(gateway.instance(THREE, s -> {
                s.expectRequestEnd();
                s.trailersOnly(UNAVAILABLE, "no");
            }));
        }
        RawHttp2Client client = gateway.client();
        for (int i = 1; i <= 5; i++) {
            client.unary(THREE, UNARY, "x");
            for (ScriptedInstance each : instances) {
                assertThat(each.streams()).hasSize(i);
            }
        }
    }

    @Test
    void pushbackOfTheInstanceIsThePause() {
        ScriptedInstance instance = gateway.instance(SLOW);
        RawStream call = gateway.client().startUnary(SLOW, UNARY, "x");
        RawStream first = instance.nextStream();
        long start = System.nanoTime();
        first.headers(
                HeaderFields.grpcResponse().with("grpc-status", "14").with("grpc-retry-pushback-ms", "200"), true);
        RawStream second = instance.nextStream();
        // The policy's own pause would be up to a minute.
        assertThat((second.requestFrame().arrivedNanos() - start) / 1_000_000).isGreaterThanOrEqualTo(200);
        second.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "soon", "", "99999999999"})
    void pushbackThatIsNegativeOrNoNumberEndsRetries(String value) {
        ScriptedInstance instance = gateway.instance(THREE);
        RawStream call = gateway.client().startUnary(THREE, UNARY, "x");
        instance.nextStream()
                .headers(
                        HeaderFields.grpcResponse().with("grpc-status", "14").with("grpc-retry-pushback-ms", value),
                        true);
        assertThat(call.response().grpcStatus()).isEqualTo(UNAVAILABLE);
        instance.expectNoStream(QUIET);
        assertThat(theCall().detail()).contains("grpc-retry-pushback-ms");
        assertThat(gateway.observer().withheld()).containsExactly("retry pushback");
    }

    @Test
    void attemptsOfTheCallerAreAddedUp() {
        ScriptedInstance instance = gateway.instance(THREE);
        RawStream call = gateway.client()
                .open(HeaderFields.grpcRequest(THREE, UNARY).with("grpc-previous-rpc-attempts", "2"), true);
        RawStream first = instance.nextStream();
        assertThat(first.request().get("grpc-previous-rpc-attempts")).isEqualTo("2");
        first.trailersOnly(UNAVAILABLE, "no");
        RawStream second = instance.nextStream();
        assertThat(second.request().all("grpc-previous-rpc-attempts")).containsExactly("3");
        second.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void noRetryPastTheDeadlineOfTheCaller() {
        ScriptedInstance instance = gateway.instance(SLOW);
        RawStream call =
                gateway.client().open(HeaderFields.grpcRequest(SLOW, UNARY).with("grpc-timeout", "5S"), true);
        instance.nextStream()
                .headers(
                        HeaderFields.grpcResponse().with("grpc-status", "14").with("grpc-retry-pushback-ms", "6000"),
                        true);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).as("at once, and not at the deadline").isEqualTo(UNAVAILABLE);
        assertThat(gateway.observer().withheld()).containsExactly("retry deadline");
        assertThat(theCall().detail()).contains("the time that is left is shorter");
    }

    @Test
    void deadlineIsForAllAttemptsTogether() {
        ScriptedInstance instance = gateway.instance(THREE);
        RawStream call =
                gateway.client().open(HeaderFields.grpcRequest(THREE, UNARY).with("grpc-timeout", "400m"), true);
        RawStream first = instance.nextStream();
        Pause.millis(50);
        first.trailersOnly(UNAVAILABLE, "no");
        instance.nextStream();
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(4);
        assertThat(r.outcome()).isEqualTo("DT");
    }

    @Test
    void callerThatLeavesWithinThePauseIsNotRetriedFor() {
        ScriptedInstance instance = gateway.instance(THREE);
        RawStream call = gateway.client().startUnary(THREE, UNARY, "x");
        instance.nextStream()
                .headers(
                        HeaderFields.grpcResponse().with("grpc-status", "14").with("grpc-retry-pushback-ms", "300"),
                        true);
        Pause.millis(100);
        call.rst(Http2Error.CANCEL);
        assertThat(theCall().outcome()).isEqualTo(Outcome.DOWNSTREAM_CANCELLED);
        instance.expectNoStream(Duration.ofMillis(500));
    }

    @Test
    void requestLargerThanTheBufferIsSentOnce() {
        ScriptedInstance instance = gateway.instance(THREE);
        RawStream call = gateway.client().openCall(THREE, UNARY);
        RawStream there = instance.nextStream();
        call.data(Grpc.messageOfLength(POLICY.bufferBytes()), true);
        there.expectRequestEnd();
        there.trailersOnly(UNAVAILABLE, "no");
        assertThat(call.response().grpcStatus()).isEqualTo(UNAVAILABLE);
        instance.expectNoStream(QUIET);
        assertThat(gateway.observer().withheld()).containsExactly("retry buffer");
        assertThat(theCall().detail()).contains("retry.buffer = 65536 B");
    }

    @Test
    void streamingRequestIsSentAgainAndGoesOn() {
        ScriptedInstance instance = gateway.instance(THREE);
        RawStream call = gateway.client().openCall(THREE, UNARY);
        call.message("one");
        RawStream first = instance.nextStream();
        first.expectMessage("one");
        first.trailersOnly(UNAVAILABLE, "no");
        call.message("two");
        RawStream second = instance.nextStream();
        assertThat(Grpc.messages(second.expectData(16))).containsExactly("one".getBytes(UTF_8), "two".getBytes(UTF_8));
        second.responseHeaders();
        call.expectHeaders();
        call.lastMessage("three");
        second.expectMessage("three");
        second.message("answer").trailers(0);
        call.expectMessage("answer");
        assertThat(call.expectTrailers().get("grpc-status")).isEqualTo("0");
    }

    @Test
    void attemptThatDoesNotBeginToAnswerInTimeIsFollowedByAnother() {
        ScriptedInstance instance = gateway.instance(TIMED);
        RawStream call = gateway.client().startUnary(TIMED, UNARY, "x");
        RawStream first = instance.nextStream();
        RawStream second = instance.nextStream();
        first.expectRstEventually(Http2Error.CANCEL);
        second.responseHeaders();
        call.expectHeaders();
        // The limit is for the beginning of the answer.
        call.expectNothing(Duration.ofMillis(500));
        second.message("late").trailers(0);
        call.expectMessage("late");
        assertThat(call.expectTrailers().get("grpc-status")).isEqualTo("0");
    }

    @Test
    void attemptsThatAllTakeTooLongEndWithTheKeysName() {
        ScriptedInstance instance = gateway.instance(TIMED);
        GrpcResponse r = gateway.client().unary(TIMED, UNARY, "x");
        assertThat(r.grpcStatus()).isEqualTo(4);
        assertThat(r.outcome()).isEqualTo("RX");
        assertThat(r.grpcMessage())
                .contains("attempt 3 of retry.attempts = 3 failed (UT)")
                .contains("retry.per-try-timeout = 300 ms");
        assertThat(instance.streams()).hasSize(3);
    }

    @Test
    void whatWasNotProcessedDoesNotCountAsAnAttempt() {
        ScriptedInstance instance = gateway.instance(THREE);
        RawStream call = gateway.client().startUnary(THREE, UNARY, "x");
        instance.nextStream().rst(Http2Error.REFUSED_STREAM);
        RawStream again = instance.nextStream();
        assertThat(again.request().contains("grpc-previous-rpc-attempts")).isFalse();
        again.trailersOnly(UNAVAILABLE, "no");
        instance.nextStream().rst(Http2Error.REFUSED_STREAM);
        RawStream second = instance.nextStream();
        assertThat(second.request().get("grpc-previous-rpc-attempts")).isEqualTo("1");
        second.trailersOnly(UNAVAILABLE, "no");
        RawStream third = instance.nextStream();
        assertThat(third.request().get("grpc-previous-rpc-attempts")).isEqualTo("2");
        third.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(theCall().attempts()).isEqualTo(5);
    }

    @Test
    void routesPolicyLiesOverThatOfTheService() {
        ScriptedInstance instance = gateway.instance(NONE);
        RawStream plain = gateway.client().startUnary(NONE, UNARY, "x");
        instance.nextStream().trailersOnly(UNAVAILABLE, "no");
        assertThat(plain.response().grpcStatus()).isEqualTo(UNAVAILABLE);
        RawStream routed = gateway.client().startUnary(NONE, BIDI, "x");
        instance.nextStream().trailersOnly(UNAVAILABLE, "no");
        instance.nextStream().reply("ok");
        assertThat(routed.response().grpcStatus()).isZero();
    }

    @Test
    void serviceThatFailsAsAWholeGetsNoMoreThanTheBudget() {
        AtomicInteger attempts = new AtomicInteger();
        gateway.instance(THREE, s -> {
            s.requestFrame();
            attempts.incrementAndGet();
            s.trailersOnly(UNAVAILABLE, "down");
        });
        RawHttp2Client client = gateway.client();
        long start = System.nanoTime();
        int calls = 400;
        for (int i = 0; i < calls; i++) {
            GrpcResponse r =
                    client.open(HeaderFields.grpcRequest(THREE, UNARY), true).response();
            assertThat(r.grpcStatus()).isEqualTo(UNAVAILABLE);
        }
        long seconds = (System.nanoTime() - start) / 1_000_000_000 + 2;
        assertThat(attempts.get() - calls).as("retries").isBetween(10, (int) (calls * 0.2 + 10 * seconds));
        assertThat(gateway.observer().withheld()).contains("retry budget").containsOnly("retry budget");
        assertThat(gateway.observer().calls())
                .anySatisfy(c -> assertThat(c.detail()).contains("retry.budget = 20% is used up"));
    }
}
