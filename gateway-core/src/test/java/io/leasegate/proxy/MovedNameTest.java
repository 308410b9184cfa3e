package io.leasegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.codec.RelayCodec;
import io.leasegate.routing.EvictionPolicy;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R27: an instance's host name comes to lead elsewhere, while connections to where it led before stand and work. */
@Timeout(60)
@EnabledOnOs(OS.LINUX) // all of 127.0.0.0/8 is local there
class MovedNameTest {

    private static final String HOST = "instance.test";
    private static final String UNARY = "/leasegate.test.Echo/Unary";
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final ScriptedHostNames names = new ScriptedHostNames();

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .upstream(UpstreamSettings.DEFAULT.withConnectTimeout(700).withPending(100, 20_000))
            .eviction(service -> service.equals("now") ? EvictionPolicy.CUT_NOW : EvictionPolicy.FINISH)
            .madeBy((settings, tables, observer) ->
                    new Gateway(settings, tables, observer, observer, new RelayCodec(), names));

    @SuppressWarnings("NullAway.Init")
    private ScriptedInstance first;

    @SuppressWarnings("NullAway.Init")
    private ScriptedInstance second;

    /** Two instances at two addresses, of which the name has the first. */
    private void launch(String service) {
        first = gateway.close(ScriptedInstance.start());
        second = gateway.close(ScriptedInstance.startAt("127.0.0.2", first.port()));
        gateway.registerHost(service, HOST, first.port());
        names.answer("127.0.0.1");
    }

    private void move(String... addresses) {
        names.answer(addresses);
        names.tell();
    }

    private void call(String service, ScriptedInstance expected) {
        RawStream call = gateway.client().startUnary(service, UNARY, "x");
        RawStream there = expected.nextStream();
        there.expectRequestEnd();
        there.reply("done");
        assertThat(call.response().grpcStatus()).isZero();
    }

    private void awaitEnd(UpstreamEnd end) {
        Pause.until(
                LIMIT,
                () -> "connections ended: " + gateway.observer().upstreamEnds(),
                () -> gateway.observer().upstreamEnds().contains(end));
    }

    @Test
    void newCallsGoToTheNewAddressAndOldOnesFinish() {
        launch("echo");
        RawStream held = gateway.client().startUnary("echo", UNARY, "x");
        RawStream there = first.nextStream();
        there.expectRequestEnd();
        assertThat(names.followers()).isEqualTo(1);

        move("127.0.0.2");
        Pause.until(LIMIT, () -> "no successor", () -> gateway.observer().upstreamOpened() == 2);
        call("echo", second);
        first.expectNoStream(Duration.ofMillis(50));
        assertThat(gateway.observer().upstreamEnds()).isEmpty();
        there.reply("late");
        assertThat(held.response().grpcStatus()).isZero();
        awaitEnd(UpstreamEnd.MOVED);
        call("echo", second);
        assertThat(gateway.observer().upstreamOpened()).isEqualTo(2);
    }

    @Test
    void callsInFlightAreCutWhereThePolicySaysSo() {
        launch("now");
        RawStream held = gateway.client().startUnary("now", UNARY, "x");
        RawStream there = first.nextStream();
        there.expectRequestEnd();
        move("127.0.0.2");
        GrpcResponse response = held.response();
        assertThat(response.grpcStatus()).isEqualTo(14);
        assertThat(response.outcome()).isEqualTo("EV");
        assertThat(response.grpcMessage())
                .contains("its host name " + HOST + " leads to other addresses, and the call was cut at once");
        there.expectRst(Http2Error.CANCEL);
        awaitEnd(UpstreamEnd.MOVED);
        call("now", second);
    }

    @Test
    void aConnectionThatIsNotInUseIsLeftAtOnce() {
        launch("echo");
        call("echo", first);
        move("127.0.0.2");
        awaitEnd(UpstreamEnd.MOVED);
        call("echo", second);
    }

    @Test
    void whereTheNewAddressDoesNotAnswerTheOldOneIsLeftInTime() {
        launch("echo");
        RawStream held = gateway.client().startUnary("echo", UNARY, "x");
        RawStream there = first.nextStream();
        there.expectRequestEnd();
        // Nobody listens there.
        move("127.0.0.3");
        Pause.until(
                LIMIT,
                () -> "nothing is tried",
                () -> !gateway.observer().connectFailures().isEmpty());
        // Once it is left, nobody follows the name: there is no connection that takes calls.
        Pause.until(LIMIT, () -> "the old connection is not left", () -> names.followers() == 0);
        names.answer("127.0.0.2");
        call("echo", second);
        there.reply("late");
        assertThat(held.response().grpcStatus()).isZero();
        awaitEnd(UpstreamEnd.MOVED);
    }

    @Test
    void anAnswerWithTheAddressAmongOthersChangesNothing() {
        launch("echo");
        call("echo", first);
        move("127.0.0.2", "127.0.0.1");
        move("127.0.0.1");
        call("echo", first);
        assertThat(gateway.observer().upstreamOpened()).isEqualTo(1);
        assertThat(gateway.observer().upstreamEnds()).isEmpty();
    }

    @Test
    void nobodyFollowsTheNameOfAnInstanceThatIsGone() {
        launch("echo");
        call("echo", first);
        assertThat(names.followers()).isEqualTo(1);
        gateway.unregister("echo", first.port());
        awaitEnd(UpstreamEnd.RETIRED);
        assertThat(names.followers()).isZero();
    }

    @Test
    void aLostConnectionMakesTheNextAttemptAskAnew() {
        launch("echo");
        call("echo", first);
        int forgotten = names.forgotten();
        names.answer("127.0.0.2");
        first.kill();
        call("echo", second);
        assertThat(names.forgotten()).isGreaterThan(forgotten);
    }
}
