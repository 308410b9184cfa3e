package io.leasegate.loadtest.calls;

import io.leasegate.loadtest.calls.CallEnd.Way;
import io.leasegate.loadtest.wire.ClientConnection;
import io.leasegate.loadtest.wire.ClientListener;
import io.leasegate.loadtest.wire.ClientStream;
import io.leasegate.loadtest.wire.HeaderField;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One connection of a {@link Caller} with the calls that are open on it. Used on its event loop. */
final class Line implements ClientListener {

    /** What a line tells its caller. */
    interface Owner {

        void onEnd(CallEnd end);

        /** The gateway will not answer the call on this line. */
        void onUnprocessed(OpenCall call);

        void onAnsweredTwice(String what);

        /** No more calls can be made on it. */
        void onGone(Line line);
    }

    private final Owner owner;
    private final IdentityHashMap<ClientStream, OpenCall> open = new IdentityHashMap<>();
    private @Nullable ClientConnection connection;
    private boolean isLeaving;
    private boolean isGone;
    private boolean isStalled;

    Line(Owner owner) {
        this.owner = owner;
    }

    boolean isUsable() {
        return connection != null && connection.isUsable() && !isLeaving && !isGone && !isStalled;
    }

    /** The gateway has announced that it leaves. */
    boolean isLeaving() {
        return isLeaving;
    }

    Collection<OpenCall> open() {
        return open.values();
    }

    void call(OpenCall call, HeaderField[] request) {
        ClientConnection c = usable();
        ClientStream stream = c.call(request, call.kind.message(), true, call.beganNanos);
        call.stream = stream;
        open.put(stream, call);
        c.flushCalls();
    }

    private ClientConnection usable() {
        ClientConnection c = connection;
        if (c == null) {
            throw new IllegalStateException("not connected");
        }
        return c;
    }

    void cancel(OpenCall call) {
        ClientStream stream = call.stream;
        if (stream != null && open.remove(stream) != null) {
            stream.connection().cancel(stream);
            stream.connection().flushCalls();
            owner.onEnd(call.end(Way.GIVEN_UP, "cancelled", "", ""));
            closeIfDone();
        }
    }

    /** Reads nothing until told to go on. */
    void stall(boolean stalled) {
        if (connection != null && !isGone) {
            isStalled = stalled;
            connection.stall(stalled);
        }
    }

    void vanish() {
        if (connection != null && !isGone) {
            connection.vanish();
            endAll(Way.GIVEN_UP, "vanished");
            gone();
        }
    }

    /** Nothing more is made on it; what is open is not told of any more. */
    void close() {
        if (connection != null && !isGone) {
            isGone = true;
            connection.close();
        }
    }

    /** Ends what is overdue. */
    void check(long nowNanos) {
        for (Iterator<OpenCall> calls = open.values().iterator(); calls.hasNext(); ) {
            OpenCall call = calls.next();
            if (nowNanos - call.overdueNanos > 0) {
                calls.remove();
                owner.onEnd(call.end(Way.OVERDUE, "no end", "", isStalled ? "on a connection that is not read" : ""));
            }
        }
    }

    private void endAll(Way way, String status) {
        List<OpenCall> all = new ArrayList<>(open.values());
        open.clear();
        all.forEach(call -> owner.onEnd(call.end(way, status, "", "")));
    }

    private void gone() {
        if (!isGone) {
            isGone = true;
            owner.onGone(this);
        }
    }

    private void closeIfDone() {
        if (isLeaving && open.isEmpty() && !isGone && connection != null) {
            connection.close();
            gone();
        }
    }

    @Override
    public void onReady(ClientConnection ready) {
        connection = ready;
    }

    @Override
    public void onEnd(ClientStream stream) {
        OpenCall call = open.remove(stream);
        if (call == null) {
            return;
        }
        String status = Statuses.of(stream);
        if (status.isEmpty()) {
            String http = stream.httpStatus();
            owner.onEnd(call.end(Way.WITHOUT_STATUS, "HTTP " + (http.isEmpty() ? "without headers" : http), "", ""));
        } else {
            owner.onEnd(call.end(Way.ANSWERED, status, stream.outcome(), stream.grpcMessage()));
        }
        closeIfDone();
    }

    @Override
    public void onReset(ClientStream stream, long errorCode) {
        OpenCall call = open.remove(stream);
        if (call != null) {
            owner.onEnd(call.end(Way.ANSWERED, "reset with code " + errorCode, "", ""));
            closeIfDone();
        }
    }

    @Override
    public void onGoAway(ClientConnection leaving, int lastStreamId, String reason) {
        isLeaving = true;
        List<OpenCall> unprocessed = new ArrayList<>();
        open.entrySet().removeIf(entry -> {
            boolean isAbove = entry.getKey().id() > lastStreamId;
            if (isAbove) {
                unprocessed.add(entry.getValue());
            }
            return isAbove;
        });
        for (OpenCall call : unprocessed) {
            call.stream = null;
            owner.onUnprocessed(call);
        }
        closeIfDone();
    }

    @Override
    public void onStray(ClientConnection of, int streamId) {
        owner.onAnsweredTwice("headers came for stream " + streamId + ", which had ended");
    }

    @Override
    public void onLost(ClientConnection lost, String reason, int inFlight) {
        endAll(Way.WITHOUT_STATUS, "connection lost: " + reason);
        gone();
    }
}
