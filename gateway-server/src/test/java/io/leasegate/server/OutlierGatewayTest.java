package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.leasegate.testkit.EchoService;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real gRPC servers whose calls fail: who is taken out, what is told of it, and how it comes back. */
@Timeout(120)
class OutlierGatewayTest {

    private static final String EJECTIONS =
            "leasegate_outlier_ejections_total{reason=\"consecutive_failures\",service=\"echo\"} ";

    @TempDir
    Path directory;

    /** Answers calls with a status as long as it is told to, and takes its time if told to. */
    private static final class Mood implements ServerInterceptor {

        private volatile @Nullable Status status;
        private volatile boolean hangs;
        /** Calls that get no answer. */
        private final AtomicInteger hung = new AtomicInteger();

        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            Status s = status;
            boolean echo = TestServer.SERVICE.equals(call.getMethodDescriptor().getServiceName());
            if (echo && hangs) {
                hung.incrementAndGet();
                return new ServerCall.Listener<>() {};
            }
            if (s != null && echo) {
                call.close(s, new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return next.startCall(call, headers);
        }
    }

    private RunningGateway gateway(String outlier, TestServer... servers) throws Exception {
        RunningGateway gateway = new RunningGateway(
                directory,
                Stream.of(servers)
                                .map(s -> "{ address = \"127.0.0.1:" + s.port() + "\" }")
                                .collect(Collectors.joining(", ", "discovery.static.services { echo = [ ", " ] }\n"))
                        + " services.echo { balance { policy = round-robin, slow-start = 0s }, outlier { " + outlier
                        + " } }");
        gateway.awaitReady();
        RunningGateway.await(
                () -> "not all are healthy: " + gateway.services(),
                () -> inState(gateway, "healthy") == servers.length);
        return gateway;
    }

    private static JsonNode instance(RunningGateway gateway, TestServer server) {
        for (JsonNode i : gateway.services().at("/services/0/instances")) {
            if (i.path("address").asText().equals("127.0.0.1:" + server.port())) {
                return i;
            }
        }
        throw new AssertionError("not in the table: " + server.port());
    }

    private static String state(RunningGateway gateway, TestServer server) {
        return instance(gateway, server).path("state").asText();
    }

    private static String reason(RunningGateway gateway, TestServer server) {
        return instance(gateway, server).path("stateReason").asText();
    }

    private static long inState(RunningGateway gateway, String state) {
        long n = 0;
        for (JsonNode i : gateway.services().at("/services/0/instances")) {
            n += i.path("state").asText().equals(state) ? 1 : 0;
        }
        return n;
    }

    private static void callUntil(RunningGateway gateway, TestServer server, String state) {
        RunningGateway.await(() -> "it is " + state(gateway, server) + ": " + reason(gateway, server), () -> {
            gateway.call("echo");
            return state(gateway, server).equals(state);
        });
    }

    @Test
    void whoFailsGetsNoMoreCallsAndIsShownAsEjected() throws Exception {
        Mood mood = new Mood();
        try (TestServer a = TestServer.start();
                TestServer b = TestServer.start();
                TestServer bad = TestServer.start(s -> s.intercept(mood));
                RunningGateway gateway = gateway("base-ejection = 60s", a, b, bad)) {
            mood.status = Status.UNAVAILABLE.withDescription("the database is gone");
            callUntil(gateway, bad, "ejected");
            assertThat(reason(gateway, bad))
                    .matches("ejected for 6\\d s: \\d+ calls in a row failed \\(outlier.consecutive-failures = 5\\), "
                            + "the last with UNAVAILABLE");
            int before = bad.calls().size();
            for (int i = 0; i < 50; i++) {
                assertThat(gateway.call("echo")).isEqualTo(Status.Code.OK);
            }
            assertThat(bad.calls()).hasSize(before);
            String metrics = gateway.get("/metrics");
            assertThat(metrics).contains(EJECTIONS + "1.0");
            assertThat(metrics).contains("leasegate_instances{service=\"echo\",state=\"ejected\"} 1");
        }
    }

    @Test
    void itComesBackWhenItsTimeIsOverAndLongerEachTime() throws Exception {
        Mood mood = new Mood();
        try (TestServer a = TestServer.start();
                TestServer bad = TestServer.start(s -> s.intercept(mood));
                RunningGateway gateway =
                        gateway("base-ejection = 500ms, interval = 60s, consecutive-failures = 3", a, bad)) {
            mood.status = Status.INTERNAL;
            callUntil(gateway, bad, "ejected");
            assertThat(reason(gateway, bad)).startsWith("ejected for 5");
            callUntil(gateway, bad, "healthy");
            callUntil(gateway, bad, "ejected");
            assertThat(reason(gateway, bad)).startsWith("ejected for 1 s, time 2");
            mood.status = null;
            callUntil(gateway, bad, "healthy");
            int before = bad.calls().size();
            for (int i = 0; i < 20; i++) {
                assertThat(gateway.call("echo")).isEqualTo(Status.Code.OK);
            }
            assertThat(bad.calls()).hasSize(before + 10);
        }
    }

    /** What callers do wrong takes nobody out, not even where one failure would do. */
    @ParameterizedTest
    @CsvSource({
        "INVALID_ARGUMENT, false",
        "NOT_FOUND, false",
        "PERMISSION_DENIED, false",
        "UNAUTHENTICATED, false",
        "FAILED_PRECONDITION, false",
        "RESOURCE_EXHAUSTED, false",
        "UNIMPLEMENTED, false",
        "UNKNOWN, true",
        "DATA_LOSS, true"
    })
    void onlyFailuresOfTheInstanceCount(Status.Code code, boolean counts) throws Exception {
        try (TestServer a = TestServer.start();
                TestServer b = TestServer.start();
                RunningGateway gateway = gateway("consecutive-failures = 1", a, b)) {
            byte[] request = {EchoService.FAIL, (byte) code.value()};
            for (int i = 0; i < 20; i++) {
                try {
                    gateway.client("echo").unary(request);
                } catch (StatusRuntimeException e) {
                    assertThat(e.getStatus().getCode()).isEqualTo(code);
                }
            }
            if (counts) {
                RunningGateway.await(() -> "nobody is ejected", () -> inState(gateway, "ejected") == 1);
            } else {
                assertThat(gateway.get("/metrics")).doesNotContain("leasegate_outlier_");
                assertThat(inState(gateway, "healthy")).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"50%, 2", "10%, 1", "0%, 0"})
    void noMoreThanTheirShareIsOut(String share, int out) throws Exception {
        Mood mood = new Mood();
        mood.status = Status.UNAVAILABLE;
        List<TestServer> servers = Stream.generate(() -> TestServer.start(s -> s.intercept(mood)))
                .limit(4)
                .toList();
        try (RunningGateway gateway =
                gateway("consecutive-failures = 2, max-ejected = " + share, servers.toArray(new TestServer[0]))) {
            for (int i = 0; i < 100; i++) {
                assertThat(gateway.call("echo")).isEqualTo(Status.Code.UNAVAILABLE);
            }
            if (out > 0) {
                RunningGateway.await(
                        () -> "nobody was spared",
                        () -> gateway.get("/metrics")
                                .contains(
                                        "leasegate_outlier_spared_total{reason=\"consecutive_failures\",service=\"echo\"}"));
            }
            assertThat(inState(gateway, "ejected")).isEqualTo(out);
            assertThat(inState(gateway, "healthy")).isEqualTo(4L - out);
        } finally {
            servers.forEach(TestServer::close);
        }
    }

    /** What the instance says of itself is followed while it is out; in panic it would get calls, and must not when it is not serving. */
    @Test
    void healthGoesOnUnderAnEjection() throws Exception {
        Mood mood = new Mood();
        HealthStatusManager health = new HealthStatusManager();
        try (TestServer a = TestServer.start();
                TestServer bad = TestServer.start(s -> s.intercept(mood), health.getHealthService());
                RunningGateway gateway = gateway("base-ejection = 60s", a, bad)) {
            mood.status = Status.UNAVAILABLE;
            callUntil(gateway, bad, "ejected");
            health.setStatus("", ServingStatus.NOT_SERVING);
            RunningGateway.await(
                    () -> "it is " + state(gateway, bad),
                    () -> state(gateway, bad).equals("unhealthy"));
            assertThat(reason(gateway, bad)).startsWith("grpc.health.v1 says NOT_SERVING; ejected for 6");
            health.setStatus("", ServingStatus.SERVING);
            RunningGateway.await(
                    () -> "it is " + state(gateway, bad),
                    () -> state(gateway, bad).equals("ejected"));
        }
    }

    /** Nothing comes back, and the callers' own clocks end the calls. */
    @Test
    void whoDoesNotAnswerWithinTheCallersTimeIsEjected() throws Exception {
        Mood mood = new Mood();
        try (TestServer a = TestServer.start();
                TestServer bad = TestServer.start(s -> s.intercept(mood));
                RunningGateway gateway = gateway("base-ejection = 60s, consecutive-failures = 3", a, bad)) {
            gateway.call("echo");
            gateway.call("echo");
            mood.hangs = true;
            RunningGateway.await(() -> "it is " + state(gateway, bad), () -> {
                try {
                    gateway.client("echo")
                            .unary(new byte[] {1}, CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS));
                } catch (StatusRuntimeException e) {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
                }
                return state(gateway, bad).equals("ejected");
            });
            assertThat(reason(gateway, bad)).endsWith("the last with no answer in the caller's time");
        }
    }

    /** It restarts with calls in flight: they are lost, and that alone does not keep it out when it is back. */
    @Test
    void aRestartIsNotAnOutlier() throws Exception {
        Mood mood = new Mood();
        try (TestServer a = TestServer.start();
                TestServer b = TestServer.start(s -> s.intercept(mood));
                RunningGateway gateway = gateway("base-ejection = 60s", a, b)) {
            mood.hangs = true;
            for (int i = 0; i < 40; i++) {
                gateway.client("echo").bidi().send(new byte[1]);
            }
            RunningGateway.await(() -> mood.hung.get() + " calls", () -> mood.hung.get() >= 20);
            b.kill();
            mood.hangs = false;
            RunningGateway.await(
                    () -> "it is " + state(gateway, b), () -> state(gateway, b).equals("unhealthy"));
            b.restart();
            RunningGateway.await(
                    () -> "it is " + state(gateway, b) + ": " + reason(gateway, b),
                    () -> state(gateway, b).equals("healthy"));
            Pause.millis(100);
            assertThat(gateway.get("/metrics")).doesNotContain("leasegate_outlier_");
        }
    }
}
