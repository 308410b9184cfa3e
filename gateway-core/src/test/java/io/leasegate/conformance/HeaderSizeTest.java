package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.HeaderFields.Coding;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R28: large metadata passes, too large metadata ends one stream alone. */
@Timeout(60)
class HeaderSizeTest {

    private static final int LIMIT = 64 * 1024;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    private static HeaderFields padTo(HeaderFields fields, int listSize) {
        int left = listSize - fields.listSize();
        HeaderFields padded = fields;
        for (int i = 0; left > 0; i++) {
            int value = Math.min(left, 8_000) - 32 - 6;
            if (left - (value + 38) < 100) {
                value = left - 38;
            }
            padded = padded.with("pad-" + (char) ('a' + i / 26) + (char) ('a' + i % 26), "v".repeat(value));
            left -= value + 38;
        }
        assertThat(padded.listSize()).isEqualTo(listSize);
        return padded;
    }

    private RawStream open(RawHttp2Client client, HeaderFields fields) {
        RawStream call = client.stream(client.nextStreamId());
        client.skipStream();
        client.send().splitHeaders(call.id(), fields, true, 16_384);
        return call;
    }

    @Test
    void r28RequestHeadersUpToTheLimitPass() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        HeaderFields sent = padTo(HeaderFields.grpcRequest(AUTHORITY, UNARY), LIMIT);
        RawStream call = open(client, sent);
        RawStream stream = instance.nextStream();
        for (HeaderFields.Field f : sent) {
            assertThat(stream.request().get(f.name())).isEqualTo(f.value());
        }
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void r28RequestHeadersAboveTheLimitEndTheStreamWithResourceExhausted() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream other = client.openCall(AUTHORITY, BIDI).message("a");
        RawStream otherThere = instance.nextStream();
        for (int extra : new int[] {1, 10_000, 40_000}) {
            GrpcResponse r = open(client, padTo(HeaderFields.grpcRequest(AUTHORITY, UNARY), LIMIT + extra))
                    .response();
            assertThat(r.headers().get(":status")).isEqualTo("200");
            assertThat(r.grpcStatus()).isEqualTo(8);
            assertThat(r.grpcMessage()).contains("65536").contains("max-header-list");
            assertThat(r.ended()).isTrue();
        }
        instance.expectNoStream(Duration.ofMillis(20));
        client.expectAlive();
        other.halfClose();
        otherThere.expectRequestEnd();
        otherThere.reply("ok");
        assertThat(other.response().grpcStatus()).isZero();
    }

    @Test
    void r28TablesStayRightAfterARefusedBlock() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        HeaderFields tooLarge = padTo(HeaderFields.grpcRequest(AUTHORITY, UNARY), LIMIT + 5_000)
                .with("remembered", "value", Coding.LITERAL_WITH_INDEXING);
        assertThat(open(client, tooLarge).response().grpcStatus()).isEqualTo(8);
        RawStream call = client.open(
                HeaderFields.grpcRequest(AUTHORITY, UNARY).with("remembered", "value", Coding.INDEXED), true);
        RawStream stream = instance.nextStream();
        assertThat(stream.request().get("remembered")).isEqualTo("value");
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void r28ResponseHeadersAboveTheLimitEndTheCallAndTheConnectionLives() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.connection()
                .send()
                .splitHeaders(stream.id(), padTo(HeaderFields.grpcResponse(), LIMIT + 1_000), false, 16_384);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(8);
        assertThat(r.grpcMessage()).contains("max-header-list", "127.0.0.1:" + instance.port());
        stream.connection().expectAlive();
        RawStream next = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream nextThere = instance.nextStream();
        assertThat(nextThere.connection()).isSameAs(stream.connection());
        nextThere.expectRequestEnd();
        nextThere.reply("ok");
        assertThat(next.response().grpcStatus()).isZero();
    }

    @Test
    void r28TrailersAboveTheLimitEndTheCallWithAStatus() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.responseHeaders().message("one");
        stream.connection()
                .send()
                .splitHeaders(stream.id(), padTo(HeaderFields.grpcTrailers(0), LIMIT + 1_000), true, 16_384);
        GrpcResponse r = call.response();
        assertThat(r.messages()).hasSize(1);
        assertThat(r.grpcStatus()).isEqualTo(8);
        stream.connection().expectAlive();
    }

    @Test
    void r28ResponseHeadersUpToTheLimitPass() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        HeaderFields sent = padTo(HeaderFields.grpcResponse(), LIMIT);
        stream.connection().send().splitHeaders(stream.id(), sent, false, 16_384);
        stream.trailers(0);
        GrpcResponse r = call.response();
        assertThat(r.headers().listSize()).isEqualTo(LIMIT);
        assertThat(r.grpcStatus()).isZero();
    }

    @Test
    void callersLimitIsNoReasonToLoseTheConnectionToTheInstance() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.headers(padTo(HeaderFields.grpcResponse(), 12_000), false).trailers(0);
        assertThat(call.response().grpcStatus()).isZero();
        call.connection().send().rst(call.id(), Http2Error.CANCEL);
        client.expectAlive();
    }
}
