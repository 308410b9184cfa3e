package io.leasegate.examples;

import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import io.leasegate.examples.v1.GreetRequest;
import io.leasegate.examples.v1.Greeting;

/** The request side of a call that streams names in: refuses an empty one, and ends the call once. grpc-java calls it from one thread at a time. */
abstract class NameObserver implements StreamObserver<GreetRequest> {

    private final StreamObserver<Greeting> response;
    private boolean ended;

    NameObserver(StreamObserver<Greeting> response) {
        this.response = response;
    }

    /** One name came. What is thrown ends the call. */
    abstract void onName(String name) throws StatusException;

    /** The caller has named the last; what is thrown ends the call, otherwise it ends well. */
    void onAllNamed() throws StatusException {}

    @Override
    public final void onNext(GreetRequest request) {
        if (ended) {
            return;
        }
        try {
            if (request.getName().isBlank()) {
                throw GreeterService.nameMissing();
            }
            onName(request.getName());
        } catch (StatusException e) {
            end(e);
        }
    }

    @Override
    public final void onCompleted() {
        if (ended) {
            return;
        }
        try {
            onAllNamed();
            ended = true;
            response.onCompleted();
        } catch (StatusException e) {
            end(e);
        }
    }

    /** The caller cancelled or was lost: nobody is there to answer. */
    @Override
    public final void onError(Throwable cause) {
        ended = true;
    }

    private void end(StatusException why) {
        ended = true;
        response.onError(why);
    }
}
