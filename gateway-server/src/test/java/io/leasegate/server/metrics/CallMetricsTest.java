package io.leasegate.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.Outcome;
import io.leasegate.server.testkit.Allocation;
import io.leasegate.server.testkit.FakeCall;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallMetricsTest {

    private final MetricLimits limits = new MetricLimits(5, 10, 3, 30);
    private final GatewayMetrics metrics = new GatewayMetrics("1", limits, service -> 0);
    private final CallObserver calls = metrics.callObserver();

    @AfterEach
    void close() {
        metrics.close();
    }

    private Exposition scrape() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(null, out);
        return Exposition.parse(out.toString(StandardCharsets.UTF_8));
    }

    private void call(String service, String path, Outcome outcome, int grpcStatus) {
        FakeCall call = new FakeCall();
        call.service = service;
        call.path = new AsciiString(path);
        call.outcome = outcome;
        call.grpcStatus = grpcStatus;
        calls.onStart();
        calls.onEnd(call);
    }

    private static Set<String> methods(Exposition e) {
        return e.samples().stream()
                .filter(s -> s.name().equals("leasegate_calls_total"))
                .map(s -> s.labels().getOrDefault("method", "?"))
                .collect(Collectors.toSet());
    }

    @Test
    void countsByServiceMethodOutcomeAndStatus() throws Exception {
        call("echo", "/demo.Echo/Say", Outcome.OK, 0);
        call("echo", "/demo.Echo/Say", Outcome.OK, 0);
        call("echo", "/demo.Echo/Say", Outcome.OK, 5);
        call("echo", "/demo.Echo/Say", Outcome.UPSTREAM_LOST, 14);
        call("echo", "/demo.Echo/Say", Outcome.DOWNSTREAM_CANCELLED, -1);
        call("echo", "/demo.Echo/Say", Outcome.OK, 99);
        Exposition e = scrape();
        String[] say = {"service", "echo", "method", "demo.Echo/Say"};
        assertThat(e.value("leasegate_calls_total", with(say, "outcome", "OK", "grpc_status", "0")))
                .isEqualTo(2);
        assertThat(e.value("leasegate_calls_total", with(say, "outcome", "OK", "grpc_status", "5")))
                .isEqualTo(1);
        assertThat(e.value("leasegate_calls_total", with(say, "outcome", "OK", "grpc_status", "other")))
                .isEqualTo(1);
        assertThat(e.value("leasegate_calls_total", with(say, "outcome", "UC", "grpc_status", "14")))
                .isEqualTo(1);
        assertThat(e.value("leasegate_calls_total", with(say, "outcome", "DC", "grpc_status", "none")))
                .isEqualTo(1);
        assertThat(e.value("leasegate_call_request_bytes_total", say)).isEqualTo(6 * 12);
        assertThat(e.value("leasegate_call_response_bytes_total", say)).isEqualTo(6 * 3456);
    }

    private static String[] with(String[] labels, String... more) {
        List<String> all = new ArrayList<>(List.of(labels));
        all.addAll(List.of(more));
        return all.toArray(new String[0]);
    }

    @Test
    void timesCallsInBuckets() throws Exception {
        FakeCall call = new FakeCall();
        for (long millis : new long[] {0, 2, 30, 120_000}) {
            call.totalNanos = millis * 1_000_000 + 1;
            calls.onStart();
            calls.onEnd(call);
        }
        Exposition e = scrape();
        String[] series = {"service", "echo", "method", "demo.Echo/Say", "outcome", "OK"};
        String bucket = "leasegate_call_duration_seconds_bucket";
        assertThat(e.value(bucket, with(series, "le", "2.5E-4"))).isEqualTo(1);
        assertThat(e.value(bucket, with(series, "le", "0.0025"))).isEqualTo(2);
        assertThat(e.value(bucket, with(series, "le", "0.05"))).isEqualTo(3);
        assertThat(e.value(bucket, with(series, "le", "60.0"))).isEqualTo(3);
        assertThat(e.value(bucket, with(series, "le", "+Inf"))).isEqualTo(4);
        assertThat(e.samples().stream().filter(s -> s.name().equals(bucket)).count())
                .isEqualTo(LoopCalls.BUCKETS);
        assertThat(e.value("leasegate_call_duration_seconds_sum", series)).isBetween(120.03, 120.04);
    }

    @Test
    void inFlightFollowsStartAndEnd() throws Exception {
        calls.onStart();
        calls.onStart();
        assertThat(scrape().value("leasegate_calls_in_flight")).isEqualTo(2);
        calls.onEnd(new FakeCall());
        assertThat(scrape().value("leasegate_calls_in_flight")).isEqualTo(1);
    }

    @Test
    void retriesAreTheAttemptsBeyondTheFirst() throws Exception {
        FakeCall call = new FakeCall();
        for (int attempts : new int[] {0, 1, 3}) {
            call.attempts = attempts;
            calls.onEnd(call);
        }
        assertThat(scrape().value("leasegate_call_retries_total", "service", "echo", "method", "demo.Echo/Say"))
                .isEqualTo(2);
    }

    @Test
    void aFloodWithoutServiceMakesOneSeries() throws Exception {
        for (int i = 0; i < 1000; i++) {
            FakeCall call = FakeCall.unrouted();
            call.path = new AsciiString("/x" + i + ".Y/Z");
            call.authority = "a" + i;
            calls.onEnd(call);
        }
        Exposition e = scrape();
        assertThat(e.value("leasegate_calls_total", "service", "", "method", "", "outcome", "NS", "grpc_status", "12"))
                .isEqualTo(1000);
        assertThat(methods(e)).containsExactly("");
    }

    @Test
    void methodsThatTheInstanceDoesNotKnowMakeNoSeries() throws Exception {
        for (int i = 0; i < 1000; i++) {
            call("echo", "/demo.Echo/Guess" + i, Outcome.OK, 12);
        }
        call("echo", "/demo.Echo/Say", Outcome.OK, 0);
        Exposition e = scrape();
        assertThat(methods(e)).containsExactlyInAnyOrder("other", "demo.Echo/Say");
        assertThat(e.value(
                        "leasegate_calls_total",
                        "service",
                        "echo",
                        "method",
                        "other",
                        "outcome",
                        "OK",
                        "grpc_status",
                        "12"))
                .isEqualTo(1000);
    }

    @Test
    void methodsThatFailUnansweredGetAFewSeriesAndAnsweredOnesTheRest() throws Exception {
        for (int i = 0; i < 100; i++) {
            call("echo", "/demo.Echo/Fails" + i, Outcome.CONNECT_FAILED, 14);
        }
        assertThat(methods(scrape()))
                .containsExactlyInAnyOrder("demo.Echo/Fails0", "demo.Echo/Fails1", "demo.Echo/Fails2", "other");
        for (int i = 0; i < 100; i++) {
            call("echo", "/demo.Echo/Answered" + i, Outcome.OK, i % 12);
        }
        Set<String> methods = methods(scrape());
        assertThat(methods).hasSize(limits.methodsPerService() + 1).contains("demo.Echo/Answered6", "other");
    }

    @Test
    void servicesAndAllMethodsTogetherAreBounded() throws Exception {
        for (int s = 0; s < 50; s++) {
            for (int m = 0; m < 50; m++) {
                call("s" + s, "/S" + s + "/M" + m, Outcome.OK, 0);
            }
        }
        Exposition e = scrape();
        assertThat(methods(e)).hasSizeLessThanOrEqualTo(limits.methods() + 1);
        Set<String> services = e.samples().stream()
                .filter(s -> s.name().equals("leasegate_calls_total"))
                .map(s -> s.labels().getOrDefault("service", "?"))
                .collect(Collectors.toSet());
        assertThat(services).containsExactlyInAnyOrder("s0", "s1", "s2", "s3", "s4", "other");
        double sum = e.samples().stream()
                .filter(s -> s.name().equals("leasegate_calls_total"))
                .mapToDouble(Exposition.Sample::value)
                .sum();
        assertThat(sum).isEqualTo(2500);
    }

    @Test
    void namesThatAreNoMethodsOrTooLongMakeNoSeries() throws Exception {
        for (String path :
                List.of("", "/", "//", "/a/", "no-slash/x", "/a.B/c d", "/a/\u00e9", "/a/" + "x".repeat(5000))) {
            call("echo", path, Outcome.OK, 0);
        }
        assertThat(methods(scrape())).containsExactly("other");
    }

    @Test
    void hostileServiceNamesKeepTheTextSound() throws Exception {
        call("a\"b\\c\nd", "/a.B/c\"d\\n", Outcome.OK, 0);
        Exposition e = scrape();
        assertThat(methods(e)).contains("a.B/c\\\"d\\\\n");
    }

    @Test
    void manyLoopsCountTogether() throws Exception {
        int threads = 4;
        int perThread = 20_000;
        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            Thread thread = new Thread(() -> {
                FakeCall call = new FakeCall();
                for (int i = 0; i < perThread; i++) {
                    call.path = new AsciiString("/demo.Echo/M" + i % 8);
                    call.grpcStatus = i % 5;
                    calls.onStart();
                    calls.onEnd(call);
                }
            });
            running.add(thread);
            thread.start();
        }
        for (Thread thread : running) {
            thread.join();
        }
        Exposition e = scrape();
        double sum = e.samples().stream()
                .filter(s -> s.name().equals("leasegate_calls_total"))
                .mapToDouble(Exposition.Sample::value)
                .sum();
        assertThat(sum).isEqualTo(threads * perThread);
        assertThat(methods(e)).hasSize(8);
        assertThat(e.value("leasegate_calls_in_flight")).isZero();
    }

    @Test
    void aKnownMethodMakesNoGarbage() {
        FakeCall call = new FakeCall();
        call.path = new AsciiString("/demo.Echo/Say");
        assertThat(Allocation.bytesPerRun(20_000, () -> {
                    calls.onStart();
                    calls.onEnd(call);
                }))
                .isLessThan(1.0);
    }

    @Test
    void aFloodOfUnknownMethodsMakesNoGarbage() {
        FakeCall call = new FakeCall();
        call.grpcStatus = 12;
        AsciiString[] paths = new AsciiString[64];
        for (int i = 0; i < paths.length; i++) {
            paths[i] = new AsciiString("/demo.Echo/Guess" + i);
        }
        int[] next = {0};
        assertThat(Allocation.bytesPerRun(20_000, () -> {
                    call.path = paths[next[0]++ & 63];
                    calls.onEnd(call);
                }))
                .isLessThan(1.0);
    }
}
