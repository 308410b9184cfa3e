package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Outcome;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Grpc;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R9: an instance that answers in full before the request has ended (RFC 9113 section 8.1). */
@Timeout(120)
class EarlyResponseTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    @Test
    void r9CompleteResponseBeforeResetNoErrorArrivesWhole() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 200; i++) {
            RawStream call = client.openCall(AUTHORITY, BIDI).message("upload");
            RawStream stream = instance.nextStream();
            stream.expectMessage("upload");
            stream.responseHeaders().message("enough").trailers(0).rst(Http2Error.NO_ERROR);
            GrpcResponse r = call.response();
            assertThat(r.grpcStatus()).isZero();
            assertThat(r.messages()).hasSize(1);
            call.expectRst(Http2Error.NO_ERROR);
        }
        assertThat(gateway.observer().call(199).outcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void r9WithTheCallersWindowAtZeroEveryByteAndTheTrailersComeLater() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client(
                PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 0).withoutStreamWindowUpdates());
        byte[] message = Grpc.messageOfLength(100_000);
        for (int i = 0; i < 20; i++) {
            RawStream call = client.openCall(AUTHORITY, BIDI).message("upload");
            RawStream stream = instance.nextStream();
            stream.expectMessage("upload");
            stream.responseHeaders();
            stream.data(message, false).trailers(0).rst(Http2Error.NO_ERROR);
            call.expectHeaders();
            call.expectNothing(Duration.ofMillis(20));
            client.returnWindow(call.id(), 30_000);
            byte[] first = client.expectData(call.id(), 30_000);
            client.returnWindow(call.id(), message.length - 30_000);
            byte[] rest = client.expectData(call.id(), message.length - 30_000);
            assertThat(first).isEqualTo(Arrays.copyOf(message, 30_000));
            assertThat(rest).isEqualTo(Arrays.copyOfRange(message, 30_000, message.length));
            assertThat(call.expectTrailers().get("grpc-status")).isEqualTo("0");
            call.expectRst(Http2Error.NO_ERROR);
        }
    }

    @Test
    void r9WithoutResetTheUploadIsStoppedAndSwallowed() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.openCall(AUTHORITY, BIDI);
        RawStream stream = instance.nextStream();
        stream.responseHeaders().message("enough").trailers(0);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isZero();
        call.expectRst(Http2Error.NO_ERROR);
        RawFrame rst = stream.connection().expectRstEventually(stream.id(), Http2Error.CANCEL);
        assertThat(rst.streamId()).isEqualTo(stream.id());
        // More of the upload was on its way; it neither reaches the instance nor costs window.
        for (int i = 0; i < 40; i++) {
            client.send().data(call.id(), new byte[1000], false);
        }
        client.expectAlive();
        stream.expectNothing(Duration.ofMillis(30));
    }

    @Test
    void r9ManyAtOnceWithStalledReaders() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, stream -> {
            stream.expectData();
            stream.responseHeaders();
            stream.data(Grpc.messageOfLength(50_000), false).trailers(0).rst(Http2Error.NO_ERROR);
        });
        RawHttp2Client client = gateway.client(PeerOptions.defaults()
                .setting(RawFrame.INITIAL_WINDOW_SIZE, 1_000)
                .withoutStreamWindowUpdates());
        RawStream[] calls = new RawStream[100];
        for (int i = 0; i < calls.length; i++) {
            calls[i] = client.openCall(AUTHORITY, BIDI).message("upload");
        }
        for (RawStream call : calls) {
            client.returnWindow(call.id(), 60_000);
        }
        for (RawStream call : calls) {
            GrpcResponse r = call.response();
            assertThat(r.grpcStatus()).isZero();
            assertThat(r.body()).hasSize(50_005);
        }
        assertThat(instance.streams()).hasSize(100);
    }
}
