package io.leasegate.examples;

import io.grpc.stub.ServerCallStreamObserver;
import io.leasegate.examples.v1.GreetRepeatedlyRequest;
import io.leasegate.examples.v1.Greeting;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Sends one greeting a number of times, with pauses, never faster than the caller reads. Runs on the call's threads and the timer's;
 * guarded by itself.
 */
final class RepeatedGreeting {

    private final ServerCallStreamObserver<Greeting> response;
    private final Greeting greeting;
    private final int pauseMillis;
    private final ScheduledExecutorService timer;
    private int left;
    private boolean pausing;

    RepeatedGreeting(
            ServerCallStreamObserver<Greeting> response,
            Greeting greeting,
            GreetRepeatedlyRequest request,
            ScheduledExecutorService timer) {
        this.response = response;
        this.greeting = greeting;
        this.left = request.getTimes();
        this.pauseMillis = request.getPauseMillis();
        this.timer = timer;
    }

    void start() {
        // Without this handler, a call that is cancelled would throw in onNext.
        response.setOnCancelHandler(() -> {});
        response.setOnReadyHandler(this::send);
        send();
    }

    private synchronized void send() {
        while (left > 0 && !pausing && response.isReady() && !response.isCancelled()) {
            response.onNext(greeting);
            left--;
            if (left == 0) {
                response.onCompleted();
            } else if (pauseMillis > 0) {
                pausing = true;
                timer.schedule(this::afterPause, pauseMillis, TimeUnit.MILLISECONDS);
            }
        }
    }

    private synchronized void afterPause() {
        pausing = false;
        send();
    }
}
