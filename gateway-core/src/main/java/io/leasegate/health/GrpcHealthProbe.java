package io.leasegate.health;

import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.StreamLoss;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code grpc.health.v1.Health}: {@code Watch}, whose stream goes on and pushes each change, or {@code Check}. The two
 * messages of that protocol are one field each, so they are read and written here by hand. Used on the connection's event loop.
 */
final class GrpcHealthProbe implements H2StreamListener {

    /** What the instance said. */
    enum Answer {
        SERVING,
        NOT_SERVING,
        /** The method is not there; the other one may be. */
        UNIMPLEMENTED,
        /** What answers does not speak this protocol. */
        NO_HEALTH_SERVICE,
        /** The call ended without telling. */
        ENDED
    }

    /** Hears the answers, in order; after {@code UNIMPLEMENTED}, {@code NO_HEALTH_SERVICE} and {@code ENDED} there are no more. */
    interface Listener {
        void onAnswer(Answer answer, String detail);
    }

    private static final AsciiString WATCH = AsciiString.cached("/grpc.health.v1.Health/Watch");
    private static final AsciiString CHECK = AsciiString.cached("/grpc.health.v1.Health/Check");
    private static final AsciiString GRPC_STATUS_UNIMPLEMENTED = AsciiString.cached("12");
    private static final AsciiString GRPC_STATUS_NOT_FOUND = AsciiString.cached("5");
    private static final int PREFIX_BYTES = 5;
    private static final int MAX_MESSAGE_BYTES = 1024;
    private static final int MAX_DISCARDED_BYTES = 1 << 20;

    private final AsciiString authority;
    private final String service;
    private final boolean watching;
    private final byte[] message = new byte[PREFIX_BYTES + MAX_MESSAGE_BYTES];
    private int messageBytes;
    private int discardedBytes;
    private @Nullable H2Stream stream;
    private @Nullable Listener listener;
    private boolean answered;

    GrpcHealthProbe(String authority, String service, boolean watching) {
        this.authority = new AsciiString(authority);
        this.service = service;
        this.watching = watching;
    }

    boolean isWatching() {
        return watching;
    }

    boolean hasAnswered() {
        return answered;
    }

    /** Sends the request. Returns false when no stream could be opened. */
    boolean start(H2Connection connection, Listener newListener) {
        HeaderBlock h = new HeaderBlock(8)
                .add(HeaderNames.METHOD, AsciiString.cached("POST"))
                .add(HeaderNames.SCHEME, AsciiString.cached("http"))
                .add(HeaderNames.PATH, watching ? WATCH : CHECK)
                .add(HeaderNames.AUTHORITY, authority)
                .add(HeaderNames.TE, AsciiString.cached("trailers"))
                .add(HeaderNames.CONTENT_TYPE, AsciiString.cached("application/grpc"))
                .add(HeaderNames.USER_AGENT, AsciiString.cached("leasegate-health"));
        listener = newListener;
        stream = connection.openStream(h, false, this);
        if (stream == null) {
            return false;
        }
        stream.sendData(Unpooled.wrappedBuffer(request()), true, null, 0);
        return true;
    }

    void stop() {
        listener = null;
        if (stream != null) {
            stream.reset(Http2Error.CANCEL);
            stream = null;
        }
    }

    /** The length-prefixed {@code HealthCheckRequest}: field 1, the service's name. */
    private byte[] request() {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0) {
            return new byte[PREFIX_BYTES];
        }
        ByteBuf b = Unpooled.buffer();
        b.writeByte(0x0a);
        int length = name.length;
        while (length > 0x7f) {
            b.writeByte((length & 0x7f) | 0x80);
            length >>>= 7;
        }
        b.writeByte(length).writeBytes(name);
        byte[] out = new byte[PREFIX_BYTES + b.readableBytes()];
        Unpooled.wrappedBuffer(out).setInt(1, b.readableBytes());
        b.readBytes(out, PREFIX_BYTES, out.length - PREFIX_BYTES);
        return out;
    }

    @Override
    public void onHeaders(HeaderBlock headers, boolean endStream) {
        if (endStream) {
            onEnd(headers);
        } else if (!headers.isInformational() && !isOk(headers)) {
            end(Answer.NO_HEALTH_SERVICE, "HTTP status " + headers.get(HeaderNames.STATUS));
        }
    }

    private static boolean isOk(HeaderBlock headers) {
        AsciiString status = headers.get(HeaderNames.STATUS);
        return status != null && status.contentEquals("200");
    }

    private void onEnd(HeaderBlock headers) {
        AsciiString status = headers.get(HeaderNames.GRPC_STATUS);
        if (GRPC_STATUS_UNIMPLEMENTED.equals(status)) {
            end(Answer.UNIMPLEMENTED, "");
        } else if (GRPC_STATUS_NOT_FOUND.equals(status)) {
            // Check's way to say that it does not know the service.
            end(Answer.NOT_SERVING, "grpc.health.v1 does not know the service '" + service + "'");
        } else if (status == null) {
            end(Answer.NO_HEALTH_SERVICE, "no grpc-status");
        } else {
            end(Answer.ENDED, "grpc-status " + status);
        }
    }

    @Override
    public void onData(ByteBuf data, int creditBytes, boolean endStream) {
        if (stream != null) {
            stream.credit(creditBytes);
        }
        int n = data.readableBytes();
        if (listener == null) {
            discard(n);
            return;
        }
        if (messageBytes + n > message.length) {
            discard(n);
            end(Answer.NO_HEALTH_SERVICE, "a message above " + MAX_MESSAGE_BYTES + " bytes");
            return;
        }
        data.getBytes(data.readerIndex(), message, messageBytes, n);
        messageBytes += n;
        while (listener != null && takeMessage()) {
            // each complete message is one answer
        }
        if (endStream) {
            end(Answer.ENDED, "no trailers");
        }
    }

    /** What nobody understands may run out by itself; a reset would be one more thing for an odd server to stumble over. */
    private void discard(int bytes) {
        discardedBytes += bytes;
        if (discardedBytes > MAX_DISCARDED_BYTES) {
            stop();
        }
    }

    private boolean takeMessage() {
        if (messageBytes < PREFIX_BYTES) {
            return false;
        }
        int length = Unpooled.wrappedBuffer(message).getInt(1);
        if (message[0] != 0 || length < 0 || length > MAX_MESSAGE_BYTES) {
            end(Answer.NO_HEALTH_SERVICE, "not a gRPC message");
            return false;
        }
        if (messageBytes < PREFIX_BYTES + length) {
            return false;
        }
        int status = parseStatus(length);
        messageBytes -= PREFIX_BYTES + length;
        System.arraycopy(message, PREFIX_BYTES + length, message, 0, messageBytes);
        switch (status) {
            case 1 -> tell(Answer.SERVING, "");
            case 0 -> tell(Answer.NOT_SERVING, "grpc.health.v1 says UNKNOWN");
            case 2 -> tell(Answer.NOT_SERVING, "grpc.health.v1 says NOT_SERVING");
            case 3 -> tell(Answer.NOT_SERVING, "grpc.health.v1 does not know the service '" + service + "'");
            default -> end(Answer.NO_HEALTH_SERVICE, "not a HealthCheckResponse");
        }
        return true;
    }

    /** The status in a {@code HealthCheckResponse} (field 1, a varint; 0 when it is left out), or -1 when it is something else. */
    private int parseStatus(int length) {
        if (length == 0) {
            return 0;
        }
        return length == 2 && message[PREFIX_BYTES] == 0x08 && message[PREFIX_BYTES + 1] >= 0
                ? message[PREFIX_BYTES + 1]
                : -1;
    }

    @Override
    public void onReset(long errorCode) {
        stream = null;
        end(Answer.ENDED, "reset with " + Http2Error.name(errorCode));
    }

    @Override
    public void onLost(StreamLoss loss, String reason) {
        stream = null;
        if (loss == StreamLoss.CONNECTION) {
            // Whoever asked hears of that too, and it says nothing of the instance's health.
            listener = null;
            return;
        }
        end(Answer.ENDED, reason);
    }

    private void tell(Answer answer, String detail) {
        answered = true;
        Listener l = listener;
        if (l != null) {
            l.onAnswer(answer, detail);
        }
    }

    private void end(Answer answer, String detail) {
        Listener l = listener;
        listener = null;
        answered = true;
        if (l != null) {
            l.onAnswer(answer, detail);
        }
    }
}
