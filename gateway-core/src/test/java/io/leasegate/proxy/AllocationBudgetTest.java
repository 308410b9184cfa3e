package io.leasegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.leasegate.h2.FlushQueue;
import io.leasegate.h2.H2Codec;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.QueuedBytes;
import io.leasegate.h2.StreamLoss;
import io.leasegate.h2.codec.RelayCodec;
import io.leasegate.testkit.GatewayExtension;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.AsciiString;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a call costs in garbage on the gateway's event loop, once everything is warm: the whole way from a client's socket to an instance's
 * and back. A change that costs more than the budget fails here; one that saves something lowers the budget.
 */
@NullUnmarked
@Timeout(300)
class AllocationBudgetTest {

    // The budgets, in bytes: what was measured behind all other tests (JDK 17 and 25, plain object headers), and about
    // a tenth more for the noise of how many calls share a turn of the loop. In a process of its own it is less: there
    // the compiler sees one kind of listener, and takes objects apart. docs/decisions.md says where they go.
    private static final long UNARY_CALL_BYTES = 1_340;
    private static final long SMALL_FRAME_BYTES = 8;
    private static final long LARGE_FRAME_BYTES = 150;

    private static final int CALLS = 2_000;
    private static final int ROUNDS = 5;
    private static final int AT_ONCE = 10;
    private static final int MORE_FRAMES = 40;
    private static final String SERVICE = "budget";

    private static final HeaderBlock RESPONSE = new HeaderBlock()
            .add(HeaderField.of(HeaderNames.STATUS, AsciiString.cached("200")))
            .add(HeaderField.of(HeaderNames.CONTENT_TYPE, AsciiString.cached("application/grpc")));
    private static final HeaderBlock TRAILERS =
            new HeaderBlock().add(HeaderField.of(HeaderNames.GRPC_STATUS, AsciiString.cached("0")));
    private static final int SMALL = 26;
    private static final int LARGE = 16_384;
    private static final ByteBuf BYTES =
            Unpooled.unreleasableBuffer(Unpooled.directBuffer(LARGE).writeZero(LARGE));

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .ioThreads(1)
            .madeBy((settings, tables, heard) -> new Gateway(settings, tables, call -> {}, heard));

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final MultiThreadIoEventLoopGroup peers = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = peers.next();
    private final H2Codec.OnLoop codec =
            new RelayCodec().onLoop(new FlushQueue(loop), new QueuedBytes(() -> Long.MAX_VALUE));
    private ResourceLeakDetector.Level level;
    private Channel server;

    @BeforeEach
    void withoutTheNotesOfTheLeakDetector() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void close() {
        server.close().syncUninterruptibly();
        loop.submit(codec::close).syncUninterruptibly();
        peers.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void callsAndFramesStayWithinTheirBudgets() throws Exception {
        gateway.register(SERVICE, startInstance());
        Client client = new Client();
        client.connect();
        long ofGateway = gateway.gateway()
                .eventLoops()
                .next()
                .submit(() -> Thread.currentThread().getId())
                .get();
        long unary = bytesPerCall(client, SMALL, 1, ofGateway);
        long small = (bytesPerCall(client, SMALL, 1 + MORE_FRAMES, ofGateway) - unary) / MORE_FRAMES;
        long large = (bytesPerCall(client, LARGE, 1 + MORE_FRAMES, ofGateway) - unary) / MORE_FRAMES;
        client.close();
        System.out.printf(
                "allocated: %d bytes per unary call, %d per further small DATA frame, %d per frame of 16 KiB%n",
                unary, small, large);
        assertThat(unary).as("bytes per unary call").isPositive().isLessThanOrEqualTo(UNARY_CALL_BYTES);
        assertThat(small).as("bytes per small DATA frame").isLessThanOrEqualTo(SMALL_FRAME_BYTES);
        assertThat(large).as("bytes per DATA frame of 16 KiB").isLessThanOrEqualTo(LARGE_FRAME_BYTES);
    }

    /** The least of some rounds: what else the thread does comes on top. */
    private long bytesPerCall(Client client, int frameBytes, int frames, long thread) throws InterruptedException {
        int calls = Math.max(CALLS / frames, 200);
        client.run(calls * 5, frameBytes, frames);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long before = threads.getThreadAllocatedBytes(thread);
            client.run(calls, frameBytes, frames);
            least = Math.min(least, (threads.getThreadAllocatedBytes(thread) - before) / calls);
        }
        return least;
    }

    private int startInstance() {
        server = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        codec.serverConnection(channel, ProtocolSettings.DEFAULT, new H2ConnectionListener() {
                            @Override
                            public H2StreamListener onStream(H2Stream stream, HeaderBlock headers, boolean endStream) {
                                String[] path =
                                        headers.get(HeaderNames.PATH).toString().split("/", 3);
                                return new Answer(stream, Integer.parseInt(path[1]), Integer.parseInt(path[2]));
                            }
                        });
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Answers with some messages when the request has ended. */
    private record Answer(H2Stream stream, int bytes, int messages) implements H2StreamListener {

        @Override
        public void onHeaders(HeaderBlock headers, boolean endStream) {}

        @Override
        public void onData(ByteBuf data, int creditBytes, boolean endStream) {
            stream.credit(creditBytes);
            if (endStream) {
                stream.sendHeaders(RESPONSE, false);
                for (int i = 0; i < messages; i++) {
                    stream.sendData(BYTES.slice(0, bytes), false, null, 0);
                }
                stream.sendHeaders(TRAILERS, true);
            }
        }

        @Override
        public void onReset(long errorCode) {}

        @Override
        public void onLost(StreamLoss loss, String reason) {}
    }

    /** One connection with some calls at a time. */
    private final class Client implements H2ConnectionListener {

        private final CountDownLatch ready = new CountDownLatch(1);
        private volatile CountDownLatch done;
        private H2Connection connection;
        private HeaderBlock request;
        private int left;

        void connect() throws InterruptedException {
            new Bootstrap()
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            connection = codec.clientConnection(channel, ProtocolSettings.DEFAULT, Client.this);
                        }
                    })
                    .connect(InetAddress.getLoopbackAddress(), gateway.port())
                    .syncUninterruptibly();
            assertThat(ready.await(30, TimeUnit.SECONDS)).as("connected").isTrue();
        }

        void run(int calls, int frameBytes, int frames) throws InterruptedException {
            done = new CountDownLatch(calls);
            loop.execute(() -> {
                request = request(frameBytes, frames);
                left = calls;
                for (int i = 0; i < AT_ONCE; i++) {
                    next();
                }
            });
            assertThat(done.await(120, TimeUnit.SECONDS))
                    .as("%d calls ended", calls)
                    .isTrue();
        }

        private HeaderBlock request(int frameBytes, int frames) {
            return new HeaderBlock()
                    .add(HeaderNames.METHOD, new AsciiString("POST"))
                    .add(HeaderNames.SCHEME, new AsciiString("http"))
                    .add(HeaderNames.PATH, new AsciiString("/" + frameBytes + "/" + frames))
                    .add(HeaderNames.AUTHORITY, new AsciiString(SERVICE))
                    .add(HeaderNames.CONTENT_TYPE, new AsciiString("application/grpc"))
                    .add(new AsciiString("user-agent"), new AsciiString("grpc-go/1.75.0"))
                    .add(HeaderNames.TE, new AsciiString("trailers"));
        }

        void next() {
            if (left-- > 0) {
                Call call = new Call(this);
                H2Stream s = connection.openStream(request, false, call);
                call.stream = s;
                s.sendData(BYTES.slice(0, SMALL), true, null, 0);
            }
        }

        void close() {
            loop.submit(() -> connection.close(0, "done")).syncUninterruptibly();
        }

        @Override
        public void onReady(H2Connection c) {
            ready.countDown();
        }
    }

    private static final class Call implements H2StreamListener {

        private final Client client;
        private H2Stream stream;

        Call(Client client) {
            this.client = client;
        }

        @Override
        public void onHeaders(HeaderBlock headers, boolean endStream) {
            if (endStream) {
                client.done.countDown();
                client.next();
            }
        }

        @Override
        public void onData(ByteBuf data, int creditBytes, boolean endStream) {
            stream.credit(creditBytes);
        }

        @Override
        public void onReset(long errorCode) {
            throw new AssertionError("reset with " + errorCode);
        }

        @Override
        public void onLost(StreamLoss loss, String reason) {
            throw new AssertionError(loss + ": " + reason);
        }
    }
}
