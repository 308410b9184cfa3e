package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.routing.Fault;
import io.leasegate.routing.HeaderChanges;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteMatch;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Grpc;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a route does to calls on purpose. */
@Timeout(60)
class FaultTest {

    private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .routes(
                    faulty("Abort", new Fault(0, 0, 1, 8, "tested: no quota")),
                    faulty("Delay", new Fault(1, DELAY_NANOS, 0, 0, "")),
                    faulty("Both", new Fault(1, DELAY_NANOS, 1, 14, "tested")),
                    faulty("Some", new Fault(0, 0, 0.25, 14, "tested")),
                    faulty("Long", new Fault(1, TimeUnit.HOURS.toNanos(1), 0, 0, "")));

    private static Route faulty(String method, Fault fault) {
        return new Route(
                RouteMatch.grpc("leasegate.test.Faulty", method),
                List.of(new Route.Target(AUTHORITY, "", 1)),
                HeaderChanges.NONE,
                null,
                fault,
                "");
    }

    private static String path(String method) {
        return "/leasegate.test.Faulty/" + method;
    }

    @Test
    void anAbortedCallHasTheStatusAndReachesNoInstance() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        GrpcResponse r = gateway.client().unary(AUTHORITY, path("Abort"), "x");
        assertThat(r.grpcStatus()).isEqualTo(8);
        assertThat(r.grpcMessage()).startsWith("tested: no quota");
        assertThat(r.outcome()).isEqualTo("FI");
        assertThat(instance.streams()).isEmpty();
    }

    @Test
    void aDelayedCallIsSentLaterWithAllOfItsBody() {
        ScriptedInstance instance = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        long begin = System.nanoTime();
        GrpcResponse r = gateway.client().unary(AUTHORITY, path("Delay"), "x");
        assertThat(r.grpcStatus()).isZero();
        assertThat(r.body()).isEqualTo(Grpc.message("x"));
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(DELAY_NANOS);
        assertThat(instance.streams()).hasSize(1);
        assertThat(gateway.observer().call(0).sentNanos()).isGreaterThanOrEqualTo(DELAY_NANOS);
    }

    @Test
    void aCallIsDelayedBeforeItIsAborted() {
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        long begin = System.nanoTime();
        GrpcResponse r = gateway.client().unary(AUTHORITY, path("Both"), "x");
        assertThat(r.outcome()).isEqualTo("FI");
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(DELAY_NANOS);
    }

    @Test
    void aShareOfTheCallsIsAborted() {
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        RawHttp2Client client = gateway.client();
        int aborted = 0;
        for (int i = 0; i < 1_000; i++) {
            aborted += client.unary(AUTHORITY, path("Some"), "x").grpcStatus() == 14 ? 1 : 0;
        }
        // 250 expected; six standard deviations of the binomial distribution are 82.
        assertThat(aborted).isBetween(168, 332);
    }

    @Test
    void theDeadlinePassesInADelay() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client()
                .open(HeaderFields.grpcRequest(AUTHORITY, path("Long")).with("grpc-timeout", "100m"), true);
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(4);
        assertThat(r.outcome()).isEqualTo("DT");
        instance.expectNoStream(Duration.ofMillis(50));
    }

    @Test
    void aCallerMayLeaveInADelay() {
        ScriptedInstance instance = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().openCall(AUTHORITY, path("Long"));
        call.message("held");
        call.rst(Http2Error.CANCEL);
        assertThat(gateway.observer().call(0).outcome().code()).isEqualTo("DC");
        instance.expectNoStream(Duration.ofMillis(50));
    }

    @Test
    void afterADelayTheTableOfThenCounts() {
        ScriptedInstance before = gateway.instance(AUTHORITY);
        RawStream call = gateway.client().startUnary(AUTHORITY, path("Delay"), "x");
        gateway.unregister(AUTHORITY, before.port());
        ScriptedInstance after = gateway.instance(AUTHORITY, ScriptedInstance::echo);
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(after.streams()).hasSize(1);
        assertThat(before.streams()).isEmpty();
    }
}
