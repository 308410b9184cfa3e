package io.leasegate.examples;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.leasegate.examples.v1.GreetRepeatedlyRequest;
import io.leasegate.examples.v1.GreetRequest;
import io.leasegate.examples.v1.GreeterGrpc;
import io.leasegate.examples.v1.Greeting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/** Greets: one method of each of gRPC's four call kinds. Each greeting names the instance that wrote it. */
public final class GreeterService extends GreeterGrpc.GreeterImplBase {

    /** How many greetings one call may ask for, or how many names it may give for one greeting. */
    static final int MOST_GREETINGS = 1000;

    static final int LONGEST_PAUSE_MILLIS = 60_000;

    private final String instance;
    private final ScheduledExecutorService timer;

    /**
     * @param instance the name of this instance
     * @param timer runs the pauses of {@code GreetRepeatedly}
     */
    public GreeterService(String instance, ScheduledExecutorService timer) {
        this.instance = instance;
        this.timer = timer;
    }

    @Override
    public void greet(GreetRequest request, StreamObserver<Greeting> response) {
        if (request.getName().isBlank()) {
            response.onError(nameMissing());
            return;
        }
        response.onNext(greeting("Hello, " + request.getName() + "!"));
        response.onCompleted();
    }

    @Override
    public void greetRepeatedly(GreetRepeatedlyRequest request, StreamObserver<Greeting> response) {
        if (request.getName().isBlank()) {
            response.onError(nameMissing());
        } else if (request.getTimes() < 1 || request.getTimes() > MOST_GREETINGS) {
            response.onError(invalid("times: " + request.getTimes() + " (expected 1 to " + MOST_GREETINGS + ")"));
        } else if (request.getPauseMillis() < 0 || request.getPauseMillis() > LONGEST_PAUSE_MILLIS) {
            response.onError(invalid(
                    "pause_millis: " + request.getPauseMillis() + " (expected 0 to " + LONGEST_PAUSE_MILLIS + ")"));
        } else {
            Greeting greeting = greeting("Hello again, " + request.getName() + "!");
            // What grpc-java hands to a method that streams its response is of this type.
            new RepeatedGreeting((ServerCallStreamObserver<Greeting>) response, greeting, request, timer).start();
        }
    }

    @Override
    public StreamObserver<GreetRequest> greetTogether(StreamObserver<Greeting> response) {
        return new NameObserver(response) {
            private final List<String> names = new ArrayList<>();

            @Override
            void onName(String name) throws StatusException {
                if (names.size() == MOST_GREETINGS) {
                    throw Status.RESOURCE_EXHAUSTED
                            .withDescription("more than " + MOST_GREETINGS + " names for one greeting")
                            .asException();
                }
                names.add(name);
            }

            @Override
            void onAllNamed() throws StatusException {
                if (names.isEmpty()) {
                    throw nameMissing();
                }
                response.onNext(greeting("Hello, " + enumerated(names) + "!"));
            }
        };
    }

    @Override
    public StreamObserver<GreetRequest> greetEach(StreamObserver<Greeting> response) {
        return new NameObserver(response) {
            @Override
            void onName(String name) {
                response.onNext(greeting("Hello, " + name + "!"));
            }
        };
    }

    private Greeting greeting(String text) {
        return Greeting.newBuilder().setText(text).setInstance(instance).build();
    }

    static StatusException nameMissing() {
        return invalid("name: empty (expected the name of whom to greet)");
    }

    private static StatusException invalid(String what) {
        return Status.INVALID_ARGUMENT.withDescription(what).asException();
    }

    /** "Ada", "Ada and Grace", "Ada, Grace and Linus". */
    private static String enumerated(List<String> names) {
        int last = names.size() - 1;
        return last == 0 ? names.get(0) : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
    }
}
