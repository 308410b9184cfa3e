package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.resilience.CallPolicy;
import io.leasegate.resilience.HedgePolicy;
import io.leasegate.resilience.RetryPolicy;
import io.leasegate.testkit.CallRecord;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Grpc;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever instances do, in whichever order: each caller gets exactly one answer, which one instance gave or the gateway itself, and a call is
 * not sent more often than its policy allows and transparent attempts come to.
 */
@Timeout(120)
class RandomAttemptsTest {

    private static final int CALLS = 60;
    private static final int ATTEMPTS = 3;
    private static final int TRANSPARENT = 3;
    private static final RetryPolicy BASE =
            RetryPolicy.OFF.withBackoff(1_000_000, 20_000_000).withBudget(1).withPerTry(400_000_000);

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().ioThreads(2).policies(service -> switch (service) {
        case "retry" -> CallPolicy.DEFAULT.withRetry(BASE.withAttempts(ATTEMPTS));
        case "hedge" -> CallPolicy.DEFAULT.withRetry(BASE).withHedge(new HedgePolicy(ATTEMPTS, 30_000_000));
        default -> CallPolicy.DEFAULT;
    });

    private final ConcurrentMap<String, AtomicInteger> sent = new ConcurrentHashMap<>();

    private void play(RawStream stream, Random random) {
        String id = stream.request().get("x-request-id");
        sent.computeIfAbsent(id, name -> new AtomicInteger()).incrementAndGet();
        int what;
        int pause;
        synchronized (random) {
            what = random.nextInt(12);
            pause = random.nextInt(4) == 0 ? random.nextInt(120) : 0;
        }
        Pause.millis(pause);
        switch (what) {
            case 0, 1, 2 -> stream.trailersOnly(14, "unavailable");
            case 3 -> stream.rst(Http2Error.REFUSED_STREAM);
            case 4 -> stream.rst(Http2Error.INTERNAL_ERROR);
            case 5 -> stream.rst(Http2Error.CANCEL);
            case 6 -> stream.trailersOnly(5, "not found");
            case 7 ->
                stream.headers(
                        HeaderFields.grpcResponse()
                                .with("grpc-status", "14")
                                .with("grpc-retry-pushback-ms", pause % 2 == 0 ? "20" : "-1"),
                        true);
            case 8 -> stream.responseHeaders().message(id).rst(Http2Error.INTERNAL_ERROR);
            case 9 -> Pause.millis(1_000);
            default -> stream.responseHeaders().message(id).trailers(0);
        }
    }

    @ParameterizedTest
    @CsvSource({"retry, 1", "retry, 2", "hedge, 3", "hedge, 4", "none, 5"})
    void oneAnswerAndNoMoreAttemptsThanAllowed(String service, long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 3; i++) {
            gateway.instance(service, s -> play(s, random));
        }
        List<RawHttp2Client> clients = List.of(gateway.client(), gateway.client());
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            HeaderFields request = HeaderFields.grpcRequest(service, UNARY)
                    .with("x-request-id", service + "-" + seed + "-" + i)
                    .with("grpc-timeout", "3S");
            calls.add(clients.get(i % 2).open(request, false).lastMessage("request " + i));
            Pause.millis(i % 5);
        }
        int allowed = (service.equals("none") ? 1 : ATTEMPTS) + TRANSPARENT;
        for (int i = 0; i < CALLS; i++) {
            GrpcResponse r = calls.get(i).response();
            String id = service + "-" + seed + "-" + i;
            assertThat(r.ended()).as(id).isTrue();
            assertThat(r.grpcStatus()).as(id).isNotNegative();
            assertThat(r.messages().size()).as(id).isLessThanOrEqualTo(1);
            r.messages().forEach(m -> assertThat(Grpc.message(m)).as(id).isEqualTo(Grpc.message(id)));
            AtomicInteger n = sent.get(id);
            assertThat(n == null ? 0 : n.get()).as("attempts of " + id).isLessThanOrEqualTo(allowed);
        }
        Pause.until(
                Duration.ofSeconds(5),
                () -> "calls have not ended",
                () -> gateway.observer().calls().size() == CALLS);
        for (CallRecord c : gateway.observer().calls()) {
            assertThat(c.attempts()).as(c.toString()).isLessThanOrEqualTo(allowed);
        }
    }
}
