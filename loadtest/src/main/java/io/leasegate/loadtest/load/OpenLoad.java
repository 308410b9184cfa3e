package io.leasegate.loadtest.load;

import io.leasegate.loadtest.wire.ClientConnection;
import io.leasegate.loadtest.wire.ClientStream;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Calls that arrive at their own times, as those of many independent callers do (a Poisson process, the same one in every round), whether or not the
 * answers keep up. The latency of a call counts from the time at which it was to be sent, so that a peer that stalls is charged for every call that
 * was due meanwhile: there is no coordinated omission. On its event loop, which spins.
 */
final class OpenLoad extends LoopLoad {

    private static final long SEED = 20_240_501;

    private final LoadLoop loop;
    private final Runnable errand = this::sendDue;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final double meanGapNanos;
    private final int wantedConnections;
    private double nextNanos;
    private long beganNanos;
    private int turn;

    OpenLoad(Plan plan, LoadLoop loop) {
        super(plan.method(), plan.streams());
        this.loop = loop;
        this.meanGapNanos = TimeUnit.SECONDS.toNanos(1) / plan.callsPerSecond();
        this.wantedConnections = plan.connections();
    }

    @Override
    void begin(ClientConnection connection) {
        if (connections().size() == wantedConnections) {
            beganNanos = System.nanoTime();
            loop.spin(errand);
        }
    }

    private void sendDue() {
        long elapsed = System.nanoTime() - beganNanos;
        while (nextNanos <= elapsed) {
            ClientConnection connection = withRoom();
            if (connection == null) {
                return; // the call waits, and its latency grows
            }
            connection.call(method.request(), true, beganNanos + (long) nextNanos);
            connection.flushCalls();
            nextNanos += -Math.log(1 - random.nextDouble()) * meanGapNanos;
        }
    }

    /** The next connection by turns that has a free stream. */
    private @Nullable ClientConnection withRoom() {
        int count = connections().size();
        for (int i = 0; i < count; i++) {
            turn = turn + 1 < count ? turn + 1 : 0;
            ClientConnection connection = connections().get(turn);
            if (connection.isUsable() && connection.inFlight() < streamsPerConnection()) {
                return connection;
            }
        }
        return null;
    }

    @Override
    void stop() {
        super.stop();
        loop.rest(errand);
    }

    @Override
    public void onEnd(ClientStream call) {
        countEnd(call, method.responseBytes());
    }
}
