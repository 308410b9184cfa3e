package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Outcome;
import io.leasegate.proxy.UpstreamEnd;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.routing.EvictionPolicy;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteMatch;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R4: what becomes of calls in flight on an instance that leaves the registry, per service and method. */
@Timeout(60)
class InFlightPolicyTest {

    private static final Duration QUIET = Duration.ofMillis(400);
    private static final int CUT_AFTER_MILLIS = 300;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .upstream(UpstreamSettings.DEFAULT.withPending(1_000, 20_000))
            .eviction(service -> switch (service) {
                case "now" -> EvictionPolicy.CUT_NOW;
                case "after" -> new EvictionPolicy(CUT_AFTER_MILLIS);
                default -> EvictionPolicy.FINISH;
            })
            .routes(new Route(RouteMatch.grpc("leasegate.test.Echo", "Bidi"), "mixed", "", EvictionPolicy.CUT_NOW));

    private void assertConnectionsClosed() {
        Pause.until(
                Duration.ofSeconds(10),
                () -> gateway.observer().upstreamConnections() + " connections to instances stay open",
                () -> gateway.observer().upstreamConnections() == 0);
        assertThat(gateway.observer().upstreamEnds()).containsOnly(UpstreamEnd.RETIRED);
    }

    @Test
    void theDefaultLetsCallsFinish() {
        ScriptedInstance instance = gateway.instance("finish");
        RawStream call = gateway.client().startUnary("finish", UNARY, "x");
        RawStream there = instance.nextStream();
        there.expectRequestEnd();
        gateway.unregister("finish", instance.port());
        call.expectNothing(QUIET);
        there.reply("done");
        assertThat(call.response().grpcStatus()).isZero();
        assertConnectionsClosed();
    }

    @Test
    void cutNowEndsACallThatIsNotAnsweredYet() {
        ScriptedInstance instance = gateway.instance("now");
        RawStream call = gateway.client().startUnary("now", UNARY, "x");
        RawStream there = instance.nextStream();
        there.expectRequestEnd();

        gateway.unregister("now", instance.port());

        GrpcResponse response = call.response();
        assertThat(response.trailersOnly()).isTrue();
        assertThat(response.grpcStatus()).isEqualTo(14);
        assertThat(response.outcome()).isEqualTo("EV");
        assertThat(response.grpcMessage())
                .contains("service now, instance 127.0.0.1:" + instance.port() + ", phase sent")
                .contains("it has left the registry, and the call was cut at once (eviction.in-flight = cut-now)")
                .contains("safe to retry only if the method may run twice")
                .contains("before it answered");
        there.expectRst(Http2Error.CANCEL);
        assertThat(gateway.observer().call(0).outcome()).isEqualTo(Outcome.EVICTED);
        assertConnectionsClosed();
    }

    @Test
    void cutNowEndsAStreamThatHasBegunToAnswer() {
        ScriptedInstance instance = gateway.instance("now");
        RawStream call = gateway.client().openCall("now", "/lab.Any/Stream").message("x");
        RawStream there = instance.nextStream();
        there.responseHeaders().message("first");
        call.expectHeaders();
        call.expectMessage("first");

        gateway.unregister("now", instance.port());

        HeaderFields trailers = call.expectTrailers();
        assertThat(trailers.get("grpc-status")).isEqualTo("14");
        assertThat(trailers.get("x-leasegate-outcome")).isEqualTo("EV");
        assertThat(trailers.get("grpc-message")).contains("phase response").contains("after the response had begun");
        call.expectRst(Http2Error.NO_ERROR);
        there.expectRstEventually(Http2Error.CANCEL);
        assertConnectionsClosed();
    }

    @Test
    void cutAfterGivesCallsTheirTimeAndNoMore() {
        ScriptedInstance instance = gateway.instance("after");
        RawHttp2Client client = gateway.client();
        RawStream quick = client.startUnary("after", UNARY, "quick");
        RawStream quickThere = instance.nextStream();
        quickThere.expectRequestEnd();
        RawStream slow = client.startUnary("after", UNARY, "slow");
        RawStream slowThere = instance.nextStream();
        slowThere.expectRequestEnd();
        long began = System.nanoTime();

        gateway.unregister("after", instance.port());
        quickThere.reply("in time");

        assertThat(quick.response().grpcStatus()).isZero();
        GrpcResponse cut = slow.response();
        assertThat(System.nanoTime() - began)
                .isGreaterThanOrEqualTo(Duration.ofMillis(CUT_AFTER_MILLIS).toNanos());
        assertThat(cut.grpcStatus()).isEqualTo(14);
        assertThat(cut.outcome()).isEqualTo("EV");
        assertThat(cut.grpcMessage()).contains("cut after eviction.cut-after = 300 ms");
        slowThere.expectRst(Http2Error.CANCEL);
        assertConnectionsClosed();
    }

    @Test
    void aRouteMayHaveAPolicyOfItsOwn() {
        ScriptedInstance instance = gateway.instance("mixed");
        RawHttp2Client client = gateway.client();
        RawStream ofService = client.startUnary("mixed", UNARY, "x");
        RawStream ofServiceThere = instance.nextStream();
        ofServiceThere.expectRequestEnd();
        RawStream ofRoute = client.startUnary("mixed", BIDI, "x");
        RawStream ofRouteThere = instance.nextStream();
        ofRouteThere.expectRequestEnd();

        gateway.unregister("mixed", instance.port());

        assertThat(ofRoute.response().outcome()).isEqualTo("EV");
        ofRouteThere.expectRst(Http2Error.CANCEL);
        ofService.expectNothing(QUIET);
        ofServiceThere.reply("done");
        assertThat(ofService.response().grpcStatus()).isZero();
        assertConnectionsClosed();
    }

    @Test
    void aCallThatWasNotSentIsNotCut() {
        ScriptedInstance full =
                gateway.instance("now", () -> PeerOptions.defaults().setting(3, 0));
        RawStream alone = gateway.client().startUnary("now", UNARY, "x");
        Pause.until(
                Duration.ofSeconds(10),
                () -> "the call does not wait",
                () -> gateway.observer().everWaited() > 0);
        gateway.unregister("now", full.port());
        GrpcResponse response = alone.response();
        assertThat(response.outcome()).isEqualTo("UH");
        assertThat(response.grpcMessage()).contains("nothing was sent, so it is safe to retry");
    }

    @Test
    void callsThatHaveEndedAreForgotten() {
        ScriptedInstance instance = gateway.instance("now");
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 20; i++) {
            RawStream call = client.startUnary("now", UNARY, "x");
            RawStream there = instance.nextStream();
            there.expectRequestEnd();
            if (i % 2 == 0) {
                there.reply("done");
                assertThat(call.response().grpcStatus()).isZero();
            } else {
                call.rst(Http2Error.CANCEL);
                there.expectRst(Http2Error.CANCEL);
            }
        }
        gateway.unregister("now", instance.port());
        assertConnectionsClosed();
        assertThat(gateway.observer().calls()).hasSize(20).noneMatch(c -> c.outcome() == Outcome.EVICTED);
    }
}
