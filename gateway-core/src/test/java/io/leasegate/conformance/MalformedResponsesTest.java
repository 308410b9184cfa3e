package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Instances that break the rules: the caller gets a status, and its connection and other calls go on. */
@Timeout(60)
class MalformedResponsesTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().ioThreads(1);

    /** Errors of one stream. */
    static Stream<Arguments> streamErrors() {
        return Stream.of(
                Arguments.of("no status", HeaderFields.of("content-type", "application/grpc")),
                Arguments.of("two statuses", HeaderFields.of(":status", "200", ":status", "500")),
                Arguments.of("request pseudo-header", HeaderFields.of(":status", "200", ":path", "/x")),
                Arguments.of("upper-case name", HeaderFields.grpcResponse().with("Upper", "x")),
                Arguments.of("connection", HeaderFields.grpcResponse().with("connection", "close")),
                Arguments.of("line feed in a value", HeaderFields.grpcResponse().with("x", "a\nb")),
                Arguments.of(
                        "carriage return in a value",
                        HeaderFields.grpcResponse().with("x", "a\rb")),
                Arguments.of("NUL in a value", HeaderFields.grpcResponse().with("x", "a\0b")),
                Arguments.of("empty name", HeaderFields.grpcResponse().with("", "x")),
                Arguments.of("transfer-encoding", HeaderFields.grpcResponse().with("transfer-encoding", "chunked")),
                Arguments.of("pseudo-header behind a field", HeaderFields.of("content-type", "a", ":status", "200")),
                Arguments.of(
                        "two content-lengths that differ",
                        HeaderFields.grpcResponse().with("content-length", "1").with("content-length", "2")),
                Arguments.of("status that is no number", HeaderFields.of(":status", "abc")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streamErrors")
    void malformedResponseBecomesAStatusAndTheConnectionLives(String name, HeaderFields headers) {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.headers(headers, false);
        GrpcResponse r = call.response();
        assertThat(r.ended()).isTrue();
        assertThat(r.grpcStatus()).isEqualTo(13);
        assertThat(r.outcome()).isEqualTo("PE");
        assertThat(r.grpcMessage()).contains("127.0.0.1:" + instance.port());
        stream.expectRst(Http2Error.PROTOCOL_ERROR);
        stream.connection().expectAlive();
        client.expectAlive();
    }

    /** Errors of the connection. */
    static Stream<Arguments> connectionErrors() {
        return Stream.of(
                connectionError("DATA on stream 0", p -> p.send().frame(RawFrame.DATA, 0, 0, new byte[1])),
                connectionError(
                        "stream that nobody opened", p -> p.send().headers(99, HeaderFields.grpcResponse(), true)),
                connectionError(
                        "push promise",
                        p -> p.send()
                                .frame(RawFrame.PUSH_PROMISE, RawFrame.FLAG_END_HEADERS, 3, new byte[] {0, 0, 0, 2})),
                connectionError(
                        "broken header block",
                        p -> p.send().frame(RawFrame.HEADERS, RawFrame.FLAG_END_HEADERS, 3, new byte[] {
                            (byte) 0xff, (byte) 0xff, 1
                        })),
                connectionError("frame above the size", p -> p.send().frame(RawFrame.DATA, 0, 3, new byte[16_385])),
                connectionError(
                        "SETTINGS with a broken length", p -> p.send().frame(RawFrame.SETTINGS, 0, 0, new byte[5])),
                connectionError(
                        "initial window above its maximum",
                        p -> p.send().settings(RawFrame.INITIAL_WINDOW_SIZE, 0x80000000L)),
                connectionError(
                        "connection window above its maximum", p -> p.send().windowUpdate(0, Integer.MAX_VALUE)));
    }

    private static Arguments connectionError(String name, Consumer<RawHttp2Peer> what) {
        return Arguments.of(name, what);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("connectionErrors")
    void brokenConnectionEndsItsCallsWithAStatusAndTheNextCallGetsANewOne(String name, Consumer<RawHttp2Peer> error) {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        error.accept(stream.connection());
        GrpcResponse r = call.response();
        assertThat(r.ended()).isTrue();
        assertThat(r.grpcStatus()).isIn(13, 14);
        assertThat(r.outcome()).isIn("PE", "UC");
        stream.connection().expectClosed();
        client.expectAlive();
        RawStream next = client.startUnary(AUTHORITY, UNARY, "y");
        RawStream nextThere = instance.nextStream();
        nextThere.expectRequestEnd();
        nextThere.reply("ok");
        assertThat(next.response().grpcStatus()).isZero();
    }

    @Test
    void dataBeforeHeadersIsAProtocolError() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.message("without headers");
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(13);
        assertThat(r.outcome()).isEqualTo("PE");
        client.expectAlive();
    }

    @Test
    void trailersWithoutEndStreamAreAProtocolError() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.responseHeaders().message("one").headers(HeaderFields.grpcTrailers(0), false);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(13);
        assertThat(r.outcome()).isEqualTo("PE");
        client.expectAlive();
    }

    @Test
    void bodyThatContradictsContentLengthIsAProtocolError() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.headers(HeaderFields.grpcResponse().with("content-length", "3"), false);
        stream.data(new byte[10], false);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(13);
        client.expectAlive();
        stream.connection().expectAlive();
    }

    @Test
    void moreThanTheGatewaysWindowEndsTheCall() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client(
                PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 0).withoutStreamWindowUpdates());
        RawStream call = client.startUnary(AUTHORITY, BIDI, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.responseHeaders();
        call.expectHeaders();
        for (int i = 0; i < 17; i++) {
            stream.connection().send().data(stream.id(), new byte[16_384], false);
        }
        stream.expectRst(Http2Error.FLOW_CONTROL_ERROR);
        client.returnWindow(call.id(), 1 << 20);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(13);
        client.expectAlive();
    }

    @Test
    void responseThatEndsWithoutAGrpcStatusIsRelayedAsItIs() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "x");
        RawStream stream = instance.nextStream();
        stream.expectRequestEnd();
        stream.headers(HeaderFields.of(":status", "502", "content-type", "text/html"), false)
                .data(new byte[10], true);
        GrpcResponse r = call.response();
        assertThat(r.headers().get(":status")).isEqualTo("502");
        assertThat(r.body()).hasSize(10);
        assertThat(r.grpcStatus()).isEqualTo(-1);
    }
}
