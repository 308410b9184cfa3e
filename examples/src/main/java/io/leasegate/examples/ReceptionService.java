package io.leasegate.examples;

import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.leasegate.examples.v1.GreetRequest;
import io.leasegate.examples.v1.GreeterGrpc;
import io.leasegate.examples.v1.GreeterGrpc.GreeterFutureStub;
import io.leasegate.examples.v1.Greeting;
import io.leasegate.examples.v1.ReceptionGrpc;
import io.leasegate.examples.v1.WelcomeReply;
import io.leasegate.examples.v1.WelcomeRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Welcomes a party: has each guest greeted by the greeter service, all at the same time. The calls go to the gateway, which spreads them
 * over the greeter's instances; a deadline and a cancellation of the caller reach them too, since grpc-java carries them along.
 */
public final class ReceptionService extends ReceptionGrpc.ReceptionImplBase {

    static final int MOST_GUESTS = 100;

    private final String instance;
    private final GreeterFutureStub greeter;

    /**
     * @param instance the name of this instance
     * @param greeterChannel leads to the greeter service, through the gateway
     */
    public ReceptionService(String instance, Channel greeterChannel) {
        this.instance = instance;
        this.greeter = GreeterGrpc.newFutureStub(greeterChannel);
    }

    @Override
    public void welcome(WelcomeRequest request, StreamObserver<WelcomeReply> response) {
        if (refused(request, response)) {
            return;
        }
        ListenableFuture<List<Greeting>> all = Futures.allAsList(
                request.getGuestsList().stream().map(this::greeting).toList());
        Futures.addCallback(
                all,
                new FutureCallback<>() {
                    @Override
                    public void onSuccess(@Nullable List<Greeting> greetings) {
                        response.onNext(WelcomeReply.newBuilder()
                                .addAllGreetings(requireNonNull(greetings))
                                .setInstance(instance)
                                .build());
                        response.onCompleted();
                    }

                    @Override
                    public void onFailure(Throwable cause) {
                        response.onError(greeterFailed(cause));
                    }
                },
                MoreExecutors.directExecutor());
    }

    @Override
    public void welcomeAsTheyCome(WelcomeRequest request, StreamObserver<Greeting> response) {
        if (refused(request, response)) {
            return;
        }
        Arrivals arrivals = new Arrivals(request.getGuestsCount(), response);
        // Greetings arrive on several threads; the response may be used by one at a time.
        var oneAtATime = MoreExecutors.newSequentialExecutor(MoreExecutors.directExecutor());
        for (String guest : request.getGuestsList()) {
            Futures.addCallback(greeting(guest), arrivals, oneAtATime);
        }
    }

    private ListenableFuture<Greeting> greeting(String guest) {
        return greeter.greet(GreetRequest.newBuilder().setName(guest).build());
    }

    private static boolean refused(WelcomeRequest request, StreamObserver<?> response) {
        int guests = request.getGuestsCount();
        if (guests >= 1 && guests <= MOST_GUESTS) {
            return false;
        }
        response.onError(Status.INVALID_ARGUMENT
                .withDescription("guests: " + guests + " of them (expected 1 to " + MOST_GUESTS + ")")
                .asException());
        return true;
    }

    /** The greeter's status is the caller's too; the message says where it came from. */
    private static Throwable greeterFailed(Throwable cause) {
        Status status = Status.fromThrowable(cause);
        String why = status.getDescription();
        return status.withDescription("calling the greeter service through the gateway: "
                        + (why == null ? status.getCode().name() : why))
                .asException();
    }

    /** Passes greetings on in the order in which they arrive; the first failure ends the call. */
    private static final class Arrivals implements FutureCallback<Greeting> {

        private final StreamObserver<Greeting> response;
        private int expected;

        Arrivals(int expected, StreamObserver<Greeting> response) {
            this.expected = expected;
            this.response = response;
        }

        @Override
        public void onSuccess(@Nullable Greeting greeting) {
            if (expected > 0) {
                response.onNext(requireNonNull(greeting));
                expected--;
                if (expected == 0) {
                    response.onCompleted();
                }
            }
        }

        @Override
        public void onFailure(Throwable cause) {
            if (expected > 0) {
                expected = 0;
                response.onError(greeterFailed(cause));
            }
        }
    }
}
