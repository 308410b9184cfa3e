package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.health.HealthChecker;
import io.leasegate.health.HealthSettings;
import io.leasegate.proxy.ConnectionLife;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code upstream.warm}: connections that are there before the first call. */
@Timeout(60)
class WarmConnectionsTest {

    private static final int LOOPS = 3;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().ioThreads(LOOPS);

    /** Health checking as the gateway has it, without questions to the instance. */
    private Endpoint check(ScriptedInstance instance) {
        Endpoint endpoint = gateway.endpoint(AUTHORITY, instance.port());
        HealthChecker checker = new HealthChecker(
                gateway.gateway(),
                service -> new HealthSettings(false, "", 1_000, 1_000),
                (e, state, reason) -> e.state(state, reason));
        checker.onAdded(endpoint);
        return endpoint;
    }

    private void awaitConnections(int n) {
        Pause.until(
                Duration.ofSeconds(10),
                () -> "expected " + n + " connections, got "
                        + gateway.observer().upstreamConnections(),
                () -> gateway.observer().upstreamConnections() == n);
    }

    @Test
    void eachLoopHasItsConnectionBeforeTheFirstCallAndKeepsIt() {
        gateway.upstream(UpstreamSettings.DEFAULT.withWarm(true).withLife(ConnectionLife.DEFAULT.withIdle(200)));
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        check(instance);
        awaitConnections(LOOPS);
        Pause.millis(800);
        assertThat(gateway.observer().upstreamConnections())
                .as("they are kept though idle")
                .isEqualTo(LOOPS);
        for (int i = 0; i < 4 * LOOPS; i++) {
            assertThat(gateway.client().unary(AUTHORITY, UNARY, "x").grpcStatus())
                    .isZero();
        }
        assertThat(gateway.observer().everWaited()).isZero();
        assertThat(instance.connections()).hasSize(LOOPS);
    }

    @Test
    void lostConnectionsComeBackOnceTheInstanceIsHealthyAgain() {
        gateway.upstream(UpstreamSettings.DEFAULT.withWarm(true));
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        Endpoint endpoint = check(instance);
        awaitConnections(LOOPS);
        instance.kill();
        awaitConnections(0);
        Pause.until(
                Duration.ofSeconds(10),
                () -> "state " + endpoint.state(),
                () -> endpoint.state() == EndpointState.UNREACHABLE);
        instance.listenAgain();
        awaitConnections(LOOPS);
    }

    @Test
    void withoutItOnlyTheLoopThatChecksHealthConnects() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        check(instance);
        awaitConnections(1);
        Pause.millis(300);
        assertThat(instance.connections()).hasSize(1);
    }
}
