package io.leasegate.reflection;

import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.StreamLoss;
import io.leasegate.reflection.ReflectionAnswer.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code ServerReflectionInfo} with one question, {@code list_services}. The first message is the answer; what comes behind it is
 * dropped. Used on the connection's event loop.
 */
final class ListServicesCall implements H2StreamListener {

    static final AsciiString V1 = AsciiString.cached("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
    static final AsciiString V1_ALPHA =
            AsciiString.cached("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");

    /** Room for several thousand names. */
    static final int MAX_MESSAGE_BYTES = 256 * 1024;

    private static final int PREFIX_BYTES = 5;
    private static final int MAX_DROPPED_BYTES = 64 * 1024;
    private static final AsciiString STATUS_OK = AsciiString.cached("0");
    private static final AsciiString STATUS_UNIMPLEMENTED = AsciiString.cached("12");

    private final AsciiString path;
    private final byte[] prefix = new byte[PREFIX_BYTES];
    private int prefixBytes;
    private byte @Nullable [] message;
    private int messageBytes;
    private int droppedBytes;
    private @Nullable H2Stream stream;
    private @Nullable Consumer<ReflectionAnswer> asker;

    /**
     * @param path {@link #V1} or {@link #V1_ALPHA}
     * @param asker gets one answer, unless the call is stopped before
     */
    ListServicesCall(AsciiString path, Consumer<ReflectionAnswer> asker) {
        this.path = path;
        this.asker = asker;
    }

    /** Sends the question. Returns false when no stream can be opened; there is no answer then. */
    boolean start(H2Connection connection, String authority) {
        HeaderBlock h = new HeaderBlock(8)
                .add(HeaderNames.METHOD, AsciiString.cached("POST"))
                .add(HeaderNames.SCHEME, AsciiString.cached("http"))
                .add(HeaderNames.PATH, path)
                .add(HeaderNames.AUTHORITY, new AsciiString(authority))
                .add(HeaderNames.TE, AsciiString.cached("trailers"))
                .add(HeaderNames.CONTENT_TYPE, AsciiString.cached("application/grpc"))
                .add(HeaderNames.USER_AGENT, AsciiString.cached("leasegate-reflection"));
        stream = connection.openStream(h, false, this);
        if (stream == null) {
            asker = null;
            return false;
        }
        stream.sendData(Unpooled.wrappedBuffer(ReflectionMessages.listServices()), true, null, 0);
        return true;
    }

    /** Ends the call if it has not ended; there is no answer any more. */
    void stop() {
        asker = null;
        H2Stream s = stream;
        stream = null;
        if (s != null) {
            s.reset(Http2Error.CANCEL);
        }
    }

    @Override
    public void onHeaders(HeaderBlock headers, boolean endStream) {
        if (headers.isInformational()) {
            return;
        }
        AsciiString httpStatus = headers.get(HeaderNames.STATUS);
        if (httpStatus != null && !httpStatus.contentEquals("200")) {
            // As gRPC maps HTTP statuses: nothing serves this path.
            Result r = httpStatus.contentEquals("404") ? Result.UNIMPLEMENTED : Result.REFUSED;
            answer(ReflectionAnswer.failed(r, "HTTP status " + httpStatus));
        }
        if (endStream) {
            stream = null;
            onEnd(headers.get(HeaderNames.GRPC_STATUS));
        }
    }

    private void onEnd(@Nullable AsciiString status) {
        if (STATUS_UNIMPLEMENTED.equals(status)) {
            answer(ReflectionAnswer.failed(Result.UNIMPLEMENTED, "grpc-status 12"));
        } else if (status == null || STATUS_OK.equals(status)) {
            answer(ReflectionAnswer.failed(Result.MALFORMED, "the call ended without an answer"));
        } else {
            answer(ReflectionAnswer.failed(Result.REFUSED, "grpc-status " + status));
        }
    }

    @Override
    public void onData(ByteBuf data, int creditBytes, boolean endStream) {
        if (stream != null) {
            stream.credit(creditBytes);
        }
        int at = data.readerIndex();
        int end = data.writerIndex();
        while (asker != null && at < end) {
            at += take(data, at, end - at);
        }
        // What nobody asked for may run out by itself, but not for ever.
        droppedBytes += end - at;
        if (endStream) {
            stream = null;
            onEnd(null);
        } else if (droppedBytes > MAX_DROPPED_BYTES) {
            stop();
        }
    }

    /** Takes bytes of the first message. Returns how many. */
    private int take(ByteBuf data, int at, int available) {
        byte[] m = message;
        if (m == null) {
            int n = Math.min(available, PREFIX_BYTES - prefixBytes);
            data.getBytes(at, prefix, prefixBytes, n);
            prefixBytes += n;
            if (prefixBytes == PREFIX_BYTES) {
                onPrefix();
            }
            return n;
        }
        int n = Math.min(available, m.length - messageBytes);
        data.getBytes(at, m, messageBytes, n);
        messageBytes += n;
        if (messageBytes == m.length) {
            answer(ReflectionMessages.read(m));
        }
        return n;
    }

    private void onPrefix() {
        int length = Unpooled.wrappedBuffer(prefix).getInt(1);
        if (prefix[0] != 0) {
            // Nothing was said that could be a leave to compress.
            answer(ReflectionAnswer.failed(Result.MALFORMED, "not a gRPC message without compression"));
        } else if (length < 0 || length > MAX_MESSAGE_BYTES) {
            answer(ReflectionAnswer.failed(
                    Result.TOO_LARGE,
                    "a list of " + Integer.toUnsignedString(length) + " bytes (at most " + MAX_MESSAGE_BYTES
                            + " are read)"));
        } else if (length == 0) {
            answer(ReflectionMessages.read(new byte[0]));
        } else {
            message = new byte[length];
        }
    }

    @Override
    public void onReset(long errorCode) {
        stream = null;
        answer(ReflectionAnswer.failed(Result.LOST, "reset with " + Http2Error.name(errorCode)));
    }

    @Override
    public void onLost(StreamLoss loss, String reason) {
        stream = null;
        answer(ReflectionAnswer.failed(Result.LOST, reason));
    }

    private void answer(ReflectionAnswer answer) {
        Consumer<ReflectionAnswer> a = asker;
        asker = null;
        if (a != null) {
            a.accept(answer);
        }
    }
}
