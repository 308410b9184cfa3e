package io.leasegate.loadtest.load;

import io.leasegate.loadtest.wire.ClientConnection;
import io.leasegate.loadtest.wire.ClientStream;

/** Each answer is followed by the next call, so that a fixed number of calls is always open. On its event loop. */
final class ClosedLoad extends LoopLoad {

    ClosedLoad(Plan plan) {
        super(plan.method(), plan.streams());
    }

    @Override
    void begin(ClientConnection connection) {
        for (int i = 0; i < streamsPerConnection(); i++) {
            connection.call(method.request(), true, System.nanoTime());
        }
        connection.flushCalls();
    }

    @Override
    public void onEnd(ClientStream call) {
        countEnd(call, method.responseBytes());
        next(call.connection());
    }

    @Override
    public void onReset(ClientStream call, long errorCode) {
        super.onReset(call, errorCode);
        next(call.connection());
    }

    private void next(ClientConnection connection) {
        if (!isStopping() && connection.isUsable()) {
            connection.call(method.request(), true, System.nanoTime());
        }
    }
}
