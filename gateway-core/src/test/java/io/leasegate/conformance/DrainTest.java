package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import io.leasegate.testkit.TestClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R2: the gateway leaves its callers in two GOAWAY steps. */
@Timeout(60)
class DrainTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    private CompletableFuture<Boolean> drain(Duration grace) {
        int port = gateway.port();
        CompletableFuture<Boolean> done = CompletableFuture.supplyAsync(() -> {
            try {
                return gateway.gateway().drain(grace);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Pause.until(Duration.ofSeconds(5), () -> "still listening", () -> refused(port));
        return done;
    }

    private static boolean refused(int port) {
        try (Socket s = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return !s.isConnected();
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean result(CompletableFuture<Boolean> done) {
        return done.orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Test
    void r2TwoStepsWithARoundTripBetween() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client(PeerOptions.defaults().withoutPingAck());
        RawStream open = client.openCall(AUTHORITY, BIDI).message("a");
        RawStream there = instance.nextStream();
        CompletableFuture<Boolean> done = drain(Duration.ofSeconds(20));
        RawFrame first = client.expectGoAway(Http2Error.NO_ERROR);
        assertThat(first.lastStreamId()).isEqualTo(Integer.MAX_VALUE);
        RawFrame ping = client.expectPing();
        // A call that was under way when the first GOAWAY came is still taken.
        RawStream late = client.startUnary(AUTHORITY, UNARY, "late");
        RawStream lateThere = instance.nextStream();
        lateThere.expectRequestEnd();
        lateThere.reply("served");
        assertThat(late.response().grpcStatus()).isZero();
        assertThat(client.received())
                .filteredOn(f -> f.type() == RawFrame.GOAWAY)
                .hasSize(1);
        client.send().pingAck(ping.pingData());
        assertThat(client.expectGoAway(Http2Error.NO_ERROR).lastStreamId()).isEqualTo(late.id());
        assertThat(done).isNotDone();
        open.lastMessage("b");
        there.expectRequestEnd();
        there.reply("done");
        assertThat(open.response().grpcStatus()).isZero();
        assertThat(client.expectClosed()).isEqualTo("FIN");
        assertThat(result(done)).isTrue();
    }

    @Test
    void r2NewConnectionsAreRefusedAtOnce() {
        gateway.instance(AUTHORITY);
        int port = gateway.port();
        RawHttp2Client client = gateway.client();
        client.openCall(AUTHORITY, BIDI);
        CompletableFuture<Boolean> done = drain(Duration.ofSeconds(1));
        assertThatThrownBy(() -> RawHttp2Client.connect(port)).hasMessageContaining("refused");
        client.close();
        assertThat(result(done)).isTrue();
    }

    @Test
    void r2IdleConnectionsCloseAfterTheRoundTrip() {
        RawHttp2Client a = gateway.client();
        RawHttp2Client b = gateway.client();
        CompletableFuture<Boolean> done = drain(Duration.ofSeconds(20));
        for (RawHttp2Client c : new RawHttp2Client[] {a, b}) {
            assertThat(c.expectGoAway(Http2Error.NO_ERROR).lastStreamId()).isEqualTo(Integer.MAX_VALUE);
            assertThat(c.expectGoAway(Http2Error.NO_ERROR).lastStreamId()).isZero();
            assertThat(c.expectClosed()).isEqualTo("FIN");
        }
        assertThat(result(done)).isTrue();
    }

    @Test
    void r2CallsThatOutliveTheGraceAreGivenUp() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        client.openCall(AUTHORITY, BIDI).message("a");
        RawStream there = instance.nextStream();
        there.expectMessage("a");
        long start = System.nanoTime();
        CompletableFuture<Boolean> done = drain(Duration.ofMillis(500));
        client.expectClosed();
        assertThat((System.nanoTime() - start) / 1_000_000).as("milliseconds").isBetween(450L, 2_000L);
        result(done);
        there.expectRst(Http2Error.CANCEL);
    }

    @Test
    void r2CallsInFlightOfAGrpcClientEndWell() {
        gateway.server(AUTHORITY);
        TestClient client = gateway.grpcClient(AUTHORITY);
        TestClient.Call bidi = client.bidi().send(new byte[] {1});
        bidi.receive();
        CompletableFuture<Boolean> done = drain(Duration.ofSeconds(20));
        for (int i = 0; i < 10; i++) {
            bidi.send(new byte[] {2});
            assertThat(bidi.receive()).containsExactly(2);
        }
        bidi.halfClose();
        assertThat(bidi.status().isOk()).isTrue();
        assertThat(result(done)).isTrue();
    }

    @Test
    void r2StreamsAboveTheLastIdAreIgnoredWithoutHarm() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream open = client.openCall(AUTHORITY, BIDI).message("a");
        RawStream there = instance.nextStream();
        CompletableFuture<Boolean> done = drain(Duration.ofSeconds(20));
        client.expectGoAway(Http2Error.NO_ERROR);
        client.expectGoAway(Http2Error.NO_ERROR);
        client.startUnary(AUTHORITY, UNARY, "too late");
        client.expectAlive();
        instance.expectNoStream(Duration.ofMillis(50));
        open.halfClose();
        there.expectRequestEnd();
        there.reply("done");
        assertThat(open.response().grpcStatus()).isZero();
        assertThat(result(done)).isTrue();
    }

    /** Its answers to what still comes must not turn the orderly end into a reset, which could cost the caller its last response. */
    @Test
    void whatACallerSendsBehindItsLastResponseDoesNoHarm() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI).message("a");
        RawStream there = instance.nextStream();
        CompletableFuture<Boolean> done = drain(Duration.ofSeconds(20));
        client.expectGoAway(Http2Error.NO_ERROR);
        client.expectGoAway(Http2Error.NO_ERROR);
        call.halfClose();
        there.expectRequestEnd();
        there.reply("done");
        for (int i = 0; i < 200; i++) {
            client.send().ping(i);
        }
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(client.expectClosed()).isEqualTo("FIN");
        assertThat(result(done)).isTrue();
    }
}
