package io.leasegate.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scripted peers against each other and against grpc-java. */
class RawPeersTest {

    private static final String UNARY = "/leasegate.test.Echo/Unary";

    @Test
    void clientAndInstanceSpeakToEachOther() {
        try (ScriptedInstance instance = ScriptedInstance.start();
                RawHttp2Client client = RawHttp2Client.connect(instance.port())) {
            RawStream call = client.startUnary("echo", UNARY, "hello");
            RawStream stream = instance.nextStream();
            assertThat(stream.request().names())
                    .containsExactly(":method", ":scheme", ":path", ":authority", "content-type", "te");
            assertThat(Grpc.messages(stream.expectRequestEnd())).containsExactly("hello".getBytes(UTF_8));
            stream.reply("world");
            GrpcResponse response = call.response();
            assertThat(response.grpcStatus()).isZero();
            assertThat(response.messages()).containsExactly("world".getBytes(UTF_8));
            assertThat(response.trailersOnly()).isFalse();
            client.expectAlive();
            instance.assertClean();
        }
    }

    @Test
    void grpcClientTalksToAScriptedInstance() {
        try (ScriptedInstance instance = ScriptedInstance.start(ScriptedInstance::echo);
                TestClient client = TestClient.connect(instance.port(), "echo")) {
            byte[] big = Grpc.pattern(300_000);
            assertThat(client.unary(big)).isEqualTo(big);
            instance.assertClean();
        }
    }

    @Test
    void rawClientTalksToAGrpcServer() {
        try (TestServer server = TestServer.start();
                RawHttp2Client client = RawHttp2Client.connect(server.port())) {
            GrpcResponse response = client.unary("echo", UNARY, "hello");
            assertThat(response.grpcStatus()).isZero();
            assertThat(response.messages()).containsExactly("hello".getBytes(UTF_8));
            GrpcResponse failed = client.unary("echo", UNARY, "F\t");
            assertThat(failed.grpcStatus()).isEqualTo(9);
            assertThat(failed.grpcMessage()).isEqualTo("asked to fail with 9");
            client.assertWindowsRespected();
        }
    }

    @Test
    void allKindsOfCallsBetweenGrpcClientAndServer() {
        try (TestServer server = TestServer.start();
                TestClient client = TestClient.connect(server.port(), "echo")) {
            assertThat(client.unary("a".getBytes(UTF_8))).isEqualTo("a".getBytes(UTF_8));
            assertThat(client.serverStream(new byte[] {3})).hasSize(3);
            TestClient.Call up = client.clientStream()
                    .send("a".getBytes(UTF_8))
                    .send("b".getBytes(UTF_8))
                    .halfClose();
            assertThat(up.receive()).isEqualTo("ab".getBytes(UTF_8));
            assertThat(up.status().isOk()).isTrue();
            TestClient.Call bidi = client.bidi().send("x".getBytes(UTF_8));
            assertThat(bidi.receive()).isEqualTo("x".getBytes(UTF_8));
            bidi.halfClose();
            assertThat(bidi.status().isOk()).isTrue();
            assertThatThrownBy(() -> client.unary(new byte[] {EchoService.FAIL, 5}))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
        }
    }

    @Test
    void instanceSpeaksEveryFrameAndTheClientSeesIt() {
        try (ScriptedInstance instance = ScriptedInstance.start();
                RawHttp2Client client = RawHttp2Client.connect(instance.port())) {
            RawStream call = client.openCall("echo", UNARY);
            RawStream stream = instance.nextStream();
            RawHttp2Peer peer = stream.connection();
            peer.send().headers(call.id(), HeaderFields.of(":status", "103"), false);
            peer.send().paddedHeaders(call.id(), HeaderFields.grpcResponse(), false, 7);
            peer.send().paddedData(call.id(), Grpc.message("x"), false, 9);
            peer.send().splitHeaders(call.id(), HeaderFields.grpcTrailers(0).with("long", "v".repeat(100)), true, 10);
            GrpcResponse r = call.response();
            assertThat(r.informational()).hasSize(1);
            assertThat(r.headers().get("content-type")).isEqualTo("application/grpc");
            assertThat(r.frames().get(1).padding()).isEqualTo(8);
            assertThat(r.frames().get(2).padding()).isEqualTo(10);
            assertThat(r.messages()).containsExactly("x".getBytes(UTF_8));
            assertThat(r.trailers().get("long")).hasSize(100);
            assertThat(r.frames().get(3).continuations()).isGreaterThan(5);

            RawStream second = client.openCall("echo", UNARY);
            instance.nextStream().rst(Http2Error.REFUSED_STREAM);
            second.expectRst(Http2Error.REFUSED_STREAM);
            peer.send().goAway(call.id(), Http2Error.NO_ERROR, "bye");
            assertThat(client.expectGoAway(Http2Error.NO_ERROR).debugData()).isEqualTo("bye");
            peer.send().dribble(FrameOutput.encode(RawFrame.PING, RawFrame.FLAG_ACK, 0, new byte[8]), 0);
            client.expectPingAck(0);
            peer.abort();
            assertThat(client.expectClosed()).contains("reset");
        }
    }

    @Test
    void dataWaitsForTheWindow() throws Exception {
        try (ScriptedInstance instance = ScriptedInstance.start(() -> PeerOptions.defaults()
                        .setting(RawFrame.INITIAL_WINDOW_SIZE, 10)
                        .withoutStreamWindowUpdates());
                RawHttp2Client client = RawHttp2Client.connect(instance.port())) {
            RawStream call = client.openCall("echo", UNARY);
            Thread sender = new Thread(() -> call.data(new byte[25], true));
            sender.start();
            RawStream stream = instance.nextStream();
            assertThat(stream.expectData().payload()).hasSize(10);
            stream.expectNothing(Duration.ofMillis(50));
            stream.connection().returnWindow(call.id(), 15);
            assertThat(stream.expectData().payload()).hasSize(15);
            sender.join();
            stream.connection().assertWindowsRespected();
        }
    }

    @Test
    void brokenWindowIsSeen() {
        try (ScriptedInstance instance =
                        ScriptedInstance.start(() -> PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 10));
                RawHttp2Client client = RawHttp2Client.connect(instance.port())) {
            RawStream call = client.openCall("echo", UNARY);
            client.send().data(call.id(), new byte[11], true);
            instance.nextStream().expectRequestEnd();
            assertThatThrownBy(instance::assertClean)
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("flow control violated: stream 1 got 1 bytes more than its window allowed");
        }
    }

    @Test
    void wrongFramesFailWithTheHistory() {
        try (ScriptedInstance instance = ScriptedInstance.start();
                RawHttp2Client client = RawHttp2Client.connect(
                        instance.port(), PeerOptions.defaults().timeout(Duration.ofMillis(300)))) {
            RawStream call = client.startUnary("echo", UNARY, "hello");
            instance.nextStream().responseHeaders().rst(Http2Error.CANCEL);
            assertThatThrownBy(call::expectData)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("expected DATA, got HEADERS(stream 1");
            assertThatThrownBy(() -> call.expectRst(Http2Error.NO_ERROR)).hasMessageContaining("CANCEL");
            assertThatThrownBy(call::expectHeaders)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("within 300 ms; received:\n  SETTINGS");
        }
    }

    @Test
    void scriptsThatFailAreReported() {
        try (ScriptedInstance instance = ScriptedInstance.start(s -> {
                    s.rst(Http2Error.INTERNAL_ERROR);
                    throw new IllegalStateException("boom");
                });
                RawHttp2Client client = RawHttp2Client.connect(instance.port())) {
            client.startUnary("echo", UNARY, "x").expectRst(Http2Error.INTERNAL_ERROR);
            Pause.until(
                    Duration.ofSeconds(5),
                    () -> "no failure",
                    () -> !instance.scriptFailures().isEmpty());
            assertThatThrownBy(instance::assertClean).hasRootCauseMessage("boom");
            assertThat(instance.paths()).isEqualTo(List.of(UNARY));
        }
    }

    @Test
    void killedInstanceRefusesUntilItListensAgain() {
        try (ScriptedInstance instance = ScriptedInstance.start(ScriptedInstance::echo)) {
            RawHttp2Client client = RawHttp2Client.connect(instance.port());
            instance.kill();
            assertThat(client.expectClosed()).isNotEmpty();
            assertThatThrownBy(() -> RawHttp2Client.connect(instance.port())).hasMessageContaining("refused");
            instance.listenAgain();
            try (RawHttp2Client again = RawHttp2Client.connect(instance.port())) {
                assertThat(again.unary("echo", UNARY, "x").grpcStatus()).isZero();
            }
            client.close();
        }
    }
}
