package io.leasegate.discovery;

import static java.util.Objects.requireNonNull;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchProgressRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One watch stream with one watch per range. Messages come in on gRPC's thread and go on to the control loop, a bounded number at a
 * time: the next ones are let in as the loop has worked the last ones off. All else is on the control loop.
 */
final class EtcdWatchStream implements ClientResponseObserver<WatchRequest, WatchResponse>, EtcdConnection.EtcdWatch {

    private static final int MESSAGES_AHEAD = 16;

    private final ControlLoop loop;
    private final EtcdConnection.Observer observer;
    private final Function<Status, EtcdFailure> failures;
    private @Nullable ClientCallStreamObserver<WatchRequest> requests;
    private boolean ended;

    /** Messages that have come in and were not asked for again. */
    private int unasked;

    EtcdWatchStream(ControlLoop loop, EtcdConnection.Observer observer, Function<Status, EtcdFailure> failures) {
        this.loop = loop;
        this.observer = observer;
        this.failures = failures;
    }

    /** Runs on the thread that starts the call, before anything can come in. */
    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requestStream) {
        requests = requestStream;
        requestStream.disableAutoRequestWithInitial(MESSAGES_AHEAD);
    }

    void create(List<KeyRange> ranges, long startRevision) {
        for (KeyRange range : ranges) {
            requireNonNull(requests)
                    .onNext(WatchRequest.newBuilder()
                            .setCreateRequest(WatchCreateRequest.newBuilder()
                                    .setKey(range.from())
                                    .setRangeEnd(range.end())
                                    .setStartRevision(startRevision)
                                    .setProgressNotify(true))
                            .build());
        }
    }

    @Override
    public void requestProgress() {
        if (!ended) {
            requireNonNull(requests)
                    .onNext(WatchRequest.newBuilder()
                            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                            .build());
        }
    }

    @Override
    public void cancel() {
        if (!ended) {
            ended = true;
            requireNonNull(requests).cancel("the watch is not needed any more", null);
        }
    }

    @Override
    public void onNext(WatchResponse message) {
        long receivedNanos = loop.nanoTime();
        loop.execute(() -> {
            if (!ended) {
                // Each request is a task for the connection's thread, so one for several messages.
                if (++unasked >= MESSAGES_AHEAD / 2) {
                    requireNonNull(requests).request(unasked);
                    unasked = 0;
                }
                observer.onMessage(message, receivedNanos);
            }
        });
    }

    @Override
    public void onError(Throwable error) {
        end(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
        end(Status.UNAVAILABLE.withDescription("it ended the watch"));
    }

    private void end(Status status) {
        loop.execute(() -> {
            if (!ended) {
                ended = true;
                observer.onEnd(failures.apply(status));
            }
        });
    }
}
