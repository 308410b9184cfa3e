package io.leasegate.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.ConnectionObserver;
import io.leasegate.proxy.Gateway;
import io.leasegate.proxy.GatewaySettings;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.testkit.TestServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What real servers say of themselves, and what becomes of the endpoint. */
class HealthCheckerTest {

    private final BlockingQueue<EndpointState> states = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final Gateway gateway = new Gateway(
            new GatewaySettings(List.of(), 1, service -> UpstreamSettings.DEFAULT),
            new RouteTableRef(new RouteTableBuilder(s -> new RoundRobinLoadBalancer(), List.of(), "static").table()),
            CallObserver.NONE,
            ConnectionObserver.NONE);

    private final HealthChecker checker = new HealthChecker(
            gateway, service -> new HealthSettings(true, "", 200, 500), (endpoint, state, reason) -> states.add(state));

    @AfterEach
    void close() throws Exception {
        gateway.close();
        for (AutoCloseable r : resources) {
            r.close();
        }
    }

    private static Endpoint endpoint(int port) {
        return new Endpoint(
                new Instance(new EndpointId("echo", "127.0.0.1", port), 1, "", Map.of(), false, "static", "", 0, 0, 0));
    }

    private @Nullable EndpointState next() throws InterruptedException {
        return states.poll(5, TimeUnit.SECONDS);
    }

    @Test
    void aServerWithoutHealthServiceIsHealthyWhileItCanBeConnectedTo() throws Exception {
        TestServer server = TestServer.start();
        resources.add(server);
        checker.onAdded(endpoint(server.port()));
        assertThat(next()).isEqualTo(EndpointState.HEALTHY);
        server.kill();
        assertThat(next()).isEqualTo(EndpointState.UNREACHABLE);
        server.restart();
        assertThat(next()).isEqualTo(EndpointState.HEALTHY);
    }

    @Test
    void whatTheServerSaysOfItselfIsFollowed() throws Exception {
        HealthStatusManager health = new HealthStatusManager();
        TestServer server = TestServer.start(b -> b, health.getHealthService());
        resources.add(server);
        checker.onAdded(endpoint(server.port()));
        assertThat(next()).isEqualTo(EndpointState.HEALTHY);
        health.setStatus("", ServingStatus.NOT_SERVING);
        assertThat(next()).isEqualTo(EndpointState.NOT_SERVING);
        health.setStatus("", ServingStatus.SERVING);
        assertThat(next()).isEqualTo(EndpointState.HEALTHY);
    }

    /** A server that wants credentials for its health service answers calls: the connection counts, as often as it is lost. */
    @Test
    void aServerThatRefusesTheQuestionIsHealthyWhileItCanBeConnectedTo() throws Exception {
        TestServer server = TestServer.start(b -> b, new RefusingHealth(0));
        resources.add(server);
        checker.onAdded(endpoint(server.port()));
        assertThat(next()).isEqualTo(EndpointState.HEALTHY);
        server.kill();
        assertThat(next()).isEqualTo(EndpointState.UNREACHABLE);
        server.restart();
        assertThat(next()).isEqualTo(EndpointState.HEALTHY);
    }

    @Test
    void aServerThatWasSilentIsHealthyAgainOnceItRefusesTheQuestion() throws Exception {
        TestServer server = TestServer.start(b -> b, new RefusingHealth(1));
        resources.add(server);
        checker.onAdded(endpoint(server.port()));
        assertThat(next()).isEqualTo(EndpointState.UNHEALTHY);
        assertThat(next()).isEqualTo(EndpointState.HEALTHY);
    }

    /** Says nothing to the first so many questions, and refuses the others. */
    private static final class RefusingHealth extends HealthGrpc.HealthImplBase {

        private final AtomicInteger silences;

        RefusingHealth(int silences) {
            this.silences = new AtomicInteger(silences);
        }

        @Override
        public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> response) {
            if (silences.getAndDecrement() <= 0) {
                response.onError(Status.UNAUTHENTICATED.asRuntimeException());
            }
        }
    }

    @Test
    void aRetiredEndpointIsLeftAlone() throws Exception {
        TestServer server = TestServer.start();
        resources.add(server);
        Endpoint e = endpoint(server.port());
        checker.onAdded(e);
        assertThat(next()).isEqualTo(EndpointState.HEALTHY);
        checker.onRemoved(e, System.nanoTime());
        server.kill();
        assertThat(states.poll(500, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void aServerThatLeavesDoesNotWaitForItsHealthCheck() throws Exception {
        HealthStatusManager health = new HealthStatusManager();
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(health.getHealthService())
                .build()
                .start();
        resources.add(server::shutdownNow);
        Endpoint e = endpoint(server.getPort());
        checker.onAdded(e);
        assertThat(next()).isEqualTo(EndpointState.HEALTHY);
        checker.onRemoved(e, System.nanoTime());
        server.shutdown();
        assertThat(server.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
    }
}
