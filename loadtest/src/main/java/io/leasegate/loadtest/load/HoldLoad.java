package io.leasegate.loadtest.load;

import io.leasegate.loadtest.wire.ClientConnection;
import io.leasegate.loadtest.wire.ClientStream;
import java.util.ArrayList;
import java.util.List;

/** Opens streams, sees a message on each, and leaves them as they are until it is stopped. On its event loop. */
final class HoldLoad extends LoopLoad {

    private final List<ClientStream> calls = new ArrayList<>();
    private int answered;

    HoldLoad(Plan plan) {
        super(plan.method(), plan.streams());
    }

    @Override
    void begin(ClientConnection connection) {
        for (int i = 0; i < streamsPerConnection(); i++) {
            calls.add(connection.call(method.request(), false, System.nanoTime()));
        }
        connection.flushCalls();
    }

    @Override
    boolean isComplete(int wantedConnections) {
        return super.isComplete(wantedConnections) && answered == wantedConnections * streamsPerConnection();
    }

    @Override
    public void onBytes(ClientStream call, int n) {
        super.onBytes(call, n);
        if (call.receivedBytes() == method.responseMessageBytes()) {
            answered++;
        }
    }

    @Override
    void stop() {
        super.stop();
        for (ClientStream call : calls) {
            if (call.connection().isUsable()) {
                call.connection().end(call);
            }
        }
        connections().forEach(ClientConnection::flushCalls);
    }

    @Override
    public void onEnd(ClientStream call) {
        if (isStopping()) {
            countEnd(call, method.responseMessageBytes());
        } else {
            countFailure(1, "a stream ended before it was to: " + call.wrong(method.responseMessageBytes()));
        }
    }
}
