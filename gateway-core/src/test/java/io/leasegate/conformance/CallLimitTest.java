package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Outcome;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.resilience.RetryPolicy;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R13: {@code limits.streams}, over all event loops, and exact whichever way calls end. */
@Timeout(60)
class CallLimitTest {

    private static final String LIMITED = "limited";
    private static final String FREE = "free";
    private static final int LIMIT = 4;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(2)
            .maxCalls(service -> service.equals(LIMITED) ? LIMIT : 0)
            .policies(service ->
                    CallPolicy.DEFAULT.withRetry(RetryPolicy.OFF.withAttempts(2).withBackoff(1_000_000, 1_000_000)));

    private static RawStream open(RawHttp2Client client) {
        return client.open(HeaderFields.grpcRequest(LIMITED, UNARY), true);
    }

    private void assertRefused(RawHttp2Client client) {
        GrpcResponse r = open(client).response();
        assertThat(r.trailersOnly()).isTrue();
        assertThat(r.grpcStatus()).isEqualTo(8);
        assertThat(r.outcome()).isEqualTo("UO");
        assertThat(r.grpcMessage()).startsWith("limits.streams = 4 reached for service limited");
    }

    /** All places can be taken, and not one more. */
    private void assertAllPlacesAreFree(ScriptedInstance instance) {
        RawHttp2Client client = gateway.client();
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) {
            calls.add(open(client));
            instance.nextStream();
        }
        assertRefused(client);
        instance.streams()
                .subList(instance.streams().size() - LIMIT, instance.streams().size())
                .forEach(s -> s.reply("ok"));
        calls.forEach(c -> assertThat(c.response().grpcStatus()).isZero());
    }

    private void awaitEnds(int calls) {
        Pause.until(
                Duration.ofSeconds(5),
                () -> "expected " + calls + " calls to end, got "
                        + gateway.observer().calls(),
                () -> gateway.observer().calls().size() == calls);
    }

    @Test
    void oneCallTooManyIsRefusedAtOnceWhicheverLoopItComesTo() {
        ScriptedInstance instance = gateway.instance(LIMITED);
        List<RawHttp2Client> clients = List.of(gateway.client(), gateway.client(), gateway.client());
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) {
            calls.add(open(clients.get(i % 3)));
            instance.nextStream();
        }
        clients.forEach(this::assertRefused);
        assertThat(gateway.observer().call(0).outcome()).isEqualTo(Outcome.UPSTREAM_LIMIT);
        instance.streams().forEach(s -> s.reply("ok"));
        calls.forEach(c -> assertThat(c.response().grpcStatus()).isZero());
        assertAllPlacesAreFree(instance);
    }

    @Test
    void everyWayToEndGivesThePlaceBack() {
        ScriptedInstance instance = gateway.instance(LIMITED);
        RawHttp2Client client = gateway.client();
        // Answered, answered with a failure twice (a retry keeps its place), reset by the instance.
        RawStream answered = open(client);
        instance.nextStream().reply("ok");
        answered.response();
        RawStream retried = open(client);
        instance.nextStream().trailersOnly(14, "no");
        instance.nextStream().trailersOnly(14, "no");
        retried.response();
        RawStream reset = open(client);
        instance.nextStream().rst(Http2Error.INTERNAL_ERROR);
        reset.response();
        // Cancelled, out of time, and the caller's connection gone.
        RawStream cancelled = open(client);
        instance.nextStream();
        cancelled.rst(Http2Error.CANCEL);
        RawStream late = client.open(HeaderFields.grpcRequest(LIMITED, UNARY).with("grpc-timeout", "100m"), true);
        instance.nextStream();
        late.response();
        RawHttp2Client other = gateway.client();
        open(other);
        instance.nextStream();
        other.close();
        awaitEnds(6);
        assertAllPlacesAreFree(instance);
    }

    @Test
    void callsThatReachNoInstanceGiveItBackToo() {
        ScriptedInstance instance = gateway.instance(LIMITED);
        instance.stopListening();
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < LIMIT + 1; i++) {
            GrpcResponse r = open(client).response();
            assertThat(r.outcome()).isIn("UF", "RX", "UH");
        }
    }

    @Test
    void serviceWithoutALimitHasNone() {
        ScriptedInstance instance = gateway.instance(FREE);
        RawHttp2Client client = gateway.client();
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < 10 * LIMIT; i++) {
            calls.add(client.open(HeaderFields.grpcRequest(FREE, UNARY), true));
            instance.nextStream();
        }
        instance.streams().forEach(s -> s.reply("ok"));
        calls.forEach(c -> assertThat(c.response().grpcStatus()).isZero());
    }
}
