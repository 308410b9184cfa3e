package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.ProtocolSettings;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Traps that HTTP/2 codecs are known to lay for a relay, each with what the gateway does instead. */
@Timeout(60)
class CodecTrapsTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().ioThreads(1);

    @Test
    void trap1ThousandCancelledCallsDoNotCostTheCallersConnection() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 1_000; i++) {
            RawStream call = client.openCall(AUTHORITY, BIDI);
            RawStream stream = instance.nextStream();
            call.rst(Http2Error.CANCEL);
            stream.expectRst(Http2Error.CANCEL);
        }
        client.expectAlive();
        assertThat(instance.connections()).hasSize(1);
        instance.connections().get(0).expectAlive();
    }

    @Test
    void trap2AResetIsNotAnsweredWithAReset() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client(
                PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 0).withoutStreamWindowUpdates());
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.responseHeaders().data(new byte[1_000], false).trailers(0);
        call.expectHeaders();
        stream.connection().expectAlive();
        client.expectAlive();
        call.rst(Http2Error.CANCEL);
        client.expectAlive();
        assertThat(call.received()).noneMatch(f -> f.type() == RawFrame.RST_STREAM);
    }

    @Test
    void trap3FiveHundredCancelsWithDataAndTrailersQueuedDoNotCostTheConnection() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client(
                PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 0).withoutStreamWindowUpdates());
        for (int i = 0; i < 500; i++) {
            RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
            RawStream stream = instance.nextStream();
            stream.expectRequestEnd();
            stream.responseHeaders().data(new byte[100], false).trailers(0);
            call.expectHeaders();
            call.rst(Http2Error.CANCEL);
        }
        client.expectAlive();
        assertThat(client.received()).noneMatch(f -> f.type() == RawFrame.RST_STREAM);
    }

    @Test
    void trap4RefusedStreamWithABodyQueuedIsNotAnsweredWithAReset() {
        ScriptedInstance instance = gateway.instance(
                AUTHORITY,
                () -> PeerOptions.defaults()
                        .setting(RawFrame.INITIAL_WINDOW_SIZE, 0)
                        .withoutStreamWindowUpdates());
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "queued");
        RawHttp2Peer connection = null;
        List<RawStream> attempts = new ArrayList<>();
        while (attempts.size() < 2) {
            RawStream s = instance.nextStream();
            attempts.add(s);
            connection = s.connection();
            s.rst(Http2Error.REFUSED_STREAM);
        }
        // The next attempt is let through.
        RawStream last = instance.nextStream();
        last.connection().returnWindow(last.id(), 1_000);
        last.expectMessage("queued");
        last.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(connection).isNotNull();
        connection.expectAlive();
        assertThat(connection.received()).noneMatch(f -> f.type() == RawFrame.RST_STREAM);
    }

    @Test
    void trap4ManyRefusalsDoNotCostTheInstancesConnection() {
        int[] refused = {0};
        ScriptedInstance instance = gateway.instance(AUTHORITY, stream -> {
            synchronized (refused) {
                if (refused[0]++ % 2 == 0) {
                    stream.rst(Http2Error.REFUSED_STREAM);
                    return;
                }
            }
            ScriptedInstance.echo(stream);
        });
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 400; i++) {
            assertThat(client.unary(AUTHORITY, UNARY, "x").grpcStatus()).isZero();
        }
        assertThat(instance.connections()).hasSize(1);
    }

    @Test
    void trap5ResetBehindTrailersDoesNotOvertakeThem() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, stream -> {
            stream.responseHeaders().message("enough").trailers(0);
        });
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 300; i++) {
            RawStream call = client.openCall(AUTHORITY, BIDI);
            GrpcResponse r = call.response();
            call.expectRst(Http2Error.NO_ERROR);
            assertThat(r.grpcStatus()).isZero();
            assertThat(call.received().stream().map(RawFrame::type).collect(Collectors.toList()))
                    .containsExactly(RawFrame.HEADERS, RawFrame.DATA, RawFrame.HEADERS, RawFrame.RST_STREAM);
        }
        assertThat(instance.streams()).hasSize(300);
    }

    @Test
    void trap6EmptyDataFramesOfDifferentStreamsAreNoFlood() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            calls.add(client.openCall(AUTHORITY, BIDI));
        }
        calls.forEach(c -> c.data(new byte[0], false));
        client.expectAlive();
        calls.forEach(RawStream::halfClose);
        for (int i = 0; i < 10; i++) {
            instance.nextStream();
        }
        instance.streams().forEach(s -> s.data(new byte[0], false));
        instance.streams().forEach(s -> s.reply("ok"));
        calls.forEach(c -> assertThat(c.response().grpcStatus()).isZero());
    }

    @Test
    void trap7HeaderFieldOfNineThousandBytesPasses() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client()
                .open(HeaderFields.grpcRequest(AUTHORITY, UNARY).with("large", "v".repeat(9_000)), true);
        RawStream stream = instance.nextStream();
        assertThat(stream.request().get("large")).hasSize(9_000);
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void trap8UnreadStreamLeavesTheConnectionsWindowAlone() {
        ScriptedInstance instance = gateway.instance(
                AUTHORITY,
                () -> PeerOptions.defaults()
                        .setting(RawFrame.INITIAL_WINDOW_SIZE, 0)
                        .withoutStreamWindowUpdates());
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI);
        RawStream stream = instance.nextStream();
        call.data(new byte[ProtocolSettings.DEFAULT.initialWindowBytes()], false);
        Pause.until(
                Duration.ofSeconds(5),
                () -> "connection window " + client.sendWindow(0),
                () -> client.sendWindow(0) > 32_000);
        assertThat(client.sendWindow(call.id()))
                .as("the stream's own window stays used")
                .isZero();
        call.rst(Http2Error.CANCEL);
        stream.expectRst(Http2Error.CANCEL);
    }

    @Test
    void trap10NoStreamIsOpenedBehindAGoAway() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream first = client.openCall(AUTHORITY, BIDI);
        RawStream firstThere = instance.nextStream();
        RawHttp2Peer old = firstThere.connection();
        old.send().goAway(firstThere.id(), Http2Error.NO_ERROR, "");
        old.expectAlive();
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            calls.add(client.startUnary(AUTHORITY, UNARY, "x"));
        }
        for (int i = 0; i < 50; i++) {
            RawStream s = instance.nextStream();
            assertThat(s.connection()).isNotSameAs(old);
            s.expectRequestEnd();
            s.reply("ok");
        }
        calls.forEach(c -> assertThat(c.response().grpcStatus()).isZero());
        firstThere.trailersOnly(0, "");
        assertThat(first.response().grpcStatus()).isZero();
    }

    @Test
    void windowUpdatesThatCompletionsCauseAreFlushed() {
        // A megabyte through a caller that returns its window in one go each time: an update left unflushed stalls for
        // ever.
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 5; i++) {
            RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
            RawStream stream = instance.nextStream();
            stream.expectRequestEnd();
            stream.responseHeaders().data(new byte[4 << 20], false).trailers(0);
            assertThat(call.response().body()).hasSize(4 << 20);
        }
    }
}
