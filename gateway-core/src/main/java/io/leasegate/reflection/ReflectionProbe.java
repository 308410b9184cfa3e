package io.leasegate.reflection;

import io.leasegate.h2.H2Connection;
import io.leasegate.health.ConnectionWatcher;
import io.leasegate.reflection.ReflectionAnswer.Result;
import io.netty.util.AsciiString;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks one instance over the connection that health checking keeps open: by {@code grpc.reflection.v1}, and where that is not there by
 * {@code v1alpha}. Used on the connection's event loop, but for what says otherwise.
 */
final class ReflectionProbe implements ConnectionWatcher {

    private final String address;
    private final Runnable onConnected;
    private volatile @Nullable H2Connection connection;
    private @Nullable ListServicesCall call;
    private @Nullable Future<?> timer;
    private @Nullable Consumer<ReflectionAnswer> asker;

    /** @param onConnected runs at each new connection, on its event loop */
    ReflectionProbe(String address, Runnable onConnected) {
        this.address = address;
        this.onConnected = onConnected;
    }

    /** Whether the instance can be asked. Safe from any thread. */
    boolean isConnected() {
        return connection != null;
    }

    /**
     * Asks; a question that has no answer yet is given up. Safe from any thread.
     *
     * @param newAsker gets exactly one answer, on an event loop or at once
     */
    void ask(long timeoutMillis, Consumer<ReflectionAnswer> newAsker) {
        H2Connection c = connection;
        if (c == null) {
            newAsker.accept(ReflectionAnswer.failed(Result.LOST, "no connection"));
        } else {
            c.eventLoop().execute(() -> begin(c, timeoutMillis, newAsker));
        }
    }

    private void begin(H2Connection on, long timeoutMillis, Consumer<ReflectionAnswer> newAsker) {
        stop();
        answer(ReflectionAnswer.failed(Result.LOST, "another question came between"));
        asker = newAsker;
        if (on != connection) {
            answer(ReflectionAnswer.failed(Result.LOST, "the connection is gone"));
            return;
        }
        timer = on.eventLoop().schedule(() -> onLate(timeoutMillis), timeoutMillis, TimeUnit.MILLISECONDS);
        call(on, ListServicesCall.V1);
    }

    private void call(H2Connection on, AsciiString path) {
        ListServicesCall c = new ListServicesCall(path, a -> {
            if (a.result() == Result.UNIMPLEMENTED && path.equals(ListServicesCall.V1)) {
                // It may have said so without ending the stream.
                ListServicesCall first = call;
                if (first != null) {
                    first.stop();
                }
                call(on, ListServicesCall.V1_ALPHA);
            } else {
                answer(a);
            }
        });
        call = c;
        if (!c.start(on, address)) {
            answer(ReflectionAnswer.failed(Result.LOST, "all streams that the instance allows are taken"));
        }
    }

    private void onLate(long timeoutMillis) {
        answer(ReflectionAnswer.failed(
                Result.TIMEOUT, "no answer within reflection.timeout = " + timeoutMillis + " ms"));
        stop();
    }

    /** The call itself may go on to its end, until the time is over. */
    private void answer(ReflectionAnswer answer) {
        Consumer<ReflectionAnswer> a = asker;
        asker = null;
        if (a != null) {
            a.accept(answer);
        }
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        if (call != null) {
            call.stop();
            call = null;
        }
    }

    @Override
    public void onConnected(H2Connection newConnection) {
        connection = newConnection;
        onConnected.run();
    }

    @Override
    public void onDisconnected(String reason) {
        connection = null;
        stop();
        answer(ReflectionAnswer.failed(Result.LOST, reason));
    }

    @Override
    public void onConnectFailed(String reason) {
        // There is no connection, and nobody was asked over it.
    }
}
