package io.leasegate.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthEnableResponse;
import io.etcd.jetcd.api.AuthGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import io.leasegate.registrar.RegistrarStatus.State;
import io.leasegate.testkit.EtcdProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real grpc-java server with its registration on a real etcd. The service it serves is any that is at hand. */
@Timeout(30)
class RegisteredServerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(800);

    private static EtcdProcess etcd;
    private EtcdFixture fixture;
    private final CountDownLatch callArrived = new CountDownLatch(1);
    private final CountDownLatch callMayEnd = new CountDownLatch(1);

    @BeforeAll
    static void startEtcd() {
        etcd = EtcdProcess.launch();
    }

    @AfterAll
    static void stopEtcd() {
        etcd.close();
    }

    @BeforeEach
    void connect() {
        fixture = new EtcdFixture(etcd.clientPort());
    }

    @AfterEach
    void disconnect() {
        callMayEnd.countDown();
        fixture.close();
    }

    private final class SlowService extends AuthGrpc.AuthImplBase {
        @Override
        public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> answer) {
            callArrived.countDown();
            try {
                callMayEnd.await();
                answer.onNext(AuthEnableResponse.getDefaultInstance());
                answer.onCompleted();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Server server() {
        return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new SlowService())
                .build();
    }

    private static RegistrarBuilder registration(String address) {
        return Registrar.builder()
                .endpoints(etcd.endpoint())
                .service("hello")
                .address(address)
                .ttl(Duration.ofSeconds(2));
    }

    @Test
    void registersThePortThatTheServerGotAndDeregistersBeforeTheServerEnds() throws Exception {
        Server server = server();
        RegisteredServer registered = RegisteredServer.start(server, registration("127.0.0.1:0"), PAUSE);
        assertThat(registered.registrar().awaitRegistered(PATIENCE)).isTrue();
        assertThat(keys()).containsExactly("/hello/127.0.0.1:" + server.getPort());

        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        "127.0.0.1", server.getPort(), InsecureChannelCredentials.create())
                .build();
        try {
            ListenableFuture<AuthEnableResponse> call =
                    AuthGrpc.newFutureStub(channel).authEnable(AuthEnableRequest.getDefaultInstance());
            assertThat(callArrived.await(5, TimeUnit.SECONDS)).isTrue();

            long begin = System.nanoTime();
            Thread closing = new Thread(() -> registered.shutdown(Duration.ofSeconds(10)));
            closing.start();
            while (!keys().isEmpty()) {
                Thread.sleep(10);
            }
            assertThat(server.isShutdown()).as("still serving during the pause").isFalse();
            while (!server.isShutdown()) {
                Thread.sleep(10);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(PAUSE);
            assertThat(call.isDone()).as("the call in flight goes on").isFalse();
            callMayEnd.countDown();
            assertThat(call.get(5, TimeUnit.SECONDS)).isNotNull();
            closing.join(5000);
            assertThat(server.isTerminated()).isTrue();
            assertThat(registered.registrar().status().state()).isEqualTo(State.CLOSED);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void callsThatOutliveTheGraceAreCancelled() throws Exception {
        Server server = server();
        RegisteredServer registered = RegisteredServer.start(server, registration("127.0.0.1:0"), Duration.ZERO);
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        "127.0.0.1", server.getPort(), InsecureChannelCredentials.create())
                .build();
        try {
            ListenableFuture<AuthEnableResponse> call =
                    AuthGrpc.newFutureStub(channel).authEnable(AuthEnableRequest.getDefaultInstance());
            assertThat(callArrived.await(5, TimeUnit.SECONDS)).isTrue();
            registered.shutdown(Duration.ofMillis(200));
            assertThatThrownBy(() -> call.get(5, TimeUnit.SECONDS)).hasMessageContaining("UNAVAILABLE");
            registered.close();
        } finally {
            channel.shutdownNow();
        }
        assertThat(keys()).isEmpty();
    }

    @Test
    void mistakesShowBeforeTheServerIsStarted() {
        Server server = server();
        assertThatThrownBy(() -> RegisteredServer.start(server, registration(":0"), PAUSE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("address: \":0\"")
                .hasMessageContaining("the host is empty");
        assertThatThrownBy(() -> RegisteredServer.start(server, registration("h:1"), PAUSE.negated()))
                .hasMessageContaining("pause: PT-0.8S (expected zero or more)");
        assertThatThrownBy(server::getListenSockets).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void serverThatCannotListenIsNotRegistered() throws Exception {
        Server first = server().start();
        try {
            Server second = Grpc.newServerBuilderForPort(first.getPort(), InsecureServerCredentials.create())
                    .build();
            assertThatThrownBy(() -> RegisteredServer.start(second, registration("127.0.0.1:0"), PAUSE))
                    .isInstanceOf(IOException.class);
            assertThat(keys()).isEmpty();
        } finally {
            first.shutdownNow().awaitTermination();
        }
    }

    @Test
    void endOfTheJvmDeregisters() throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServiceProcess.class.getName(),
                        etcd.endpoint())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
            while (keys().isEmpty() && System.nanoTime() < deadline) {
                Thread.sleep(50);
            }
            assertThat(keys()).hasSize(1);
            process.destroy();
            // Without the hook the key would stay for the TTL of a minute.
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(keys()).isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }

    /** A whole service: what {@link #endOfTheJvmDeregisters} runs. */
    static final class ServiceProcess {
        private ServiceProcess() {}

        public static void main(String[] args) throws Exception {
            RegisteredServer.start(
                            Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                                    .build(),
                            Registrar.builder()
                                    .endpoints(args[0])
                                    .service("hello")
                                    .address("127.0.0.1:0")
                                    .ttl(Duration.ofMinutes(1)),
                            Duration.ofMillis(100))
                    .shutdownWithJvm(Duration.ofSeconds(5))
                    .awaitTermination();
        }
    }

    private List<String> keys() {
        return fixture.all().stream().map(kv -> kv.getKey().toStringUtf8()).toList();
    }
}
