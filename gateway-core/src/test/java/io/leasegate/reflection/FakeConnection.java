package io.leasegate.reflection;

import io.grpc.reflection.v1.ErrorResponse;
import io.grpc.reflection.v1.ListServiceResponse;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.ReceiveWindow;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection to an instance that a test plays: streams are kept, and nothing is sent. Its event loop runs when the test says so. */
final class FakeConnection implements H2Connection {

    final List<Call> calls = new ArrayList<>();
    boolean full;
    private final EmbeddedChannel channel;

    FakeConnection(EmbeddedChannel channel) {
        this.channel = channel;
    }

    /** One stream that was opened. */
    static final class Call implements H2Stream {

        final String path;
        final H2StreamListener listener;
        final List<String> sent = new ArrayList<>();

        @Nullable
        Long resetWith;

        int credit;

        private final H2Connection connection;

        Call(String path, H2StreamListener listener, H2Connection connection) {
            this.path = path;
            this.listener = listener;
            this.connection = connection;
        }

        // What the instance does

        void headers(String... namesAndValues) {
            listener.onHeaders(block(namesAndValues), false);
        }

        void trailers(String... namesAndValues) {
            listener.onHeaders(block(namesAndValues), true);
        }

        void unimplemented() {
            trailers(":status", "200", "grpc-status", "12");
        }

        void data(byte[] bytes) {
            ByteBuf b = Unpooled.wrappedBuffer(bytes);
            listener.onData(b, bytes.length, false);
        }

        void services(String... names) {
            headers(":status", "200");
            data(listOf(names));
            trailers("grpc-status", "0");
        }

        private static HeaderBlock block(String... namesAndValues) {
            HeaderBlock h = new HeaderBlock();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                AsciiString name = switch (namesAndValues[i]) {
                    case ":status" -> HeaderNames.STATUS;
                    case "grpc-status" -> HeaderNames.GRPC_STATUS;
                    default -> new AsciiString(namesAndValues[i]);
                };
                h.add(name, new AsciiString(namesAndValues[i + 1]));
            }
            return h;
        }

        // What the gateway does

        @Override
        public int id() {
            return 1;
        }

        @Override
        public H2Connection connection() {
            return connection;
        }

        @Override
        public void sendHeaders(HeaderBlock headers, boolean endStream) {
            throw new AssertionError("trailers of a request");
        }

        @Override
        public void sendData(ByteBuf data, boolean endStream, @Nullable ReceiveWindow source, int creditBytes) {
            sent.add(ByteBufUtil.hexDump(data) + (endStream ? " end" : ""));
        }

        @Override
        public void reset(long errorCode) {
            resetWith = errorCode;
        }

        @Override
        public void resetAfterSend(long errorCode) {
            resetWith = errorCode;
        }

        @Override
        public void credit(int bytes) {
            credit += bytes;
        }
    }

    static byte[] listOf(String... names) {
        ListServiceResponse.Builder list = ListServiceResponse.newBuilder();
        for (String name : names) {
            list.addService(ServiceResponse.newBuilder().setName(name));
        }
        return framed(ServerReflectionResponse.newBuilder()
                .setValidHost("host")
                .setListServicesResponse(list)
                .build()
                .toByteArray());
    }

    static byte[] error(int code) {
        return framed(ServerReflectionResponse.newBuilder()
                .setErrorResponse(ErrorResponse.newBuilder().setErrorCode(code).setErrorMessage("no"))
                .build()
                .toByteArray());
    }

    /** The message with the prefix that gRPC puts before it. */
    static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    @Override
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    @Override
    public SocketAddress remoteAddress() {
        return InetSocketAddress.createUnresolved("instance", 1);
    }

    @Override
    public boolean isUsable() {
        return true;
    }

    @Override
    public boolean canOpenStream() {
        return !full;
    }

    @Override
    public int activeStreams() {
        return calls.size();
    }

    @Override
    public @Nullable H2Stream openStream(HeaderBlock headers, boolean endStream, H2StreamListener listener) {
        if (full) {
            return null;
        }
        Call call = new Call(String.valueOf(headers.get(HeaderNames.PATH)), listener, this);
        calls.add(call);
        return call;
    }

    @Override
    public void drain(long graceMillis) {
        throw new AssertionError("not asked for");
    }

    @Override
    public void ping(Runnable onAck) {
        throw new AssertionError("not asked for");
    }

    @Override
    public long lastReadNanos() {
        return 0;
    }

    @Override
    public void close(long errorCode, String reason) {
        throw new AssertionError("not asked for");
    }
}
