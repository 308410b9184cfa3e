package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.FrameOutput;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Grpc;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Legal frames of unusual form, from both sides. */
@Timeout(60)
class FrameShapesTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    @Test
    void informationalResponsesAreRelayedBeforeTheFinalOne() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.headers(HeaderFields.of(":status", "103", "link", "</a>"), false);
        stream.headers(HeaderFields.of(":status", "102"), false);
        stream.reply("ok");
        GrpcResponse r = call.response();
        assertThat(r.informational()).hasSize(2);
        assertThat(r.informational().get(0).get("link")).isEqualTo("</a>");
        assertThat(r.grpcStatus()).isZero();
        assertThat(r.messages()).hasSize(1);
    }

    @Test
    void switchingProtocolsIsNeverRelayed() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.headers(HeaderFields.of(":status", "101"), false);
        stream.reply("ok");
        GrpcResponse r = call.response();
        assertThat(r.informational()).as("RFC 9113 section 8.6 knows no 101").isEmpty();
    }

    @Test
    void paddingOfTheInstanceIsConsumedAndNotRelayed() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        RawHttp2Peer peer = stream.connection();
        peer.send().paddedHeaders(stream.id(), HeaderFields.grpcResponse(), false, 33);
        // More padding than a stream's window, so that it must be given back.
        int frames = 3_000;
        for (int i = 0; i < frames; i++) {
            awaitWindow(peer, stream.id());
            peer.send().paddedData(stream.id(), new byte[] {1}, false, 254);
            peer.countSent(stream.id(), 256);
        }
        stream.trailers(0);
        GrpcResponse r = call.response();
        assertThat(r.body()).hasSize(frames);
        assertThat(r.frames()).allMatch(f -> f.padding() == 0);
    }

    private static void awaitWindow(RawHttp2Peer peer, int streamId) {
        Pause.until(
                Duration.ofSeconds(10),
                () -> "no window for stream " + streamId + ": " + peer.sendWindow(streamId) + ", connection "
                        + peer.sendWindow(0),
                () -> peer.sendWindow(streamId) >= 256 && peer.sendWindow(0) >= 256);
    }

    @Test
    void paddingOfTheCallerIsConsumedAndNotRelayed() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, UNARY);
        int frames = 3_000;
        for (int i = 0; i < frames; i++) {
            awaitWindow(client, call.id());
            client.send().paddedData(call.id(), new byte[] {1}, i == frames - 1, 254);
            client.countSent(call.id(), 256);
        }
        assertThat(call.response().body()).hasSize(frames);
        assertThat(instance.streams().get(0).received()).allMatch(f -> f.padding() == 0);
    }

    @Test
    void headersInManyContinuationFramesAreOneHeaderBlock() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.stream(client.nextStreamId());
        client.send()
                .splitHeaders(
                        call.id(), HeaderFields.grpcRequest(AUTHORITY, UNARY).with("long", "v".repeat(600)), true, 100);
        RawStream stream = instance.nextStream();
        assertThat(stream.request().get("long")).hasSize(600);
        stream.connection()
                .send()
                .splitHeaders(stream.id(), HeaderFields.grpcResponse().with("long", "w".repeat(600)), false, 100);
        stream.trailers(0);
        assertThat(call.response().headers().get("long")).hasSize(600);
    }

    @Test
    void headersAboveTheFrameSizeAreSplitTowardTheInstance() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.stream(client.nextStreamId());
        HeaderFields large = HeaderFields.grpcRequest(AUTHORITY, UNARY);
        for (int i = 0; i < 5; i++) {
            large = large.with("large-" + i, "v".repeat(9_000));
        }
        client.send().splitHeaders(call.id(), large, true, 16_384);
        RawStream stream = instance.nextStream();
        assertThat(stream.requestFrame().continuations()).isPositive();
        assertThat(stream.request().get("large-4")).hasSize(9_000);
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void everyByteInAPacketOfItsOwnMakesNoDifference() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        int id = client.nextStreamId();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] block = client.send().block(HeaderFields.grpcRequest(AUTHORITY, UNARY));
        bytes.writeBytes(FrameOutput.encode(RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, id, block));
        bytes.writeBytes(FrameOutput.encode(RawFrame.DATA, RawFrame.FLAG_END_STREAM, id, Grpc.message("dribble")));
        Thread sender = new Thread(() -> client.send().dribble(bytes.toByteArray(), 0));
        sender.start();
        RawStream stream = instance.nextStream();
        assertThat(Grpc.messages(stream.expectRequestEnd())).containsExactly("dribble".getBytes(US_ASCII));
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        FrameOutput out = stream.connection().send();
        answer.writeBytes(FrameOutput.encode(
                RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, stream.id(), out.block(HeaderFields.grpcResponse())));
        answer.writeBytes(FrameOutput.encode(RawFrame.DATA, 0, stream.id(), Grpc.message("slow answer")));
        answer.writeBytes(FrameOutput.encode(
                RawFrame.HEADERS,
                RawFrame.FLAG_END_HEADERS | RawFrame.FLAG_END_STREAM,
                stream.id(),
                out.block(HeaderFields.grpcTrailers(0))));
        out.dribble(answer.toByteArray(), 0);
        GrpcResponse r = client.stream(id).response();
        assertThat(r.messages()).containsExactly("slow answer".getBytes(US_ASCII));
        assertThat(r.grpcStatus()).isZero();
    }

    @Test
    void prefaceAndSettingsInSinglePacketsOfAByteAreTaken() {
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client(PeerOptions.defaults().withoutHandshake());
        client.send().dribble("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII), 0);
        client.send().dribble(FrameOutput.encode(RawFrame.SETTINGS, 0, 0, new byte[0]), 0);
        client.expectSettings();
        assertThat(client.unary(AUTHORITY, UNARY, "x").grpcStatus()).isZero();
    }

    @Test
    void aMessageInManySmallFramesArrivesWhole() {
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, UNARY);
        byte[] message = Grpc.messageOfLength(2_000);
        for (int i = 0; i < message.length; i++) {
            call.data(new byte[] {message[i]}, i == message.length - 1);
        }
        assertThat(call.response().body()).isEqualTo(message);
    }

    @Test
    void emptyDataFramesAreNotRelayedAndHarmNothing() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI);
        RawStream stream = instance.nextStream();
        for (int i = 0; i < 5; i++) {
            call.data(new byte[0], false);
        }
        call.lastMessage("x");
        stream.expectRequestEnd();
        assertThat(stream.received().stream().filter(f -> f.payload().length == 0))
                .isEmpty();
        stream.responseHeaders();
        for (int i = 0; i < 5; i++) {
            stream.data(new byte[0], false);
        }
        stream.message("y").trailers(0);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isZero();
        assertThat(r.frames()).hasSize(3);
    }

    @Test
    void unknownFramesAndFlagsAndPrioritiesAreIgnored() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        client.send().frame(0xbe, 0xff, 0, new byte[20]);
        client.send().priority(client.nextStreamId() + 20, 0, 200);
        RawStream call = client.openCall(AUTHORITY, BIDI);
        client.send().frame(0xbe, 0xff, call.id(), new byte[20]);
        client.send().priority(call.id(), 0, 3);
        RawStream stream = instance.nextStream();
        stream.connection().send().frame(0xbe, 0, stream.id(), new byte[3]);
        stream.connection().send().frame(0x0c, 0, 0, new byte[3]);
        call.lastMessage("x");
        stream.expectRequestEnd();
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(stream.connection().received()).noneMatch(f -> f.type() == 0xbe || f.type() == RawFrame.PRIORITY);
        client.expectAlive();
    }

    @Test
    void pingsOfBothSidesAreAnsweredByTheGatewayItself() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI);
        RawStream stream = instance.nextStream();
        client.send().ping(0x1122334455667788L);
        client.expectPingAck(0x1122334455667788L);
        stream.connection().send().ping(42);
        stream.connection().expectPingAck(42);
        assertThat(stream.connection().received())
                .as("a caller's PING stays on its hop")
                .noneMatch(f -> f.type() == RawFrame.PING && !f.ack());
        call.halfClose();
        stream.reply("x");
        call.response();
    }

    @Test
    void headerTableSizeZeroIsRespectedOnBothSides() {
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().setting(RawFrame.HEADER_TABLE_SIZE, 0));
        RawHttp2Client client = gateway.client(PeerOptions.defaults().setting(RawFrame.HEADER_TABLE_SIZE, 0));
        for (int i = 0; i < 5; i++) {
            RawStream call =
                    client.open(HeaderFields.grpcRequest(AUTHORITY, UNARY).with("custom", "value"), true);
            RawStream stream = instance.nextStream();
            assertThat(stream.request().fields())
                    .filteredOn(f -> f.name().equals("custom"))
                    .allMatch(f -> f.coding() != HeaderFields.Coding.INDEXED);
            stream.headers(HeaderFields.grpcResponse().with("custom", "answer"), false)
                    .message("x")
                    .trailers(0);
            GrpcResponse r = call.response();
            assertThat(r.headers().fields())
                    .filteredOn(f -> f.name().equals("custom"))
                    .allMatch(f -> f.coding() != HeaderFields.Coding.INDEXED);
        }
    }

    @Test
    void plainHttp2RequestsAreRelayedToo() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client()
                .open(
                        HeaderFields.of(
                                ":method", "GET", ":scheme", "http", ":path", "/page?x=1", ":authority", AUTHORITY),
                        true);
        RawStream stream = instance.nextStream();
        assertThat(stream.request().get(":method")).isEqualTo("GET");
        assertThat(stream.request().get(":path")).isEqualTo("/page?x=1");
        stream.headers(HeaderFields.of(":status", "200", "content-type", "text/plain"), false)
                .data("hello".getBytes(US_ASCII), true);
        GrpcResponse r = call.response();
        assertThat(new String(r.body(), US_ASCII)).isEqualTo("hello");
        assertThat(r.trailers()).isNull();
    }
}
