package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statuses and trailers arrive as they left. */
@Timeout(60)
class TrailersTest {

    private static final String DETAILS = "CAUSBG5vcGUaDwoNc29tZS10eXBlLnVybA";

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    private static HeaderFields statusFields(int status) {
        return HeaderFields.of(
                "grpc-status", Integer.toString(status),
                "grpc-message", "caf%C3%A9 100%25 | ~ %0A",
                "grpc-status-details-bin", DETAILS,
                "custom-bin", "AAECAw",
                "custom-bin", "//79",
                "custom", "a, b",
                "custom", "");
    }

    @ParameterizedTest(name = "{0} messages")
    @ValueSource(ints = {0, 1, 5})
    void r7EveryStatusWithTrailersIsByteIdentical(int messages) {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        for (int status = 0; status <= 16; status++) {
            RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
            RawStream stream = instance.nextStream();
            stream.expectRequestEnd();
            stream.responseHeaders();
            for (int m = 0; m < messages; m++) {
                stream.message("message " + m);
            }
            stream.headers(statusFields(status), true);
            GrpcResponse r = call.response();
            assertThat(r.headers().fields())
                    .hasSameSizeAs(HeaderFields.grpcResponse().fields());
            assertThat(r.messages()).hasSize(messages);
            assertThat(text(r.trailers())).isEqualTo(text(statusFields(status)));
            assertThat(r.frames().get(r.frames().size() - 1).endStream()).isTrue();
            assertThat(r.frames().stream().filter(f -> f.endStream())).hasSize(1);
            assertThat(gateway.observer().call(status).grpcStatus()).isEqualTo(status);
        }
    }

    @Test
    void r7EveryTrailersOnlyStatusStaysOneHeadersFrame() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        for (int status = 0; status <= 16; status++) {
            RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
            HeaderFields sent = HeaderFields.grpcResponse();
            for (HeaderFields.Field f : statusFields(status)) {
                sent = sent.with(f.name(), f.value());
            }
            RawStream stream = instance.nextStream();
            stream.expectRequestEnd();
            stream.headers(sent, true);
            GrpcResponse r = call.response();
            assertThat(r.trailersOnly()).isTrue();
            assertThat(r.frames()).hasSize(1);
            assertThat(text(r.headers())).isEqualTo(text(sent));
            assertThat(r.outcome())
                    .as("the gateway adds nothing to an instance's answer")
                    .isNull();
            assertThat(gateway.observer().call(status).grpcStatus()).isEqualTo(status);
        }
    }

    @Test
    void unknownStatusNumbersPass() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.trailersOnly(99, "from the future");
        assertThat(call.response().grpcStatus()).isEqualTo(99);
    }

    @Test
    void trailersOnlyWhileTheCallerStillSendsEndsTheCall() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI).message("a");
        instance.nextStream().trailersOnly(7, "no");
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(7);
        assertThat(r.ended()).isTrue();
        call.expectRst(Http2Error.NO_ERROR);
    }

    @Test
    void requestTrailersAreRelayed() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, UNARY).message("a");
        call.headers(HeaderFields.of("client-trailer", "t", "other-bin", "AA"), true);
        RawStream stream = instance.nextStream();
        stream.expectMessage("a");
        assertThat(text(stream.expectTrailers())).containsExactly("client-trailer: t", "other-bin: AA");
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void largeTrailersBehindDataKeepTheirPlace() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.responseHeaders().data(new byte[200_000], false);
        String large = "v".repeat(20_000);
        stream.connection()
                .send()
                .splitHeaders(stream.id(), HeaderFields.grpcTrailers(0).with("large", large), true, 16_384);
        GrpcResponse r = call.response();
        assertThat(r.body()).hasSize(200_000);
        assertThat(r.trailers().get("large")).isEqualTo(large);
    }

    private static List<String> text(HeaderFields fields) {
        List<String> list = new ArrayList<>();
        fields.forEach(f -> list.add(f.toString()));
        return list;
    }
}
