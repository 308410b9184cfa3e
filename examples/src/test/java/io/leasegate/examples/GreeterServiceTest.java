package io.leasegate.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.leasegate.examples.v1.GreetRepeatedlyRequest;
import io.leasegate.examples.v1.GreetRequest;
import io.leasegate.examples.v1.GreeterGrpc;
import io.leasegate.examples.v1.Greeting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GreeterServiceTest {

    private final DemoFixture fixture = new DemoFixture();
    private Channel channel = fixture.nowhere();

    @BeforeEach
    void start() throws IOException {
        channel = fixture.greeter("greeter-7");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void greetsByNameAndSaysWhichInstance() {
        Greeting greeting = GreeterGrpc.newBlockingStub(channel).greet(named("Ada"));
        assertThat(greeting.getText()).isEqualTo("Hello, Ada!");
        assertThat(greeting.getInstance()).isEqualTo("greeter-7");
    }

    @Test
    void refusesAnEmptyName() {
        assertThatThrownBy(() -> GreeterGrpc.newBlockingStub(channel).greet(named(" ")))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                    assertThat(e.getStatus().getDescription()).startsWith("name: empty");
                });
    }

    @Test
    void repeatsAsOftenAsAskedWithPauses() {
        long began = System.nanoTime();
        assertThat(repeat(4, 50)).hasSize(4).containsOnly("Hello again, Ada!");
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(150));
    }

    @Test
    void repeatsWithoutPauseToTheLimit() {
        assertThat(repeat(1000, 0)).hasSize(1000);
    }

    @Test
    void refusesTimesAndPausesOutOfRange() {
        assertThatThrownBy(() -> repeat(0, 0)).hasMessageContaining("times: 0 (expected 1 to 1000)");
        assertThatThrownBy(() -> repeat(1001, 0)).hasMessageContaining("times: 1001");
        assertThatThrownBy(() -> repeat(1, -1)).hasMessageContaining("pause_millis: -1 (expected 0 to 60000)");
        assertThatThrownBy(() -> repeat(1, 60_001)).hasMessageContaining("pause_millis: 60001");
    }

    @Test
    void greetsAllTogether() {
        assertThat(together("Ada", "Grace", "Linus")).isEqualTo("Hello, Ada, Grace and Linus!");
        assertThat(together("Ada")).isEqualTo("Hello, Ada!");
        assertThatThrownBy(this::together)
                .hasRootCauseMessage("INVALID_ARGUMENT: name: empty (expected the name of whom to greet)");
    }

    @Test
    void greetsEachBeforeTheNextIsNamed() throws InterruptedException {
        BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        CompletableFuture<List<String>> all = new CompletableFuture<>();
        StreamObserver<GreetRequest> names = GreeterGrpc.newStub(channel).greetEach(new Texts(texts, all));
        for (String name : List.of("Ada", "Grace")) {
            names.onNext(named(name));
            assertThat(texts.poll(5, TimeUnit.SECONDS)).isEqualTo("Hello, " + name + "!");
        }
        names.onCompleted();
        assertThat(all.join()).hasSize(2);
    }

    @Test
    void anEmptyNameEndsTheStream() {
        CompletableFuture<List<String>> all = new CompletableFuture<>();
        StreamObserver<GreetRequest> names =
                GreeterGrpc.newStub(channel).greetEach(new Texts(new LinkedBlockingQueue<>(), all));
        names.onNext(named("Ada"));
        names.onNext(named(""));
        names.onNext(named("Grace"));
        assertThatThrownBy(all::join).hasMessageContaining("INVALID_ARGUMENT");
    }

    @Test
    void saysThatItServes() {
        for (String service : List.of("", GreeterGrpc.SERVICE_NAME)) {
            assertThat(HealthGrpc.newBlockingStub(channel)
                            .check(HealthCheckRequest.newBuilder()
                                    .setService(service)
                                    .build())
                            .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        }
    }

    @Test
    void describesItselfByReflection() {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> asking = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse value) {
                        answer.complete(value);
                    }

                    @Override
                    public void onError(Throwable t) {
                        answer.completeExceptionally(t);
                    }

                    @Override
                    public void onCompleted() {}
                });
        asking.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(answer.orTimeout(5, TimeUnit.SECONDS)
                        .join()
                        .getListServicesResponse()
                        .getServiceList())
                .extracting(ServiceResponse::getName)
                .contains(GreeterGrpc.SERVICE_NAME, HealthGrpc.SERVICE_NAME);
        asking.onCompleted();
    }

    private List<String> repeat(int times, int pauseMillis) {
        Iterator<Greeting> greetings = GreeterGrpc.newBlockingStub(channel)
                .greetRepeatedly(GreetRepeatedlyRequest.newBuilder()
                        .setName("Ada")
                        .setTimes(times)
                        .setPauseMillis(pauseMillis)
                        .build());
        List<String> texts = new ArrayList<>();
        greetings.forEachRemaining(greeting -> texts.add(greeting.getText()));
        return texts;
    }

    private String together(String... names) {
        CompletableFuture<List<String>> all = new CompletableFuture<>();
        StreamObserver<GreetRequest> asking =
                GreeterGrpc.newStub(channel).greetTogether(new Texts(new LinkedBlockingQueue<>(), all));
        for (String name : names) {
            asking.onNext(named(name));
        }
        asking.onCompleted();
        return String.join("|", all.orTimeout(5, TimeUnit.SECONDS).join());
    }

    private static GreetRequest named(String name) {
        return GreetRequest.newBuilder().setName(name).build();
    }

    /** Takes the texts of a stream of greetings, one by one and in the end all. */
    private record Texts(BlockingQueue<String> each, CompletableFuture<List<String>> all, List<String> seen)
            implements StreamObserver<Greeting> {

        Texts(BlockingQueue<String> each, CompletableFuture<List<String>> all) {
            this(each, all, new ArrayList<>());
        }

        @Override
        public void onNext(Greeting greeting) {
            seen.add(greeting.getText());
            each.add(greeting.getText());
        }

        @Override
        public void onError(Throwable cause) {
            all.completeExceptionally(cause);
        }

        @Override
        public void onCompleted() {
            all.complete(seen);
        }
    }
}
