package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.NettyServerBuilder;
import io.leasegate.health.HealthChecker;
import io.leasegate.health.HealthSettings;
import io.leasegate.testkit.CallRecord;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Grpc;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R1, R15 and R29: instances that say GOAWAY, refuse streams, or restart. */
@Timeout(60)
class UpstreamLeavesTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().ioThreads(1);

    @Test
    void r1StreamsUpToTheLastIdFinishAndNewCallsGoToANewConnection() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream before = client.openCall(AUTHORITY, BIDI).message("a");
        RawStream there = instance.nextStream();
        RawHttp2Peer old = there.connection();
        old.send().goAway(there.id(), Http2Error.NO_ERROR, "max age");
        old.expectAlive();
        RawStream after = client.startUnary(AUTHORITY, UNARY, "b");
        RawStream newStream = instance.nextStream();
        assertThat(newStream.connection()).isNotSameAs(old);
        newStream.expectRequestEnd();
        newStream.reply("new");
        assertThat(after.response().grpcStatus()).isZero();
        before.lastMessage("end");
        there.expectRequestEnd();
        there.reply("old");
        assertThat(before.response().grpcStatus()).isZero();
        assertThat(old.expectClosed())
                .as("the connection is left when its last call has ended")
                .isEqualTo("FIN");
    }

    @Test
    void r1StreamsAboveTheLastIdAreSentAgainUnnoticed() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "again");
        RawStream first = instance.nextStream();
        first.expectRequestEnd();
        first.connection().send().goAway(0, Http2Error.NO_ERROR, "");
        RawStream second = instance.nextStream();
        assertThat(second.connection()).isNotSameAs(first.connection());
        assertThat(second.expectRequestEnd()).isEqualTo(Grpc.message("again"));
        assertThat(second.request().all("x-forwarded-for"))
                .as("headers are made anew")
                .containsExactly("127.0.0.1");
        assertThat(second.request().get("x-request-id"))
                .isEqualTo(first.request().get("x-request-id"));
        second.reply("ok");
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isZero();
        assertThat(r.outcome()).isNull();
        CallRecord record = gateway.observer().call(0);
        assertThat(record.attempts()).isEqualTo(2);
        assertThat(record.earlierPicks()).hasSize(1);
        assertThat(record.earlierPicks().get(0).address()).isEqualTo("127.0.0.1:" + instance.port());
        assertThat(record.earlierPicks().get(0).failure()).contains("did not take the call");
        assertThat(record.earlierPicks().get(0).pickedNanos()).isEqualTo(record.routedNanos());
    }

    @Test
    void r1TwoStepGoAwayOfTheInstanceLosesNothing() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream a = client.startUnary(AUTHORITY, UNARY, "a");
        RawStream sa = instance.nextStream();
        sa.connection().send().goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR, "draining");
        sa.connection().expectAlive();
        RawStream b = client.startUnary(AUTHORITY, UNARY, "b");
        RawStream sb = instance.nextStream();
        assertThat(sb.connection()).isNotSameAs(sa.connection());
        sa.connection().send().goAway(sa.id(), Http2Error.NO_ERROR, "draining");
        sa.expectRequestEnd();
        sa.reply("a");
        sb.expectRequestEnd();
        sb.reply("b");
        assertThat(a.response().grpcStatus()).isZero();
        assertThat(b.response().grpcStatus()).isZero();
    }

    @Test
    void r1LargeUnprocessedRequestIsSentAgainWhole() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, UNARY).data(new byte[200_000], false);
        RawStream first = instance.nextStream();
        first.connection().expectData(first.id(), 200_000);
        first.connection().send().goAway(0, Http2Error.NO_ERROR, "");
        RawStream second = instance.nextStream();
        assertThat(second.connection()).isNotSameAs(first.connection());
        second.connection().expectData(second.id(), 200_000);
        call.halfClose();
        second.expectRequestEnd();
        second.reply("done");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void r1AnInstanceThatLeavesBehindTheFirstStreamOfEachConnectionIsReachedAllTheSame() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, stream -> {
            if (stream.id() == 1) {
                stream.expectRequestEnd();
                stream.reply("ok");
                stream.connection().send().goAway(1, Http2Error.NO_ERROR, "");
            }
        });
        // The health check is a stream too.
        HealthChecker checker = new HealthChecker(
                gateway.gateway(), service -> new HealthSettings(true, "", 200, 500), (e, state, reason) -> {});
        checker.onAdded(gateway.endpoint(AUTHORITY, instance.port()));
        for (int i = 0; i < 5; i++) {
            assertThat(gateway.client().unary(AUTHORITY, UNARY, "x").grpcStatus())
                    .isZero();
        }
    }

    @Test
    void r15GoAwayWithAnErrorIsNotTakenAsUnprocessed() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "once");
        RawStream first = instance.nextStream();
        first.expectRequestEnd();
        first.connection().send().goAway(0, Http2Error.INTERNAL_ERROR, "crash");
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.grpcMessage()).contains("INTERNAL_ERROR", "crash");
        instance.expectNoStream(Duration.ofMillis(50));
    }

    @Test
    void r15RefusedStreamIsSentAgain() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "again");
        instance.nextStream().rst(Http2Error.REFUSED_STREAM);
        RawStream second = instance.nextStream();
        assertThat(second.expectRequestEnd()).isEqualTo(Grpc.message("again"));
        second.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void r15RefusedStreamInTheMiddleOfTheUploadIsSentAgainFromTheStart() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, UNARY).message("one");
        RawStream first = instance.nextStream();
        first.expectMessage("one");
        first.rst(Http2Error.REFUSED_STREAM);
        RawStream second = instance.nextStream();
        second.expectMessage("one");
        call.message("two");
        second.expectMessage("two");
        call.halfClose();
        second.expectRequestEnd();
        second.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void r15InstanceThatAlwaysRefusesEndsTheCallAfterAFewAttempts() {
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, (ScriptedInstance.StreamScript) s -> s.rst(Http2Error.REFUSED_STREAM));
        GrpcResponse r = gateway.client().unary(AUTHORITY, UNARY, "x");
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.resetCode()).as("never REFUSED_STREAM").isNotEqualTo(7);
        assertThat(instance.streams()).hasSizeBetween(2, 4);
        CallRecord record = gateway.observer().call(0);
        assertThat(record.earlierPicks()).hasSize(record.attempts() - 1);
        assertThat(record.earlierPicks())
                .extracting(pick -> pick.pickedNanos())
                .isSorted()
                .allMatch(nanos -> nanos >= record.routedNanos() && nanos <= record.totalNanos());
    }

    @Test
    void r15CallThatWasSentIsNotRepeatedWhenTheConnectionIsLost() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "once");
        RawStream first = instance.nextStream();
        first.expectRequestEnd();
        first.connection().abort();
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.outcome()).isEqualTo("UC");
        instance.expectNoStream(Duration.ofMillis(100));
    }

    @Test
    void r15RefusedAfterTheResponseBeganIsNotRepeated() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "once");
        RawStream first = instance.nextStream();
        first.expectRequestEnd();
        first.responseHeaders().rst(Http2Error.REFUSED_STREAM);
        assertThat(call.response().grpcStatus()).isEqualTo(14);
        instance.expectNoStream(Duration.ofMillis(50));
    }

    @Test
    void refusedConnectionTakesTheNextInstance() {
        ScriptedInstance down = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        down.stopListening();
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 20; i++) {
            assertThat(client.unary(AUTHORITY, UNARY, "x").grpcStatus()).isZero();
        }
        assertThat(down.streams()).isEmpty();
    }

    @Test
    void r29RestartOnTheSameAddressCostsNoCall() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        for (int round = 0; round < 5; round++) {
            assertThat(client.unary(AUTHORITY, UNARY, "x").grpcStatus()).isZero();
            int ended = round + 1;
            RawHttp2Peer connection = instance.connections().stream()
                    .filter(c -> !c.isClosed())
                    .findFirst()
                    .orElseThrow();
            instance.stopListening();
            connection.close();
            instance.listenAgain();
            // What is in use is replaced at once, so there may be another one already.
            Pause.until(
                    Duration.ofSeconds(20),
                    () -> "the gateway keeps a dead connection",
                    () -> gateway.observer().upstreamEnds().size() >= ended);
        }
        assertThat(client.unary(AUTHORITY, UNARY, "x").grpcStatus()).isZero();
    }

    @Test
    void r29KilledInstanceIsUsedAgainSoonAfterItIsBack() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        assertThat(client.unary(AUTHORITY, UNARY, "x").grpcStatus()).isZero();
        instance.kill();
        Pause.until(
                Duration.ofSeconds(5),
                () -> "connection kept",
                () -> gateway.observer().upstreamConnections() == 0);
        assertThat(client.unary(AUTHORITY, UNARY, "x").outcome()).isEqualTo("UF");
        instance.listenAgain();
        Pause.until(
                Duration.ofSeconds(3),
                () -> "the instance is back, but no call reaches it",
                () -> client.unary(AUTHORITY, UNARY, "x").grpcStatus() == 0);
    }

    @Test
    void r1GrpcServersWithAMaximumConnectionAgeCostNoCall() {
        for (int i = 0; i < 2; i++) {
            TestServer s = gateway.close(TestServer.start((NettyServerBuilder b) ->
                    b.maxConnectionAge(100, TimeUnit.MILLISECONDS).maxConnectionAgeGrace(5, TimeUnit.SECONDS)));
            gateway.register(AUTHORITY, s.port());
        }
        TestClient client = gateway.grpcClient(AUTHORITY);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
        int calls = 0;
        while (System.nanoTime() < end) {
            assertThat(client.unary(new byte[] {1, 2})).hasSize(2);
            calls++;
        }
        assertThat(calls).isGreaterThan(100);
    }

    @Test
    void r29GrpcServerThatRestartsGracefullyUnderLoadCostsNoCall() throws Exception {
        TestServer a = gateway.server(AUTHORITY);
        TestServer b = gateway.server(AUTHORITY);
        TestClient client = gateway.grpcClient(AUTHORITY);
        boolean[] stop = {false};
        int[] calls = {0};
        Throwable[] failure = {null};
        Thread load = new Thread(() -> {
            try {
                while (!stop[0]) {
                    client.unary(new byte[] {1});
                    calls[0]++;
                }
            } catch (Throwable t) {
                failure[0] = t;
            }
        });
        load.start();
        for (TestServer s : new TestServer[] {a, b, a, b}) {
            gateway.unregister(AUTHORITY, s.port());
            s.shutdown();
            Pause.millis(50);
            s.restart();
            gateway.register(AUTHORITY, s.port());
            Pause.millis(100);
        }
        stop[0] = true;
        load.join(10_000);
        assertThat(failure[0]).as("after " + calls[0] + " calls").isNull();
        assertThat(calls[0]).isPositive();
    }
}
