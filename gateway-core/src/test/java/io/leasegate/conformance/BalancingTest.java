package io.leasegate.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.leasegate.balance.BalancePolicy;
import io.leasegate.balance.BalanceSettings;
import io.leasegate.balance.HashKey;
import io.leasegate.balance.LoadBalancers;
import io.leasegate.endpoint.Traits;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Pause;
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
            .balancers(service -> balancers.of(settings(BalancePolicy.valueOf(service.toUpperCase(Locale.ROOT)))));

    private static BalanceSettings settings(BalancePolicy policy) {
        return new BalanceSettings(policy, policy.hashes() ? new HashKey.Header("x-user") : null);
    }

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

    /** Not so for peak EWMA, which knows of pauses of this very process that nobody else can see. */
    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "RANDOM", "LEAST_REQUEST", "MAGLEV"})
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

    /** Nothing but the time that it takes speaks against the slow one: there is one call at a time. */
    @Test
    void peakEwmaAvoidsWhoAnswersLate() {
        BalancePolicy policy = BalancePolicy.PEAK_EWMA;
        TestServer fast = server(policy, 1);
        TestClient client = gateway.grpcClient(service(policy));
        // A peak is remembered, be it only that of code that is not compiled yet.
        for (int i = 0; i < 100; i++) {
            client.unary(HELLO);
        }
        TestServer slow = register(
                policy,
                1,
                TestServer.start(b -> b.intercept(new ServerInterceptor() {
                    @Override
                    public <Q, R> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                        Pause.millis(1_000);
                        return next.startCall(call, headers);
                    }
                })));
        for (int i = 0; i < 300; i++) {
            client.unary(HELLO);
        }
        assertThat(fast.calls().size() + slow.calls().size()).isEqualTo(400);
        assertThat(slow.calls().size()).isLessThan(30);
    }

    /** Whatever connection they come on. */
    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void equalKeysGoToTheSameInstance(BalancePolicy policy) {
        List<TestServer> servers = List.of(server(policy, 1), server(policy, 1), server(policy, 1));
        Metadata.Key<String> user = Metadata.Key.of("x-user", Metadata.ASCII_STRING_MARSHALLER);
        Map<String, Integer> instanceOf = new HashMap<>();
        for (int connection = 0; connection < 3; connection++) {
            for (int i = 0; i < 60; i++) {
                Metadata headers = new Metadata();
                headers.put(user, "user-" + i);
                TestClient client = gateway.grpcClient(
                        service(policy),
                        TestServer.SERVICE,
                        b -> b.intercept(MetadataUtils.newAttachHeadersInterceptor(headers)));
                client.unary(HELLO);
                client.close();
            }
        }
        for (int i = 0; i < servers.size(); i++) {
            assertThat(servers.get(i).calls()).isNotEmpty();
            for (Metadata call : servers.get(i).calls()) {
                Integer before = instanceOf.put(call.get(user), i);
                assertThat(before == null ? i : before).as(call.get(user)).isEqualTo(i);
            }
        }
        assertThat(instanceOf).hasSize(60);
    }

    /** A call that the instance of its key cannot take goes to the next one, and all of its kind to the same. */
    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void keysOfADeadInstanceGoElsewhere(BalancePolicy policy) {
        TestServer one = server(policy, 1);
        TestServer other = server(policy, 1);
        one.kill();
        TestClient client = gateway.grpcClient(service(policy));
        for (int i = 0; i < 50; i++) {
            client.unary(HELLO);
        }
        assertThat(other.calls()).hasSize(50);
    }

    @Test
    void fastFailuresAttractNoCalls() {
        Map<BalancePolicy, Integer> failures = new HashMap<>();
        for (BalancePolicy policy :
                List.of(BalancePolicy.ROUND_ROBIN, BalancePolicy.LEAST_REQUEST, BalancePolicy.PEAK_EWMA)) {
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
        assertThat(failures.getOrDefault(BalancePolicy.PEAK_EWMA, 0)).isLessThan(20);
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
