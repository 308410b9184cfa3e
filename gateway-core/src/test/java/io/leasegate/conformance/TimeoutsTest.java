package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Outcome;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.resilience.TimeLimits;
import io.leasegate.routing.HeaderChanges;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteMatch;
import io.leasegate.routing.Subset;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R3, R16, R18: the limits of time that the configuration sets beside the caller's own. */
@Timeout(60)
class TimeoutsTest {

    private static final String TOTAL = "total";
    private static final String IDLE = "idle";
    private static final String AGE = "age";
    private static final String FREE = "free";
    private static final int LIMIT_MILLIS = 300;
    private static final int IDLE_MILLIS = 1_000;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .policies(service -> switch (service) {
                case TOTAL -> policy(LIMIT_MILLIS, 0, 0, 0);
                case IDLE -> policy(0, IDLE_MILLIS, 0, 0);
                case AGE -> policy(0, 0, LIMIT_MILLIS, 0.5);
                default -> CallPolicy.DEFAULT;
            })
            .routes(new Route(
                    RouteMatch.grpc("leasegate.test.Echo", "Bidi"),
                    List.of(new Route.Target(TOTAL, Subset.ALL, 1, null, policy(0, 0, 0, 0))),
                    HeaderChanges.NONE));

    private static CallPolicy policy(long totalMillis, long idleMillis, long ageMillis, double jitter) {
        return CallPolicy.DEFAULT.withTimeouts(
                new TimeLimits(totalMillis * 1_000_000, idleMillis * 1_000_000, ageMillis * 1_000_000, jitter));
    }

    private static long millisTo(GrpcResponse r, long start) {
        return (r.frames().get(r.frames().size() - 1).arrivedNanos() - start) / 1_000_000;
    }

    private static long forwardedMillis(RawStream there) {
        String value = there.request().get("grpc-timeout");
        long amount = Long.parseLong(value.substring(0, value.length() - 1));
        return switch (value.charAt(value.length() - 1)) {
            case 'n' -> amount / 1_000_000;
            case 'u' -> amount / 1_000;
            case 'm' -> amount;
            default -> throw new AssertionError(value);
        };
    }

    @Test
    void totalEndsTheCallOnBothSidesAndSaysWhichKeyItWas() {
        ScriptedInstance instance = gateway.instance(TOTAL);
        long start = System.nanoTime();
        RawStream call = gateway.client().startUnary(TOTAL, UNARY, "x");
        RawStream there = instance.nextStream();
        GrpcResponse r = call.response();
        assertThat(millisTo(r, start)).isGreaterThanOrEqualTo(LIMIT_MILLIS);
        assertThat(r.trailersOnly()).isTrue();
        assertThat(r.grpcStatus()).isEqualTo(4);
        assertThat(r.outcome()).isEqualTo("UT");
        assertThat(r.grpcMessage())
                .startsWith("timeouts.total = 300 ms passed while waiting for the answer, service total");
        there.expectRstEventually(Http2Error.CANCEL);
        assertThat(gateway.observer().call(0).outcome()).isEqualTo(Outcome.UPSTREAM_TIMEOUT);
    }

    @Test
    void totalCountsFromTheArrivalOfTheHeadersAndHoldsWithinTheAnswer() {
        ScriptedInstance instance = gateway.instance(TOTAL);
        long start = System.nanoTime();
        RawStream call = gateway.client().openCall(TOTAL, UNARY);
        RawStream there = instance.nextStream();
        there.responseHeaders();
        for (int i = 0; i < 5; i++) {
            Pause.millis(20);
            call.message("part");
            there.message("part");
        }
        GrpcResponse r = call.response();
        assertThat(millisTo(r, start)).isGreaterThanOrEqualTo(LIMIT_MILLIS);
        assertThat(r.messages()).hasSize(5);
        assertThat(r.trailers()).isNotNull();
        assertThat(r.grpcStatus()).isEqualTo(4);
        there.expectRstEventually(Http2Error.CANCEL);
    }

    @Test
    void theInstanceIsToldTheRestOfTheShorterLimit() {
        ScriptedInstance instance = gateway.instance(TOTAL);
        HeaderFields request = HeaderFields.grpcRequest(TOTAL, UNARY);
        RawStream none = gateway.client().open(request, true);
        RawStream there = instance.nextStream();
        assertThat(forwardedMillis(there)).isBetween(1L, (long) LIMIT_MILLIS);
        there.reply("ok");
        RawStream longer = gateway.client().open(request.with("grpc-timeout", "10S"), true);
        there = instance.nextStream();
        assertThat(forwardedMillis(there)).isBetween(1L, (long) LIMIT_MILLIS);
        there.reply("ok");
        RawStream shorter = gateway.client().open(request.with("grpc-timeout", "150m"), true);
        there = instance.nextStream();
        assertThat(forwardedMillis(there)).isBetween(1L, 150L);
        there.reply("ok");
        for (RawStream call : List.of(none, longer, shorter)) {
            assertThat(call.response().grpcStatus()).isZero();
        }
    }

    @Test
    void shorterDeadlineOfTheCallerWinsAndIsToldApart() {
        gateway.instance(TOTAL);
        GrpcResponse r = gateway.client()
                .open(HeaderFields.grpcRequest(TOTAL, UNARY).with("grpc-timeout", "100m"), true)
                .response();
        assertThat(r.grpcStatus()).isEqualTo(4);
        assertThat(r.outcome()).isEqualTo("DT");
        GrpcResponse longer = gateway.client()
                .open(HeaderFields.grpcRequest(TOTAL, UNARY).with("grpc-timeout", "10S"), true)
                .response();
        assertThat(longer.grpcStatus()).isEqualTo(4);
        assertThat(longer.outcome()).isEqualTo("UT");
    }

    @Test
    void routesLimitsLieOverThoseOfTheService() {
        ScriptedInstance instance = gateway.instance(TOTAL);
        RawStream call = gateway.client().startUnary("any", BIDI, "x");
        RawStream there = instance.nextStream();
        call.expectNothing(Duration.ofMillis(2 * LIMIT_MILLIS));
        assertThat(there.request().contains("grpc-timeout")).isFalse();
        there.expectRequestEnd();
        there.reply("late");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void idleStreamIsCutAndOneThatMovesInEitherDirectionIsNot() {
        ScriptedInstance instance = gateway.instance(IDLE);
        RawStream call = gateway.client().openCall(IDLE, UNARY);
        RawStream there = instance.nextStream();
        there.responseHeaders();
        call.expectHeaders();
        long last = 0;
        for (int i = 0; i < 6; i++) {
            Pause.millis(IDLE_MILLIS / 4);
            last = System.nanoTime();
            if (i % 2 == 0) {
                call.message("from the caller");
            } else {
                there.message("from the instance");
            }
        }
        GrpcResponse r = call.response();
        assertThat(millisTo(r, last)).isGreaterThanOrEqualTo(IDLE_MILLIS);
        assertThat(r.messages()).hasSize(3);
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.outcome()).isEqualTo("IT");
        assertThat(r.grpcMessage()).contains("timeouts.idle = 1000 ms");
        there.expectRstEventually(Http2Error.CANCEL);
        assertThat(gateway.observer().call(0).outcome()).isEqualTo(Outcome.IDLE);
    }

    @Test
    void r3StreamOfAgeEndsWithWordsThatSayItIsSafeToOpenItAgain() {
        ScriptedInstance instance = gateway.instance(AGE);
        long start = System.nanoTime();
        RawStream call = gateway.client().openCall(AGE, UNARY);
        RawStream there = instance.nextStream();
        there.responseHeaders().message("first");
        GrpcResponse r = call.response();
        // Half of it is jitter.
        assertThat(millisTo(r, start)).isGreaterThanOrEqualTo(LIMIT_MILLIS / 2);
        assertThat(r.messages()).hasSize(1);
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.outcome()).isEqualTo("SA");
        assertThat(r.grpcMessage()).contains("timeouts.stream-age = 300 ms").contains("safe to open it again");
        there.expectRstEventually(Http2Error.CANCEL);
        assertThat(gateway.observer().call(0).outcome()).isEqualTo(Outcome.STREAM_AGE);
    }

    @Test
    void endsInTimeStopTheTimer() {
        ScriptedInstance instance = gateway.instance(TOTAL);
        RawStream call = gateway.client().startUnary(TOTAL, UNARY, "x");
        instance.nextStream().reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        Pause.millis(LIMIT_MILLIS + 100);
        assertThat(gateway.observer().calls()).hasSize(1);
        assertThat(gateway.observer().call(0).outcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void r18NothingIsCutUnlessAsked() {
        ScriptedInstance instance = gateway.instance(FREE);
        RawStream call = gateway.client().openCall(FREE, UNARY);
        RawStream there = instance.nextStream();
        there.responseHeaders();
        call.expectHeaders();
        call.expectNothing(Duration.ofMillis(3 * LIMIT_MILLIS));
        call.halfClose();
        there.expectRequestEnd();
        there.message("late").trailers(0);
        call.expectMessage("late");
        assertThat(call.expectTrailers().get("grpc-status")).isEqualTo("0");
    }
}
