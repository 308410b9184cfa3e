package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.Outcome;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GatewayObserver;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An instance whose registration goes: when it gets its last call, where calls go that wait for it, and what callers are told. */
@Timeout(60)
class EvictionTest {

    @RegisterExtension
    final GatewayExtension gateway =
            GatewayExtension.create().revisionTrailer().upstream(UpstreamSettings.DEFAULT.withPending(1_000, 20_000));

    @Test
    void theLastCallIsTimedFromTheNewsAndNoneFollows() throws Exception {
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        ScriptedInstance other = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        AtomicBoolean stop = new AtomicBoolean();
        Thread[] callers = new Thread[2];
        for (int i = 0; i < callers.length; i++) {
            RawHttp2Client client = gateway.client();
            callers[i] = new Thread(() -> {
                while (!stop.get()) {
                    client.unary(AUTHORITY, UNARY, "x");
                }
            });
            callers[i].start();
        }
        Pause.until(
                Duration.ofSeconds(20),
                () -> "no calls",
                () -> instance.streams().size() > 50);

        gateway.unregister(AUTHORITY, instance.port());
        GatewayObserver.Eviction eviction = gateway.observer().eviction(0);
        int until = instance.streams().size();
        int otherUntil = other.streams().size();
        Pause.until(
                Duration.ofSeconds(20), () -> "no calls", () -> other.streams().size() > otherUntil + 50);
        stop.set(true);
        for (Thread t : callers) {
            t.join();
        }

        assertThat(eviction.endpoint().port()).isEqualTo(instance.port());
        assertThat(eviction.lastCallNanos()).isBetween(0L, eviction.settledNanos());
        // What was sent before may still have been on its way.
        assertThat(instance.streams().size() - until).isLessThanOrEqualTo(callers.length);
        assertThat(gateway.observer().calls()).allMatch(c -> c.outcome() == Outcome.OK);
    }

    @Test
    void anInstanceWithoutCallsIsEvictedWithALastCallOfZero() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        gateway.client().unary(AUTHORITY, UNARY, "x");
        gateway.unregister(AUTHORITY, instance.port());
        GatewayObserver.Eviction eviction = gateway.observer().eviction(0);
        assertThat(eviction.lastCallNanos()).isZero();
        assertThat(eviction.settledNanos()).isPositive();
    }

    @Test
    void aCallThatWaitsForAnEvictedInstanceGoesToOneThatCameLater() {
        ScriptedInstance full =
                gateway.instance(AUTHORITY, () -> PeerOptions.defaults().setting(3, 0));
        RawHttp2Client client = gateway.client();
        RawStream call = client.startUnary(AUTHORITY, UNARY, "later");
        Pause.until(
                Duration.ofSeconds(10),
                () -> "the call does not wait",
                () -> gateway.observer().everWaited() > 0);
        ScriptedInstance second = gateway.instance(AUTHORITY, ScriptedInstance::echo);

        gateway.unregister(AUTHORITY, full.port());

        GrpcResponse response = call.response();
        assertThat(new String(response.messages().get(0), StandardCharsets.UTF_8))
                .isEqualTo("later");
        assertThat(response.status().get("x-leasegate-revision"))
                .as("that of the table that sent it there")
                .isEqualTo("3");
        assertThat(second.streams()).hasSize(1);
    }

    @Test
    void trailersTellTheRevision() {
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        assertThat(client.unary(AUTHORITY, UNARY, "x").status().get("x-leasegate-revision"))
                .isEqualTo("1");
        gateway.instance("other", ScriptedInstance::echo);
        assertThat(client.unary(AUTHORITY, UNARY, "x").status().get("x-leasegate-revision"))
                .isEqualTo("2");
        assertThat(client.unary("nobody", "/none.Such/Call", "x").status().get("x-leasegate-revision"))
                .as("a local reply")
                .isEqualTo("2");
    }

    @Test
    void allLoopsAreThroughTheirTurnWhenTheTaskRuns() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        gateway.gateway().afterThisTurn(ran::countDown);
        assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(ran.getCount()).isZero();
    }
}
