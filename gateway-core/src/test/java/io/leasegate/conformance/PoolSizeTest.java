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
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R12: how many connections there are to an instance that allows few streams on one, and who gets which. */
@Timeout(60)
class PoolSizeTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().ioThreads(1);

    private ScriptedInstance limited(int streams) {
        return gateway.instance(
                AUTHORITY, () -> PeerOptions.defaults().setting(RawFrame.MAX_CONCURRENT_STREAMS, streams));
    }

    private static List<RawStream> open(RawHttp2Client client, int calls) {
        List<RawStream> streams = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            streams.add(client.openCall(AUTHORITY, BIDI));
        }
        return streams;
    }

    private static List<RawStream> arrived(ScriptedInstance instance, int calls) {
        List<RawStream> streams = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            streams.add(instance.nextStream());
        }
        return streams;
    }

    private static List<RawStream> on(RawHttp2Peer connection, List<RawStream> streams) {
        return streams.stream().filter(s -> s.connection() == connection).toList();
    }

    private void awaitConnections(int n) {
        Pause.until(
                LONG,
                () -> "expected " + n + " connections, got "
                        + gateway.observer().upstreamConnections(),
                () -> gateway.observer().upstreamConnections() == n);
    }

    @Test
    void r12ThousandLongStreamsGoToTenConnections() {
        gateway.upstream(UpstreamSettings.DEFAULT.withConnectionsPerEndpoint(10).withPending(1_000, 20_000));
        ScriptedInstance instance = limited(100);
        List<RawStream> calls = open(gateway.client(), 1_000);
        List<RawStream> there = arrived(instance, 1_000);
        assertThat(instance.connections())
                .hasSize(10)
                .allSatisfy(c -> assertThat(on(c, there)).hasSize(100));
        there.forEach(s -> s.trailersOnly(0, ""));
        assertThat(calls).allSatisfy(c -> assertThat(c.response().grpcStatus()).isZero());
    }

    @Test
    void r12AboveTheDefaultBoundCallsAreRefusedWithinTheirSecond() {
        ScriptedInstance instance = limited(100);
        RawHttp2Client client = gateway.client();
        List<RawStream> first = open(client, 400);
        arrived(instance, 400);
        List<RawStream> beyond = open(client, 600);
        for (RawStream call : beyond) {
            GrpcResponse r = call.response();
            assertThat(r.grpcStatus()).as("RESOURCE_EXHAUSTED").isEqualTo(8);
            assertThat(r.outcome()).isEqualTo("UO");
            assertThat(r.grpcMessage())
                    .contains("limits.connections-per-endpoint = 4 reached for service echo")
                    .contains("limits.pending-timeout = 1000 ms", "127.0.0.1:" + instance.port(), "phase unsent");
        }
        assertThat(gateway.observer().waiting()).isZero();
        assertThat(instance.connections()).hasSize(4);
        instance.streams().forEach(s -> s.trailersOnly(0, ""));
        assertThat(first).allSatisfy(c -> assertThat(c.response().grpcStatus()).isZero());
    }

    @Test
    void r12WithoutALineCallsAreRefusedAtOnce() {
        gateway.upstream(UpstreamSettings.DEFAULT.withConnectionsPerEndpoint(1).withPending(0, 60_000));
        ScriptedInstance instance = limited(5);
        RawHttp2Client client = gateway.client();
        GrpcResponse cold = client.unary(AUTHORITY, UNARY, "x");
        assertThat(cold.grpcStatus()).isEqualTo(8);
        assertThat(cold.grpcMessage()).contains("limits.pending = 0 reached for service echo");
        awaitConnections(1);
        open(client, 5);
        arrived(instance, 5);
        GrpcResponse r = client.unary(AUTHORITY, UNARY, "x");
        assertThat(r.grpcStatus()).isEqualTo(8);
        assertThat(r.grpcMessage()).contains("limits.pending = 0 reached for service echo");
        instance.streams().forEach(s -> s.trailersOnly(0, ""));
    }

    @Test
    void severalConnectionsAreOpenedAtOnceWhenManyCallsWait() {
        gateway.upstream(UpstreamSettings.DEFAULT.withConnectionsPerEndpoint(20).withPending(1_000, 20_000));
        // Only the first connection greets, so that the others are attempts for as long as the test looks.
        int[] accepted = {0};
        ScriptedInstance instance = gateway.instance(AUTHORITY, () -> {
            // The first question is for the listening socket's own options.
            PeerOptions o = PeerOptions.defaults().setting(RawFrame.MAX_CONCURRENT_STREAMS, 10);
            return accepted[0]++ < 2 ? o : o.withoutHandshake();
        });
        open(gateway.client(), 75);
        for (int i = 0; i < 8; i++) {
            instance.nextConnection();
        }
        Pause.millis(200);
        assertThat(instance.connections())
                .as("10 calls are there; the other 65 need 7 more connections")
                .hasSize(8);
    }

    @Test
    void nextConnectionIsOnItsWayBeforeTheLastStreamIsTaken() {
        ScriptedInstance instance = limited(10);
        RawHttp2Client client = gateway.client();
        open(client, 10);
        arrived(instance, 10);
        awaitConnections(2);
        open(client, 7);
        arrived(instance, 7);
        assertThat(instance.connections()).hasSize(2);
        open(client, 1);
        arrived(instance, 1);
        awaitConnections(3);
        assertThat(gateway.observer().everWaited())
                .as("calls that waited: those of the first burst")
                .isLessThanOrEqualTo(10);
        instance.streams().forEach(s -> s.trailersOnly(0, ""));
    }

    @Test
    void callsGoToTheConnectionWithTheFewestStreams() {
        ScriptedInstance instance = limited(10);
        RawHttp2Client client = gateway.client();
        open(client, 10);
        List<RawStream> first = arrived(instance, 10);
        awaitConnections(2);
        open(client, 4);
        assertThat(arrived(instance, 4))
                .noneMatch(s -> s.connection() == first.get(0).connection());
        first.subList(0, 8).forEach(s -> s.trailersOnly(0, ""));
        first.get(0).connection().expectAlive();
        open(client, 4);
        assertThat(on(first.get(0).connection(), arrived(instance, 4)))
                .as("2 and 4 streams become 5 and 5")
                .hasSize(3);
        instance.streams().forEach(s -> s.trailersOnly(0, ""));
    }

    @Test
    void connectionsThatAFewCallsDoNotNeedAreLeft() {
        gateway.upstream(UpstreamSettings.DEFAULT.withLife(ConnectionLife.DEFAULT.withIdle(400)));
        ScriptedInstance instance = limited(10);
        RawHttp2Client client = gateway.client();
        List<RawStream> many = open(client, 40);
        List<RawStream> there = arrived(instance, 40);
        awaitConnections(4);
        RawStream kept = there.get(39);
        there.subList(0, 39).forEach(s -> s.trailersOnly(0, ""));
        long end = System.nanoTime() + LONG.toNanos();
        // One is left over, and one is being left, with the long call on it.
        while (gateway.observer().upstreamConnections() > 2 && System.nanoTime() < end) {
            RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
            RawStream s = instance.nextStream();
            s.expectRequestEnd();
            s.reply("ok");
            assertThat(call.response().grpcStatus()).isZero();
        }
        // The connection with the long call closes when that has ended.
        kept.trailersOnly(0, "");
        assertThat(many.get(39).response().grpcStatus()).isZero();
        awaitConnections(1);
        assertThat(gateway.observer().upstreamEnds()).hasSize(3).containsOnly(UpstreamEnd.IDLE);
    }

    @Test
    void extraConnectionThatFailsDoesNotTakeTheInstanceOut() {
        gateway.upstream(UpstreamSettings.DEFAULT.withPending(10, 500));
        ScriptedInstance instance = limited(2);
        List<String> heard = new CopyOnWriteArrayList<>();
        gateway.gateway().watch(gateway.endpoint(AUTHORITY, instance.port()), new ConnectionWatcher() {
            @Override
            public void onConnected(H2Connection connection) {
                heard.add("connected");
            }

            @Override
            public void onDisconnected(String reason) {
                heard.add("disconnected: " + reason);
            }

            @Override
            public void onConnectFailed(String reason) {
                heard.add("failed: " + reason);
            }
        });
        awaitConnections(1);
        instance.stopListening();
        RawHttp2Client client = gateway.client();
        open(client, 2);
        List<RawStream> there = arrived(instance, 2);
        GrpcResponse r = client.unary(AUTHORITY, UNARY, "x");
        assertThat(r.outcome()).isEqualTo("UO");
        assertThat(gateway.observer().connectFailures()).isNotEmpty();
        assertThat(heard).containsExactly("connected");
        RawStream waits = client.startUnary(AUTHORITY, UNARY, "x");
        there.get(0).trailersOnly(0, "");
        RawStream s = instance.nextStream();
        s.expectRequestEnd();
        s.reply("ok");
        assertThat(waits.response().grpcStatus()).isZero();
        there.get(1).trailersOnly(0, "");
    }
}
