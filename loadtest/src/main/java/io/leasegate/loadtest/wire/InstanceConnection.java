package io.leasegate.loadtest.wire;

import io.netty.buffer.ByteBuf;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The instance's side of a connection: answers each call as its {@link Method} says. Used on its event loop. */
public final class InstanceConnection extends ServerConnection {

    /**
     * What a method answers.
     *
     * @param message what is sent, as often as {@code times} says
     * @param when when it is sent
     */
    public record Method(ByteBuf message, int times, When when) {}

    /** The moment of an answer. */
    public enum When {
        /** Once the request has ended. */
        AT_END,
        /** At once, and the rest once the request has ended. */
        AT_START,
        /** For each message that comes, one of the same size. */
        PER_MESSAGE
    }

    private static final class Call extends WireStream {
        private final Method method;
        private long received;
        private boolean isAnswered;
        private boolean isEnded;

        Call(int id, long sendWindow, Method method) {
            super(id, sendWindow);
            this.method = method;
        }
    }

    private final Function<String, @Nullable Method> methods;
    private String path = "";
    private @Nullable String methodPath;
    private @Nullable Method method;

    /** @param methods finds the method of a path, or null for one that there is not */
    public InstanceConnection(Function<String, @Nullable Method> methods) {
        this.methods = methods;
    }

    @Override
    protected void onField(HeaderField field) {
        if (field.known() == HeaderField.Known.PATH) {
            path = field.value();
        }
    }

    @Override
    protected void onHeadersEnd(int streamId, boolean end) {
        if (streams().get(streamId) instanceof Call open) {
            if (end) {
                requestEnded(open); // trailers of a request
            }
            return;
        }
        Method found = find();
        if (found == null) {
            headers(streamId, true, OK, CONTENT_TYPE, GRPC_UNIMPLEMENTED);
            return;
        }
        Call call = new Call(streamId, initialSendWindow(), found);
        streams().put(call);
        if (found.when() == When.AT_START) {
            answer(call, WireStream.End.NONE);
        }
        if (end) {
            requestEnded(call);
        }
    }

    /** The same method as before, nearly always. */
    @SuppressWarnings("ReferenceEquality") // equal paths of one connection are one object, and if not, nothing is lost
    private @Nullable Method find() {
        if (path != methodPath) {
            methodPath = path;
            method = methods.apply(path);
        }
        return method;
    }

    @Override
    protected void onBytes(WireStream stream, int bytes, boolean end) {
        Call call = (Call) stream;
        if (call.method.when() == When.PER_MESSAGE) {
            call.received += bytes;
            int size = call.method.message().readableBytes();
            if (call.received >= size) {
                int messages = (int) (call.received / size);
                call.received -= (long) messages * size;
                answerHeaders(call);
                call.order(call.method.message(), messages, WireStream.End.NONE);
                send(call);
            }
        }
        if (end) {
            requestEnded(call);
        }
    }

    private void requestEnded(Call call) {
        if (call.isEnded) {
            return;
        }
        call.isEnded = true;
        if (call.method.when() == When.AT_END) {
            answer(call, WireStream.End.TRAILERS);
        } else {
            answerHeaders(call);
            call.order(null, 0, WireStream.End.TRAILERS, GRPC_OK);
            send(call);
        }
    }

    private void answer(Call call, WireStream.End end) {
        answerHeaders(call);
        call.order(call.method.message(), call.method.times(), end, GRPC_OK);
        send(call);
    }

    private void answerHeaders(Call call) {
        if (!call.isAnswered) {
            call.isAnswered = true;
            headers(call.id(), false, OK, CONTENT_TYPE);
        }
    }

    @Override
    protected void onSent(WireStream stream) {
        if (((Call) stream).isEnded) {
            streams().remove(stream.id());
        }
    }

    @Override
    protected void onReset(WireStream stream, long errorCode) {
        streams().remove(stream.id());
    }

    @Override
    protected void onLost(String reason) {
        channel().close();
    }
}
