package io.leasegate.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The instance's side of a connection where a script says, call by call, what happens. Used on its event loop. */
public final class ScriptedConnection extends ServerConnection {

    /** What the instance does. Called on the connection's event loop. */
    public interface Script {

        void onOpen(ScriptedConnection connection);

        /** The headers of a request are here. */
        void onCall(ScriptedConnection connection, Call call);

        /** A request that was not refused has ended. */
        void onRequest(ScriptedConnection connection, Call call);

        void onClosed(ScriptedConnection connection);
    }

    /** A call as the instance sees it. */
    public static final class Call extends WireStream {

        private final String path;
        private final String callId;
        private boolean isAnswered;

        Call(int id, long sendWindow, String path, String callId) {
            super(id, sendWindow);
            this.path = path;
            this.callId = callId;
        }

        public String path() {
            return path;
        }

        /** What the caller gave in {@code x-call-id}; empty for nothing. */
        public String callId() {
            return callId;
        }
    }

    private static final int REFUSED_STREAM = 7;

    private final Script script;
    private String path = "";
    private String callId = "";
    private int lastId;
    private boolean isLeaving;
    private boolean isClosed;

    public ScriptedConnection(Script script) {
        this.script = script;
    }

    /** Sends one message and the status OK, unless the call is gone. */
    public void answer(Call call, ByteBuf message) {
        if (streams().get(call.id()) == call && !call.isAnswered) {
            call.isAnswered = true;
            headers(call.id(), false, OK, CONTENT_TYPE);
            call.order(message, 1, WireStream.End.TRAILERS, GRPC_OK);
            send(call);
            flush();
        }
    }

    /** Says that there is no such method. */
    public void unimplemented(Call call) {
        headers(call.id(), true, OK, CONTENT_TYPE, GRPC_UNIMPLEMENTED);
        streams().remove(call.id());
        closeIfDone();
    }

    /** Says that the call was not looked at. */
    public void refuse(Call call) {
        reset(call.id(), REFUSED_STREAM);
        streams().remove(call.id());
        closeIfDone();
    }

    /** Answers what has come, takes nothing more, and closes. */
    public void leave() {
        if (!isLeaving && !isClosed && hasBegun()) {
            isLeaving = true;
            goAway(lastId);
            flush();
            closeIfDone();
        }
    }

    /** Sends bytes that are no frames. */
    public void sendGarbage(byte... bytes) {
        if (!isClosed && hasBegun()) {
            raw(bytes);
            flush();
        }
    }

    public void close() {
        channel().close();
    }

    /** Runs something later on this connection's event loop, unless it is closed by then. */
    public void later(long millis, Runnable what) {
        channel()
                .eventLoop()
                .schedule(
                        () -> {
                            if (!isClosed) {
                                what.run();
                            }
                        },
                        millis,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        super.channelActive(ctx);
        script.onOpen(this);
    }

    @Override
    protected void onField(HeaderField field) {
        switch (field.known()) {
            case PATH -> path = field.value();
            case CALL_ID -> callId = field.value();
            default -> {}
        }
    }

    @Override
    protected void onHeadersEnd(int streamId, boolean end) {
        Call call = (Call) streams().get(streamId);
        if (call == null) {
            call = begin(streamId);
        }
        callId = "";
        if (call != null && end) {
            ended(call);
        }
    }

    /** Null for a call that came after the end was announced: the other side knows that it is not answered. */
    private @Nullable Call begin(int streamId) {
        if (isLeaving) {
            return null;
        }
        lastId = streamId;
        Call call = new Call(streamId, initialSendWindow(), path, callId);
        streams().put(call);
        script.onCall(this, call);
        return call;
    }

    @Override
    protected void onBytes(WireStream stream, int bytes, boolean end) {
        if (end) {
            ended((Call) stream);
        }
    }

    private void ended(Call call) {
        if (streams().get(call.id()) == call) {
            script.onRequest(this, call);
        }
    }

    @Override
    protected void onSent(WireStream stream) {
        streams().remove(stream.id());
        closeIfDone();
    }

    @Override
    protected void onReset(WireStream stream, long errorCode) {
        streams().remove(stream.id());
        closeIfDone();
    }

    private void closeIfDone() {
        if (isLeaving && streams().size() == 0) {
            // Behind what is staged.
            channel().eventLoop().execute(() -> channel().close());
        }
    }

    /** The other side takes its time to leave, and closes by itself. */
    @Override
    protected void onGoAway(int lastStreamId, String reason) {
        // What is in flight is answered.
    }

    @Override
    protected void onLost(String reason) {
        if (!isClosed) {
            isClosed = true;
            script.onClosed(this);
        }
        channel().close();
    }
}
