package io.leasegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.EtcdProcess;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.ScriptedInstance;
import io.leasegate.testkit.SilentListener;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Instances that are registered by a host name: which address is used, and what is told when none is (RFC 8305, R14, R27). */
@Timeout(60)
@EnabledOnOs(OS.LINUX) // all of 127.0.0.0/8 is local there
class HappyEyeballsTest {

    private static final String SERVICE = "echo";
    private static final String HOST = "instance.test";
    private static final String UNARY = "/leasegate.test.Echo/Unary";

    private final ScriptedHostNames names = new ScriptedHostNames();

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .upstream(UpstreamSettings.DEFAULT.withConnectTimeout(2_000).withPending(100, 5_000))
            .madeBy((settings, tables, observer) -> new Gateway(settings, tables, observer, observer, names));

    /** An instance at 127.0.0.1, registered by name. */
    private ScriptedInstance instance() {
        ScriptedInstance instance = gateway.close(ScriptedInstance.start(ScriptedInstance::echo));
        gateway.registerHost(SERVICE, HOST, instance.port());
        return instance;
    }

    private SilentListener silent(String host, int port) {
        return gateway.close(new SilentListener(host, port));
    }

    private GrpcResponse call() {
        return gateway.client().unary(SERVICE, UNARY, "x");
    }

    @Test
    void addressThatDoesNotAnswerIsOvertakenAndGivenUp() {
        ScriptedInstance instance = instance();
        SilentListener silent = silent("127.0.0.2", instance.port());
        names.answer("127.0.0.2", "127.0.0.1");
        long start = System.nanoTime();
        assertThat(call().grpcStatus()).isZero();
        assertThat(System.nanoTime() - start)
                .as("the first address has 250 ms for itself")
                .isGreaterThan(Duration.ofMillis(240).toNanos());
        Pause.until(
                Duration.ofSeconds(5),
                () -> silent.connecting() + " connects to the slow address go on",
                () -> silent.connecting() == 0);
        assertThat(gateway.observer().upstreamOpened()).isEqualTo(1);
        assertThat(gateway.observer().connectFailures()).isEmpty();
    }

    @Test
    void silentAddressIsBeingTriedMeanwhile() {
        ScriptedInstance instance = instance();
        SilentListener silent = silent("127.0.0.2", instance.port());
        SilentListener silentToo = silent("127.0.0.3", instance.port());
        names.answer("127.0.0.2", "127.0.0.3");
        gateway.client().startUnary(SERVICE, UNARY, "x");
        Pause.until(
                Duration.ofSeconds(5),
                () -> "expected both to be tried side by side",
                () -> silent.connecting() == 1 && silentToo.connecting() == 1);
    }

    @Test
    void addressThatRefusesIsFollowedByTheNextAtOnce() {
        instance();
        names.answer("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.1");
        assertThat(call().grpcStatus()).isZero();
        assertThat(gateway.observer().connectFailures())
                .as("one attempt, which succeeded")
                .isEmpty();
        assertThat(names.questions()).isEqualTo(1);
    }

    @Test
    void whatWorkedIsTriedFirstTheNextTime() {
        ScriptedInstance instance = instance();
        SilentListener silent = silent("127.0.0.2", instance.port());
        names.answer("127.0.0.2", "127.0.0.1");
        assertThat(call().grpcStatus()).isZero();
        instance.connections().get(0).close();
        Pause.until(
                Duration.ofSeconds(5),
                () -> "no second connection",
                () -> gateway.observer().upstreamOpened() == 2);
        assertThat(silent.connecting()).isZero();
        assertThat(names.questions()).as("a name is looked up for each connect").isEqualTo(2);
    }

    @Test
    void whenAllFailTheMessageTellsOfEachAndThePhase() {
        int port = EtcdProcess.freePorts(1)[0];
        gateway.registerHost(SERVICE, HOST, port);
        gateway.registerHost(SERVICE, HOST + "2", port);
        names.answer("127.0.0.1", "127.0.0.2");
        GrpcResponse r = gateway.client().unary(SERVICE, UNARY, "x");
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.outcome()).isEqualTo("UF");
        assertThat(r.grpcMessage())
                .contains("service echo", HOST, ":" + port, "phase connect", "refused")
                .contains("127.0.0.1:" + port, "127.0.0.2:" + port);
        assertThat(gateway.observer().connectFailures())
                .allSatisfy(f -> assertThat(f.phase()).isEqualTo(ConnectFailure.Phase.CONNECT));
    }

    @Test
    void nameThatNobodyKnowsIsAFailureToResolve() {
        instance();
        gateway.registerHost(SERVICE, HOST + "2", 1);
        GrpcResponse r = call();
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.outcome()).isEqualTo("UF");
        assertThat(r.grpcMessage()).contains("service echo", HOST, "phase resolve", "nobody knows " + HOST);
        assertThat(names.forgotten()).isPositive();
    }

    @Test
    void nameServersThatDoNotAnswerAreBoundedByTheConnectTimeout() {
        instance();
        gateway.registerHost(SERVICE, HOST + "2", 1);
        names.silence();
        GrpcResponse r = call();
        assertThat(r.grpcStatus()).isEqualTo(14);
        assertThat(r.grpcMessage()).contains("phase resolve", "no answer from the name servers within 2000 ms");
    }

    @Test
    void r27InstanceThatComesBackUnderAnotherAddressIsFound() {
        ScriptedInstance instance = gateway.close(ScriptedInstance.start(ScriptedInstance::echo));
        gateway.registerHost(SERVICE, HOST, instance.port());
        names.answer("127.0.0.9");
        Thread dns = new Thread(() -> {
            Pause.until(Duration.ofSeconds(10), () -> "no connect failed", () -> names.forgotten() > 1);
            names.answer("127.0.0.1");
        });
        dns.start();
        assertThat(call().grpcStatus())
                .as("the call waits while the name is looked up again")
                .isZero();
        assertThat(names.questions()).isGreaterThan(2);
    }
}
