package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Gateway;
import io.leasegate.proxy.GatewaySettings;
import io.leasegate.proxy.Outcome;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code io.max-queued}: what all connections together may hold for peers that do not take it. */
@Timeout(120)
class QueueLimitTest {

    private static final long LIMIT_BYTES = 100_000;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .madeBy((settings, tables, heard) -> new Gateway(
                    new GatewaySettings(
                            settings.listeners(),
                            settings.ioThreads(),
                            LIMIT_BYTES,
                            settings.upstream(),
                            settings.upstreamTls()),
                    tables,
                    heard,
                    heard));

    @Test
    void newCallsAreRefusedWhileTheLimitIsExceededAndGoOnBehindIt() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawHttp2Client slow = gateway.client(
                PeerOptions.defaults().setting(RawFrame.INITIAL_WINDOW_SIZE, 0).withoutStreamWindowUpdates());
        RawStream stalled = slow.startUnary(AUTHORITY, UNARY, "x");
        RawStream answering = instance.nextStream();
        answering.expectRequestEnd();
        answering.responseHeaders().data(new byte[150_000], false).trailers(0);
        // The trailers wait too.
        Pause.until(
                Duration.ofSeconds(10),
                () -> gateway.gateway().queuedBytes() + " bytes are queued",
                () -> gateway.gateway().queuedBytes() > 150_000);

        RawHttp2Client other = gateway.client();
        GrpcResponse refused = other.startUnary(AUTHORITY, UNARY, "x").response();
        assertThat(refused.grpcStatus()).isEqualTo(8);
        assertThat(refused.grpcMessage()).contains("io.max-queued = 100000 bytes", "bytes wait for peers");
        Pause.until(
                Duration.ofSeconds(10),
                () -> "ended: " + gateway.observer().calls(),
                () -> gateway.observer().calls().stream().anyMatch(c -> c.outcome() == Outcome.LOCAL_OVERLOAD));

        // The call that is in flight goes on, and when it has made room, others do.
        stalled.connection().returnWindow(stalled.id(), 1 << 20);
        assertThat(stalled.response().body()).hasSize(150_000);
        Pause.until(
                Duration.ofSeconds(10),
                () -> gateway.gateway().queuedBytes() + " bytes are queued",
                () -> gateway.gateway().queuedBytes() == 0);
        RawStream call = other.startUnary(AUTHORITY, UNARY, "x");
        RawStream answer = instance.nextStream();
        answer.expectRequestEnd();
        answer.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }
}
