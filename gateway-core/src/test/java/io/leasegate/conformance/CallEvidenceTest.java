package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.leasegate.endpoint.CallResults;
import io.leasegate.testkit.EchoService;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which ends of a call speak for or against the instance, for outlier detection, and which say nothing about it. */
@Timeout(60)
class CallEvidenceTest {

    private static final Set<Status.Code> AGAINST = EnumSet.of(
            Status.Code.UNKNOWN,
            Status.Code.INTERNAL,
            Status.Code.UNAVAILABLE,
            Status.Code.DATA_LOSS,
            Status.Code.DEADLINE_EXCEEDED);
    private static final Set<Status.Code> NEITHER =
            EnumSet.of(Status.Code.CANCELLED, Status.Code.UNIMPLEMENTED, Status.Code.RESOURCE_EXHAUSTED);

    private static final Set<Http2Error> RESETS_AGAINST = EnumSet.of(
            Http2Error.NO_ERROR,
            Http2Error.INTERNAL_ERROR,
            Http2Error.REFUSED_STREAM,
            Http2Error.CANCEL,
            Http2Error.CONNECT_ERROR,
            Http2Error.INADEQUATE_SECURITY,
            Http2Error.HTTP_1_1_REQUIRED);

    /** One loop, so that the calls of a client are on one connection to the instance. */
    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().ioThreads(1);

    private CallResults results(int port) {
        return gateway.endpoint(AUTHORITY, port).stats().results();
    }

    private void expect(int port, int succeeded, int failed) {
        CallResults r = results(port);
        Pause.until(
                Duration.ofSeconds(5),
                () -> r.succeededCalls() + " for, " + r.failedCalls() + " against, expected " + succeeded + " and "
                        + failed,
                () -> r.succeededCalls() == succeeded && r.failedCalls() == failed);
    }

    private void callsHaveEnded(int calls) {
        Pause.until(
                Duration.ofSeconds(5),
                () -> gateway.observer().calls().size() + " calls ended",
                () -> gateway.observer().calls().size() == calls);
    }

    private static HeaderFields request(String timeout) {
        return HeaderFields.grpcRequest(AUTHORITY, UNARY).with("grpc-timeout", timeout);
    }

    @ParameterizedTest
    @EnumSource(value = Status.Code.class)
    void anAnswerSpeaksByItsStatus(Status.Code status) {
        TestServer server = gateway.server(AUTHORITY);
        TestClient client = gateway.grpcClient(AUTHORITY);
        if (status == Status.Code.OK) {
            client.unary("hello".getBytes(StandardCharsets.UTF_8));
        } else {
            StatusRuntimeException e = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> client.unary(new byte[] {EchoService.FAIL, (byte) status.value()}));
            assertThat(e.getStatus().getCode()).isEqualTo(status);
        }
        callsHaveEnded(1);
        boolean against = AGAINST.contains(status);
        expect(server.port(), against || NEITHER.contains(status) ? 0 : 1, against ? 1 : 0);
        if (against && status != Status.Code.DEADLINE_EXCEEDED) {
            assertThat(results(server.port()).lastFailure()).isEqualTo(status.name());
        }
    }

    /** Codes that say that the gateway or its caller did wrong are no evidence. */
    @ParameterizedTest
    @EnumSource(Http2Error.class)
    void aResetSpeaksByItsCode(Http2Error code) {
        ScriptedInstance instance = gateway.instance(AUTHORITY, stream -> stream.rst(code));
        RawStream call = gateway.client().startUnary(AUTHORITY, UNARY, "a");
        call.response();
        callsHaveEnded(1);
        int attempts = gateway.observer().call(0).attempts();
        expect(instance.port(), 0, RESETS_AGAINST.contains(code) ? attempts : 0);
    }

    /** A server that is no server of gRPC, or a proxy before it: what the status of HTTP says to a client of gRPC. */
    @ParameterizedTest
    @CsvSource({"400, 0, 1", "401, 1, 0", "403, 1, 0", "404, 0, 0", "429, 0, 1", "500, 0, 1", "503, 0, 1", "200, 0, 1"})
    void anAnswerWithoutAStatusOfGrpcSpeaksByThatOfHttp(String status, int succeeded, int failed) {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        client.startUnary(AUTHORITY, UNARY, "a");
        instance.nextStream().headers(HeaderFields.of(":status", status), true);
        callsHaveEnded(1);
        client.startUnary(AUTHORITY, UNARY, "a");
        instance.nextStream().headers(HeaderFields.of(":status", status), false).data(new byte[3], true);
        callsHaveEnded(2);
        expect(instance.port(), 2 * succeeded, 2 * failed);
    }

    /** One of them in each tenth of a second, however long the machine takes; {@code CallResultsTest} is exact. */
    private void expectInARowSince(long beginNanos, int port) {
        int most = 1 + (int) ((System.nanoTime() - beginNanos) / 100_000_000);
        assertThat(results(port).failedInARow()).isBetween(1, most);
    }

    @Test
    void callsThatAreLostTogetherAreOneFailureInARow() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        List<RawStream> calls = new ArrayList<>();
        List<RawStream> streams = new ArrayList<>();
        open(5, gateway.client(), calls, instance, streams);
        long begin = System.nanoTime();
        streams.get(0).connection().abort();
        calls.forEach(c -> assertThat(c.response().grpcStatus()).isEqualTo(14));
        expect(instance.port(), 0, 5);
        expectInARowSince(begin, instance.port());
        assertThat(results(instance.port()).lastFailure()).isEqualTo("a lost connection");
    }

    /** As grpc-java does when it is shut down at once: resets, and the connection's end behind them. */
    @Test
    void soAreThoseThatAreResetTogether() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        List<RawStream> calls = new ArrayList<>();
        List<RawStream> streams = new ArrayList<>();
        open(5, gateway.client(), calls, instance, streams);
        long begin = System.nanoTime();
        streams.subList(0, 4).forEach(s -> s.rst(Http2Error.INTERNAL_ERROR));
        calls.subList(0, 4).forEach(c -> assertThat(c.response().grpcStatus()).isEqualTo(13));
        streams.get(0).connection().abort();
        assertThat(calls.get(4).response().grpcStatus()).isEqualTo(14);
        expect(instance.port(), 0, 5);
        expectInARowSince(begin, instance.port());
    }

    /** A reset CANCEL is how servers end what is overdue; it counts like a deadline where the caller has one. */
    @Test
    void aCancelOfTheInstanceCountsOnlyWhereTheCallerHadTheTime() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        gateway.endpoint(AUTHORITY, instance.port()).stats().answered(TimeUnit.SECONDS.toNanos(10), System.nanoTime());
        RawStream call = gateway.client().open(request("60S"), true);
        instance.nextStream().rst(Http2Error.CANCEL);
        call.response();
        callsHaveEnded(1);
        expect(instance.port(), 0, 0);
    }

    /** Opens calls, all of which are on one connection to the instance. */
    private static void open(
            int count,
            RawHttp2Client client,
            List<RawStream> calls,
            ScriptedInstance instance,
            List<RawStream> streams) {
        for (int i = 0; i < count; i++) {
            calls.add(client.openCall(AUTHORITY, BIDI));
            streams.add(instance.nextStream());
        }
        assertThat(streams).allMatch(s -> s.connection() == streams.get(0).connection());
    }

    @Test
    void eachAnswerThatBreaksTheProtocolIsAFailure() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        for (int i = 1; i <= 3; i++) {
            RawStream call = client.startUnary(AUTHORITY, UNARY, "a");
            instance.nextStream().data(new byte[3], false);
            assertThat(call.response().grpcStatus()).isEqualTo(13);
            expect(instance.port(), 0, i);
        }
        assertThat(instance.connections()).hasSize(1);
    }

    @Test
    void aDeadlineSpeaksAgainstWhoHasNotAnswered() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().open(request("1S"), true);
        assertThat(call.response().grpcStatus()).isEqualTo(4);
        expect(instance.port(), 0, 1);
    }

    @Test
    void butNotAgainstWhoseAnswerHadBegun() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().open(request("1S"), true);
        instance.nextStream().responseHeaders().message("one");
        assertThat(call.response().grpcStatus()).isEqualTo(4);
        callsHaveEnded(1);
        expect(instance.port(), 0, 0);
    }

    @Test
    void norAgainstWhoHasNotGotTheCall() {
        ScriptedInstance instance =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().withoutHandshake());
        RawStream call = gateway.client().open(request("100m"), true);
        assertThat(call.response().grpcMessage()).contains("before the call was sent");
        callsHaveEnded(1);
        expect(instance.port(), 0, 0);
    }

    /** An instance that needs seconds cannot be taken out by a caller that has no more than 100 ms. */
    @Test
    void norWhereTheCallerHadLessTimeThanAnAnswerTakes() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        gateway.endpoint(AUTHORITY, instance.port()).stats().answered(TimeUnit.SECONDS.toNanos(10), System.nanoTime());
        RawStream call = gateway.client().open(request("100m"), true);
        assertThat(call.response().grpcStatus()).isEqualTo(4);
        callsHaveEnded(1);
        expect(instance.port(), 0, 0);
    }

    @Test
    void aCallerThatCancelsSaysNothing() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client client = gateway.client();
        RawStream call = client.open(request("10S"), true);
        instance.nextStream();
        call.rst(Http2Error.CANCEL);
        RawStream other = client.startUnary(AUTHORITY, UNARY, "a");
        instance.nextStream();
        other.rst(Http2Error.CANCEL);
        callsHaveEnded(2);
        expect(instance.port(), 0, 0);
    }

    /** Its own timer runs ahead of the gateway's, so it is the caller that ends the call. */
    @Test
    void unlessItDoesSoAtItsDeadline() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().open(request("600m"), true);
        instance.nextStream();
        Pause.millis(570);
        call.rst(Http2Error.CANCEL);
        callsHaveEnded(1);
        expect(instance.port(), 0, 1);
    }

    /** That is what health is about, and it ends when the instance can be connected to. */
    @Test
    void aConnectionThatCannotBeMadeSaysNothing() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        gateway.register(AUTHORITY, port);
        assertThat(gateway.client().unary(AUTHORITY, UNARY, "a").outcome()).isEqualTo("UF");
        expect(port, 0, 0);
    }
}
