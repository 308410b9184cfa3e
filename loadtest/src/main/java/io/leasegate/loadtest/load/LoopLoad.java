package io.leasegate.loadtest.load;

import io.leasegate.loadtest.wire.ClientConnection;
import io.leasegate.loadtest.wire.ClientListener;
import io.leasegate.loadtest.wire.ClientStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The part of a load that one event loop makes, and its counts. All methods are called on that loop. */
abstract class LoopLoad implements ClientListener {

    private static final int MAX_REASONS = 3;
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(2);

    final Method method;
    private final int streamsPerConnection;
    private final List<ClientConnection> connections = new ArrayList<>();
    private final Histogram latency = newHistogram();
    private final List<String> reasons = new ArrayList<>();
    private long units;
    private long bytes;
    private long failed;
    private boolean isStopping;

    LoopLoad(Method method, int streamsPerConnection) {
        this.method = method;
        this.streamsPerConnection = streamsPerConnection;
    }

    static Histogram newHistogram() {
        return new Histogram(1000, LONGEST_NANOS, 3);
    }

    /** A load of the kind that the plan asks for. */
    static LoopLoad of(Plan plan, LoadLoop loop) {
        if (plan.callsPerSecond() > 0) {
            return new OpenLoad(plan, loop);
        }
        return switch (plan.method()) {
            case PING_PONG -> new PingPongLoad(plan);
            case HOLD -> new HoldLoad(plan);
            default -> new ClosedLoad(plan);
        };
    }

    /** Whether all connections are there, and whatever else has to be before the load is at its full height. */
    boolean isComplete(int wantedConnections) {
        return connections.size() == wantedConnections;
    }

    /** A connection can be used. */
    abstract void begin(ClientConnection connection);

    /** No more calls. */
    void stop() {
        isStopping = true;
    }

    final boolean hasFailed() {
        return failed > 0;
    }

    final boolean isStopping() {
        return isStopping;
    }

    final int streamsPerConnection() {
        return streamsPerConnection;
    }

    final List<ClientConnection> connections() {
        return connections;
    }

    final int inFlight() {
        int sum = 0;
        for (ClientConnection connection : connections) {
            sum += connection.inFlight();
        }
        return sum;
    }

    final void count(long beganNanos, long nowNanos) {
        units++;
        latency.recordValue(Math.min(Math.max(nowNanos - beganNanos, 0), LONGEST_NANOS));
    }

    final void countFailure(int calls, String reason) {
        failed += calls;
        if (reasons.size() < MAX_REASONS) {
            reasons.add(reason);
        }
    }

    /** Counts a call that has ended. */
    final void countEnd(ClientStream call, long expectedBytes) {
        String wrong = call.wrong(expectedBytes);
        if (wrong == null) {
            count(call.beganNanos(), System.nanoTime());
        } else {
            countFailure(1, wrong);
        }
    }

    /** What happened since the last time. */
    final Sample take() {
        Sample sample = new Sample(units, bytes, failed, reasons, latency.copy());
        units = 0;
        bytes = 0;
        failed = 0;
        reasons.clear();
        latency.reset();
        return sample;
    }

    @Override
    public final void onReady(ClientConnection connection) {
        if (connection.peerStreamLimit() < streamsPerConnection) {
            countFailure(
                    1,
                    "the peer allows " + connection.peerStreamLimit() + " streams a connection (expected "
                            + streamsPerConnection + " or more)");
        }
        connections.add(connection);
        begin(connection);
    }

    @Override
    public void onBytes(ClientStream call, int n) {
        bytes += n;
    }

    @Override
    public void onReset(ClientStream call, long errorCode) {
        countFailure(1, "a call was reset with code " + errorCode);
    }

    @Override
    public final void onLost(@Nullable ClientConnection connection, String reason, int inFlight) {
        if (!isStopping || inFlight > 0) {
            countFailure(
                    Math.max(inFlight, 1), "a connection with " + inFlight + " calls in flight was lost: " + reason);
        }
        connections.remove(connection);
    }

    final void closeAll() {
        for (ClientConnection connection : List.copyOf(connections)) {
            connection.close();
        }
        connections.clear();
    }
}
