package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.MirrorResult;
import io.leasegate.routing.HeaderChanges;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteMatch;
import io.leasegate.routing.Subset;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GatewayObserver.MirrorRecord;
import io.leasegate.testkit.Grpc;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Copies of calls: they get the whole request, and the call itself neither waits for them nor notices their end. */
@Timeout(120)
class MirrorTest {

    private static final String SHADOW = "shadow";
    private static final String SHARED = "/leasegate.test.Shared/Call";
    private static final int BUFFER = 256 * 1024;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .routes(
                    mirrored(RouteMatch.grpc("leasegate.test.Echo", null), 1),
                    mirrored(RouteMatch.grpc("leasegate.test.Shared", null), 0.25));

    private static Route mirrored(RouteMatch match, double share) {
        return new Route(
                match,
                List.of(new Route.Target(AUTHORITY, "", 1)),
                HeaderChanges.NONE,
                new Route.Mirror(SHADOW, Subset.ALL, share, BUFFER),
                null,
                "");
    }

    private void assertMirrored(MirrorResult... results) {
        assertThat(gateway.observer().mirrored(results.length))
                .containsExactlyElementsOf(Arrays.stream(results)
                        .map(r -> new MirrorRecord(SHADOW, r))
                        .toList());
    }

    @Test
    void aCopyHasTheSameHeadersBodyAndTime() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        ScriptedInstance shadow = gateway.instance(SHADOW);
        RawHttp2Client client = gateway.client();
        RawStream call = client.open(
                HeaderFields.grpcRequest(AUTHORITY, UNARY)
                        .with("x-tenant", "acme")
                        .with("grpc-timeout", "20S"),
                false);
        call.lastMessage("hello");
        RawStream original = instance.nextStream();
        RawStream copy = shadow.nextStream();
        assertThat(copy.request().get("x-leasegate-mirror")).isEqualTo("true");
        assertThat(original.request().contains("x-leasegate-mirror")).isFalse();
        assertThat(copy.request().get("grpc-timeout")).isNotNull();
        assertThat(fieldsWithoutTime(copy.request().without("x-leasegate-mirror")))
                .isEqualTo(fieldsWithoutTime(original.request()));
        assertThat(copy.expectRequestEnd())
                .isEqualTo(original.expectRequestEnd())
                .isEqualTo(Grpc.message("hello"));
        copy.reply("of the copy");
        original.reply("of the instance");
        call.expectHeaders();
        call.expectMessage("of the instance");
        assertThat(call.expectTrailers().get("grpc-status")).isEqualTo("0");
        assertMirrored(MirrorResult.ANSWERED);
    }

    private static List<String> fieldsWithoutTime(HeaderFields fields) {
        return fields.without("grpc-timeout").fields().stream()
                .map(f -> f.name() + ": " + f.value())
                .toList();
    }

    @Test
    void aStreamingCallIsCopiedAsItComes() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        ScriptedInstance shadow = gateway.instance(SHADOW);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream original = instance.nextStream();
        RawStream copy = shadow.nextStream();
        for (int i = 0; i < 5; i++) {
            call.message("ping " + i);
            original.expectMessage("ping " + i);
            copy.expectMessage("ping " + i);
        }
        copy.responseHeaders().message("nobody reads this");
        call.headers(HeaderFields.of("x-checksum", "42"), true);
        assertThat(original.expectTrailers().get("x-checksum")).isEqualTo("42");
        assertThat(copy.expectTrailers().get("x-checksum")).isEqualTo("42");
        original.reply("done");
        assertThat(call.response().grpcStatus()).isZero();
        copy.trailers(0);
        assertMirrored(MirrorResult.ANSWERED);
    }

    @Test
    void whatCameBeforeThereWasAConnectionIsInTheCopyToo() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        ScriptedInstance shadow =
                gateway.instance(SHADOW, () -> PeerOptions.defaults().setting(RawFrame.MAX_CONCURRENT_STREAMS, 1));
        RawHttp2Client client = gateway.client();
        byte[] message = Grpc.messageOfLength(40_000);
        // The first copies take all streams that the shadow's connections have, so the last one waits for one of them.
        RawStream[] calls = new RawStream[5];
        for (int i = 0; i < calls.length; i++) {
            calls[i] = client.openCall(AUTHORITY, UNARY).data(message, true);
            RawStream original = instance.nextStream();
            assertThat(original.expectRequestEnd()).isEqualTo(message);
            original.reply("ok");
            assertThat(calls[i].response().grpcStatus()).isZero();
        }
        for (int i = 0; i < calls.length; i++) {
            RawStream copy = shadow.nextStream();
            assertThat(copy.expectRequestEnd()).isEqualTo(message);
            copy.reply("late, but well");
        }
        MirrorResult[] all = new MirrorResult[calls.length];
        Arrays.fill(all, MirrorResult.ANSWERED);
        assertMirrored(all);
    }

    @Test
    void aCopyThatIsNotReadIsGivenUpAndTheCallGoesOn() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        ScriptedInstance shadow = gateway.instance(
                SHADOW,
                () -> PeerOptions.defaults()
                        .setting(RawFrame.INITIAL_WINDOW_SIZE, 1_000)
                        .withoutStreamWindowUpdates());
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream original = instance.nextStream();
        RawStream copy = shadow.nextStream();
        byte[] message = Grpc.messageOfLength(16_000);
        for (int i = 0; i < 100; i++) {
            call.data(message, false);
            assertThat(original.expectData(message.length)).isEqualTo(message);
        }
        copy.expectRstEventually(Http2Error.CANCEL);
        assertMirrored(MirrorResult.DROPPED);
        call.halfClose();
        assertThat(original.expectRequestEnd()).isEmpty();
        original.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void aCopyThatFailsIsOnlyCounted() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        ScriptedInstance shadow = gateway.instance(SHADOW);
        RawHttp2Client client = gateway.client();
        assertThat(client.unary(AUTHORITY, UNARY, "a").grpcStatus()).isZero();
        shadow.nextStream().trailersOnly(13, "broken");
        assertThat(client.unary(AUTHORITY, UNARY, "b").grpcStatus()).isZero();
        shadow.nextStream().rst(Http2Error.INTERNAL_ERROR);
        assertMirrored(MirrorResult.FAILED, MirrorResult.FAILED);
        shadow.kill();
        Pause.until(
                Duration.ofSeconds(10),
                () -> "the lost connection is not noticed",
                () -> gateway.observer().upstreamConnections() == 1);
        assertThat(client.unary(AUTHORITY, UNARY, "c").grpcStatus()).isZero();
        assertMirrored(MirrorResult.FAILED, MirrorResult.FAILED, MirrorResult.UNSENT);
        assertThat(instance.streams()).hasSize(3);
    }

    @Test
    void withoutAnInstanceThereIsNoCopy() {
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        GrpcResponse r = gateway.client().unary(AUTHORITY, UNARY, "a");
        assertThat(r.grpcStatus()).isZero();
        assertMirrored(MirrorResult.UNSENT);
    }

    @Test
    void aCancelledCallCancelsItsCopy() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        ScriptedInstance shadow = gateway.instance(SHADOW);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        call.message("a");
        RawStream original = instance.nextStream();
        RawStream copy = shadow.nextStream();
        original.expectMessage("a");
        copy.expectMessage("a");
        call.rst(Http2Error.CANCEL);
        original.expectRst(Http2Error.CANCEL);
        copy.expectRst(Http2Error.CANCEL);
        assertMirrored(MirrorResult.CANCELLED);
    }

    @Test
    void aCallThatIsAnsweredEarlyEndsItsCopy() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        ScriptedInstance shadow = gateway.instance(SHADOW);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream original = instance.nextStream();
        RawStream copy = shadow.nextStream();
        original.trailersOnly(7, "no");
        assertThat(call.response().grpcStatus()).isEqualTo(7);
        copy.expectRst(Http2Error.CANCEL);
        assertMirrored(MirrorResult.CANCELLED);
    }

    @Test
    void aCopyThatAnswersEarlyIsOver() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        ScriptedInstance shadow = gateway.instance(SHADOW);
        RawStream call = gateway.client().openCall(AUTHORITY, BIDI);
        RawStream original = instance.nextStream();
        RawStream copy = shadow.nextStream();
        copy.trailersOnly(0, "enough");
        copy.expectRst(Http2Error.CANCEL);
        assertMirrored(MirrorResult.ANSWERED);
        call.lastMessage("still there");
        assertThat(original.expectRequestEnd()).isEqualTo(Grpc.message("still there"));
        original.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        copy.expectNothing(Duration.ofMillis(50));
    }

    @Test
    void aShareOfTheCallsIsCopied() {
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        gateway.instance(SHADOW, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        int calls = 1_000;
        for (int i = 0; i < calls; i++) {
            assertThat(client.unary(AUTHORITY, SHARED, "x").grpcStatus()).isZero();
        }
        // 250 expected; six standard deviations of the binomial distribution are 82.
        assertThat(gateway.observer().mirrored(168)).hasSizeBetween(168, 332);
    }
}
