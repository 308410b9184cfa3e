package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.H2Connection;
import io.leasegate.health.ConnectionWatcher;
import io.leasegate.proxy.ConnectionLife;
import io.leasegate.proxy.UpstreamEnd;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When connections to instances end by themselves, and that no call suffers or waits for it. */
@Timeout(60)
class ConnectionLifeTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    private static final ConnectionWatcher WATCHER = new ConnectionWatcher() {
        @Override
        public void onConnected(H2Connection connection) {}

        @Override
        public void onDisconnected(String reason) {}

        @Override
        public void onConnectFailed(String reason) {}
    };

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().ioThreads(1);

    private void life(ConnectionLife life) {
        gateway.upstream(UpstreamSettings.DEFAULT.withPending(100, 5_000).withLife(life));
    }

    private void awaitOpened(int n) {
        Pause.until(
                LONG,
                () -> "expected " + n + " connections, got "
                        + gateway.observer().upstreamOpened(),
                () -> gateway.observer().upstreamOpened() >= n);
    }

    /** The gateway is told of an end behind the instance. */
    private void awaitEnds(UpstreamEnd... ends) {
        Pause.until(
                LONG,
                () -> "ends: " + gateway.observer().upstreamEnds(),
                () -> gateway.observer().upstreamEnds().equals(List.of(ends)));
    }

    private void callIsServed(RawHttp2Client client) {
        assertThat(client.unary(AUTHORITY, UNARY, "x").grpcStatus()).isZero();
    }

    @Test
    void connectionWithoutCallsIsClosed() {
        life(ConnectionLife.DEFAULT.withIdle(200));
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        callIsServed(gateway.client());
        RawHttp2Peer connection = instance.connections().get(0);
        connection.expectGoAway(Http2Error.NO_ERROR);
        assertThat(connection.expectClosed()).isEqualTo("FIN");
        awaitEnds(UpstreamEnd.IDLE);
        Pause.millis(300);
        assertThat(instance.connections()).as("nobody needs another").hasSize(1);
    }

    @Test
    void connectionWithASilentCallIsNotIdle() {
        life(ConnectionLife.DEFAULT.withIdle(150));
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        Pause.millis(700);
        assertThat(there.connection().isClosed()).isFalse();
        there.trailersOnly(0, "");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(there.connection().expectClosed()).isEqualTo("FIN");
    }

    @Test
    void connectionOfHealthCheckingIsKeptThoughIdle() {
        life(ConnectionLife.DEFAULT.withIdle(100));
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        gateway.gateway().watch(gateway.endpoint(AUTHORITY, instance.port()), WATCHER);
        RawHttp2Peer connection = instance.nextConnection();
        Pause.millis(600);
        connection.expectAlive();
        assertThat(instance.connections()).hasSize(1);
    }

    @Test
    void oldConnectionIsReplacedBeforeItIsLeft() {
        life(ConnectionLife.DEFAULT.withAge(300, 0.1));
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        RawStream longCall = client.openCall(AUTHORITY, BIDI);
        long end = System.nanoTime() + LONG.toNanos();
        while (gateway.observer().upstreamOpened() < 5 && System.nanoTime() < end) {
            callIsServed(client);
        }
        assertThat(gateway.observer().upstreamOpened()).isGreaterThanOrEqualTo(5);
        assertThat(gateway.observer().everWaited())
                .as("only the first calls had to wait for a connection")
                .isLessThanOrEqualTo(2);
        assertThat(gateway.observer().upstreamEnds()).containsOnly(UpstreamEnd.AGE);
        assertThat(instance.connections().get(0).isClosed())
                .as("the long call's connection lives")
                .isFalse();
        longCall.message("end").halfClose();
        assertThat(longCall.response().grpcStatus()).isZero();
        instance.connections().get(0).expectClosed();
    }

    @Test
    void oldConnectionServesUntilAReplacementCanBeMade() {
        life(ConnectionLife.DEFAULT.withAge(200, 0));
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        callIsServed(client);
        instance.stopListening();
        Pause.until(
                LONG,
                () -> "no replacement was tried",
                () -> gateway.observer().connectFailures().size() >= 2);
        callIsServed(client);
        assertThat(gateway.observer().upstreamEnds()).isEmpty();
        instance.listenAgain();
        awaitOpened(2);
        callIsServed(client);
        awaitEnds(UpstreamEnd.AGE);
    }

    @Test
    void connectionThatRunsOutOfStreamIdsIsReplacedBeforeThat() {
        life(ConnectionLife.DEFAULT.withMaxStreams(20));
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 300; i++) {
            callIsServed(client);
        }
        assertThat(instance.connections()).hasSizeGreaterThan(5);
        assertThat(gateway.observer().everWaited())
                .as("only the first call had to wait for a connection")
                .isEqualTo(1);
        Pause.until(
                LONG,
                () -> "ends: " + gateway.observer().upstreamEnds(),
                () -> gateway.observer().upstreamEnds().size() > 4);
        assertThat(gateway.observer().upstreamEnds()).containsOnly(UpstreamEnd.STREAM_IDS);
    }

    @Test
    void r1ConnectionThatSaysGoAwayIsReplacedAtOnceWithoutANewCall() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream there = instance.nextStream();
        assertThat(instance.nextConnection()).isSameAs(there.connection());
        there.connection().send().goAway(there.id(), Http2Error.NO_ERROR, "max_age");
        instance.nextConnection().expectSettingsAck();
        there.trailersOnly(0, "");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(there.connection().expectClosed()).isEqualTo("FIN");
        awaitEnds(UpstreamEnd.GOAWAY);
        assertThat(gateway.observer().goAways()).containsExactly(0L);
    }

    @Test
    void r29ConnectionThatIsLostIsReplacedAtOnceWithoutANewCall() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        callIsServed(gateway.client());
        instance.nextConnection().abort();
        instance.nextConnection().expectSettingsAck();
        awaitEnds(UpstreamEnd.LOST);
    }

    @Test
    void instanceThatLeavesAtOnceEachTimeIsNotConnectedToInALoop() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        gateway.gateway().watch(gateway.endpoint(AUTHORITY, instance.port()), WATCHER);
        long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        int seen = 0;
        while (System.nanoTime() < end) {
            for (; seen < instance.connections().size(); seen++) {
                instance.connections().get(seen).send().goAway(0, Http2Error.NO_ERROR, "go away");
            }
            Pause.millis(5);
        }
        assertThat(seen).as("connections within 3 s").isBetween(3, 20);
    }
}
