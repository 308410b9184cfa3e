package io.leasegate.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.leasegate.balance.BalancePolicy;
import io.leasegate.balance.LoadBalancers;
import io.leasegate.endpoint.Traits;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each policy does with calls over real connections to real instances. A service is named for its policy. */
@Timeout(120)
class BalancingTest {

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final int LOOPS = 2;

    private final LoadBalancers balancers = new LoadBalancers(LOOPS);

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(LOOPS)
            .balancers(service -> balancers.of(BalancePolicy.valueOf(service.toUpperCase(Locale.ROOT))));

    private static String service(BalancePolicy policy) {
        return policy.name().toLowerCase(Locale.ROOT);
    }

    private TestServer server(BalancePolicy policy, long weight) {
        return register(policy, weight, TestServer.start());
    }

    private TestServer register(BalancePolicy policy, long weight, TestServer server) {
        gateway.close(server);
        gateway.register(
                service(policy), server.port(), Traits.builder().weight(weight).build());
        return server;
    }

    /** Does its calls within no time, and badly. */
    private static TestServer failing() {
        return TestServer.start(b -> b.intercept(new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                call.close(Status.UNAVAILABLE.withDescription("the database is gone"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
        }));
    }

    @ParameterizedTest
    @EnumSource
    void callsOfOneConnectionFollowTheWeights(BalancePolicy policy) {
        TestServer light = server(policy, 1);
        TestServer heavy = server(policy, 3);
        TestServer none = server(policy, 0);
        TestClient client = gateway.grpcClient(service(policy));
        int calls = 1_000;
        for (int i = 0; i < calls; i++) {
            client.unary(HELLO);
        }
        assertThat(none.calls()).isEmpty();
        assertThat(light.calls().size() + heavy.calls().size()).isEqualTo(calls);
        // Seven standard deviations of chance.
        assertThat((double) light.calls().size() / calls).isEqualTo(0.25, within(0.1));
        if (policy == BalancePolicy.ROUND_ROBIN) {
            assertThat(light.calls().size()).isBetween(249, 251);
        }
    }

    /** The streams that are open count, and not how many there have been. */
    @Test
    void leastRequestFillsUpWhoHasFewer() {
        BalancePolicy policy = BalancePolicy.LEAST_REQUEST;
        TestServer first = server(policy, 1);
        TestClient client = gateway.grpcClient(service(policy));
        List<TestClient.Call> ofFirst = open(client, 20);
        assertThat(first.calls()).hasSize(20);

        TestServer second = server(policy, 1);
        List<TestClient.Call> later = open(client, 20);
        assertThat(second.calls()).as("all until it has as many").hasSizeBetween(19, 20);
        end(ofFirst);
        end(later);
    }

    @Test
    void leastRequestHoldsStreamsInProportionToWeights() {
        BalancePolicy policy = BalancePolicy.LEAST_REQUEST;
        TestServer light = server(policy, 1);
        TestServer heavy = server(policy, 4);
        TestClient client = gateway.grpcClient(service(policy));
        List<TestClient.Call> all = open(client, 50);
        assertThat(light.calls()).hasSizeBetween(7, 13);
        assertThat(heavy.calls()).hasSizeBetween(37, 43);
        end(all);
    }

    @Test
    void fastFailuresAttractNoCalls() {
        Map<BalancePolicy, Integer> failures = new HashMap<>();
        for (BalancePolicy policy : List.of(BalancePolicy.ROUND_ROBIN, BalancePolicy.LEAST_REQUEST)) {
            server(policy, 1);
            register(policy, 1, failing());
            TestClient client = gateway.grpcClient(service(policy));
            for (int i = 0; i < 400; i++) {
                try {
                    client.unary(HELLO);
                } catch (StatusRuntimeException e) {
                    assertThat(e.getStatus().getDescription()).isEqualTo("the database is gone");
                    failures.merge(policy, 1, Integer::sum);
                }
            }
        }
        assertThat(failures.get(BalancePolicy.ROUND_ROBIN)).isEqualTo(200);
        assertThat(failures.getOrDefault(BalancePolicy.LEAST_REQUEST, 0)).isLessThan(20);
    }

    /** Each has answered once, so it is with its instance. */
    private static List<TestClient.Call> open(TestClient client, int streams) {
        List<TestClient.Call> open = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            TestClient.Call call = client.bidi().send(HELLO);
            call.receive();
            open.add(call);
        }
        return open;
    }

    private static void end(List<TestClient.Call> calls) {
        calls.forEach(TestClient.Call::halfClose);
        calls.forEach(c -> assertThat(c.status().isOk()).isTrue());
    }
}
