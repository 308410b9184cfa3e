package io.leasegate.h2.codec;

import io.leasegate.h2.FlushQueue;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.QueuedBytes;
import io.leasegate.h2.StreamLoss;
import io.leasegate.testkit.FrameOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.AsciiString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** One connection of the codec without a network: the test is its peer and what stands on it. */
final class CodecFixture implements AutoCloseable {

    static final HeaderBlock RESPONSE =
            new HeaderBlock().add(HeaderField.of(HeaderNames.STATUS, AsciiString.cached("200")));
    static final HeaderBlock REQUEST = new HeaderBlock()
            .add(HeaderField.of(HeaderNames.METHOD, AsciiString.cached("POST")))
            .add(HeaderField.of(HeaderNames.SCHEME, AsciiString.cached("http")))
            .add(HeaderField.of(HeaderNames.PATH, AsciiString.cached("/")));

    /** A frame that the codec has sent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Sent(int type, int flags, int streamId, byte[] payload) {

        boolean is(int wantedType, int wantedStream) {
            return type == wantedType && streamId == wantedStream;
        }

        int intAt(int at) {
            return ByteBuffer.wrap(payload).getInt(at);
        }

        @Override
        public String toString() {
            return "type " + type + " flags " + flags + " stream " + streamId + " " + payload.length + " bytes";
        }
    }

    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    final QueuedBytes queued = new QueuedBytes(() -> Long.MAX_VALUE);
    final FakeSocket socket = new FakeSocket(allocator, 512 * 1024);
    final CodecLoop loop = new CodecLoop(new FlushQueue(socket.eventLoop()), queued);
    final List<H2Stream> streams = new ArrayList<>();
    final List<String> heard = new ArrayList<>();
    final RelayConnection connection;

    private CodecFixture(boolean server, ProtocolSettings settings) {
        H2ConnectionListener listener = new H2ConnectionListener() {
            @Override
            public H2StreamListener onStream(H2Stream stream, HeaderBlock headers, boolean endStream) {
                streams.add(stream);
                return new Heard();
            }
        };
        connection = (RelayConnection)
                (server
                        ? loop.serverConnection(socket, settings, listener)
                        : loop.clientConnection(socket, settings, listener));
    }

    /** A server's connection whose client has said its preface. */
    static CodecFixture server() {
        CodecFixture f = silentServer();
        f.receive(FrameParser.PREFACE, frame(Frames.SETTINGS, 0, 0));
        f.sent();
        return f;
    }

    /** A server's connection whose client has said nothing. */
    static CodecFixture silentServer() {
        return new CodecFixture(true, ProtocolSettings.DEFAULT);
    }

    /** A client's connection whose instance has said its preface. */
    static CodecFixture client() {
        CodecFixture f = new CodecFixture(false, ProtocolSettings.DEFAULT);
        f.receive(frame(Frames.SETTINGS, 0, 0));
        f.socket.takeWritten().release();
        return f;
    }

    /** A request that has ended, and the stream on which its response is sent. */
    H2Stream request(int id) {
        int flags = Frames.END_HEADERS | Frames.END_STREAM;
        receive(FrameOutput.encode(Frames.HEADERS, flags, id, new byte[] {(byte) 0x83, (byte) 0x86, (byte) 0x84}));
        return streams.get(streams.size() - 1);
    }

    static byte[] frame(int type, int flags, int streamId, int... words) {
        ByteBuffer payload = ByteBuffer.allocate(words.length * 4);
        for (int w : words) {
            payload.putInt(w);
        }
        return FrameOutput.encode(type, flags, streamId, payload.array());
    }

    static byte[] settings(int... pairs) {
        ByteBuffer payload = ByteBuffer.allocate(pairs.length / 2 * 6);
        for (int i = 0; i < pairs.length; i += 2) {
            payload.putShort((short) pairs[i]).putInt(pairs[i + 1]);
        }
        return FrameOutput.encode(Frames.SETTINGS, 0, 0, payload.array());
    }

    /** The peer sends bytes, each array in a read of its own, all in one turn of the loop. */
    void receive(byte[]... pieces) {
        turn(() -> {
            for (byte[] piece : pieces) {
                ByteBuf in = allocator.directBuffer(piece.length).writeBytes(piece);
                socket.pipeline().fireChannelRead(in);
            }
        });
    }

    void turn(Runnable work) {
        socket.turn(work);
    }

    /** What the codec has sent since the last call. */
    List<Sent> sent() {
        List<Sent> frames = new ArrayList<>();
        ByteBuf all = socket.takeWritten();
        while (all.isReadable()) {
            byte[] payload = new byte[all.readUnsignedMedium()];
            int type = all.readUnsignedByte();
            int flags = all.readUnsignedByte();
            int id = all.readInt();
            all.readBytes(payload);
            frames.add(new Sent(type, flags, id, payload));
        }
        all.release();
        return frames;
    }

    static void send(H2Stream stream, int bytes, boolean endStream) {
        stream.sendData(Unpooled.wrappedBuffer(new byte[bytes]), endStream, null, 0);
    }

    /** Closes the connection; fails when anything is held then. */
    @Override
    public void close() {
        turn(socket::close);
        socket.takeWritten().release();
        loop.close();
        socket.finishAndReleaseAll();
        long bytes = allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
        StrictPeer.check(bytes == 0 && queued.get() == 0, bytes + " bytes of buffers, " + queued.get() + " queued");
    }

    /** Notes what a stream's listener hears. */
    final class Heard implements H2StreamListener {

        @Override
        public void onHeaders(HeaderBlock headers, boolean endStream) {
            heard.add("headers " + endStream);
        }

        @Override
        public void onData(ByteBuf data, int creditBytes, boolean endStream) {
            heard.add("data " + data.readableBytes() + " " + endStream);
        }

        @Override
        public void onReset(long errorCode) {
            heard.add("reset " + errorCode);
        }

        @Override
        public void onLost(StreamLoss loss, String reason) {
            heard.add("lost " + loss);
        }
    }
}
