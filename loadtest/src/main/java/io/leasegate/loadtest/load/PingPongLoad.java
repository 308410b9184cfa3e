package io.leasegate.loadtest.load;

import io.leasegate.loadtest.wire.ClientConnection;
import io.leasegate.loadtest.wire.ClientStream;
import java.util.ArrayList;
import java.util.List;

/** Streams that stay open, each with one message under way at a time: there and back. On its event loop. */
final class PingPongLoad extends LoopLoad {

    private final List<ClientStream> calls = new ArrayList<>();

    PingPongLoad(Plan plan) {
        super(plan.method(), plan.streams());
    }

    @Override
    void begin(ClientConnection connection) {
        for (int i = 0; i < streamsPerConnection(); i++) {
            ClientStream call = connection.call(method.request(), false, System.nanoTime());
            call.mark(call.beganNanos());
            calls.add(call);
        }
        connection.flushCalls();
    }

    @Override
    public void onBytes(ClientStream call, int n) {
        super.onBytes(call, n);
        if (call.receivedBytes() % method.responseMessageBytes() != 0) {
            return; // the rest of the message is still to come
        }
        long now = System.nanoTime();
        count(call.marker(), now);
        if (isStopping()) {
            call.connection().end(call);
        } else {
            call.mark(now);
            call.connection().message(call, method.request());
        }
    }

    @Override
    public void onEnd(ClientStream call) {
        String wrong = call.wrong(call.receivedBytes());
        if (wrong != null || !isStopping()) {
            countFailure(1, wrong == null ? "a stream ended before it was to" : wrong);
        }
    }
}
