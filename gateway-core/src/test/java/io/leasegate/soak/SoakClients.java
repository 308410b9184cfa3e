package io.leasegate.soak;

import io.leasegate.h2.FlushQueue;
import io.leasegate.h2.H2Codec;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.QueuedBytes;
import io.leasegate.h2.StreamLoss;
import io.leasegate.h2.codec.RelayCodec;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Clients that call, cancel, half-close and go away as their random numbers say. Used on their event loop, but for the counts. */
final class SoakClients {

    private static final int CONNECTIONS = 10;
    private static final int CALLS_PER_CONNECTION = 20;
    private static final byte[] MESSAGE = new byte[26];
    private static final byte[] LARGE = new byte[40_000];

    private final EventLoop loop;
    private final int port;
    private final String authority;
    private final Random random;
    private final H2Codec.OnLoop codec;
    private final AtomicLong ended = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();
    private long left;

    SoakClients(EventLoop loop, int port, String authority, long seed) {
        this.loop = loop;
        this.port = port;
        this.authority = authority;
        random = new Random(seed);
        codec = new RelayCodec().onLoop(new FlushQueue(loop), new QueuedBytes(() -> Long.MAX_VALUE));
    }

    /** Begins that many calls; their connections close when all have ended. */
    void begin(long calls) {
        loop.execute(() -> {
            left = calls;
            for (int i = 0; i < CONNECTIONS; i++) {
                connect();
            }
        });
    }

    /** Calls that have ended, in whatever way. */
    long ended() {
        return ended.get();
    }

    /** Those of them that got a whole response. */
    long answered() {
        return answered.get();
    }

    int connections() {
        return connections.get();
    }

    void close() {
        loop.submit(codec::close).syncUninterruptibly();
    }

    private void connect() {
        connections.incrementAndGet();
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        codec.clientConnection(channel, ProtocolSettings.DEFAULT, new Client(channel));
                    }
                })
                .connect(InetAddress.getLoopbackAddress(), port);
    }

    private final class Client implements H2ConnectionListener {

        private final Channel channel;
        private int live;

        Client(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void onReady(H2Connection connection) {
            fill(connection);
        }

        private void fill(H2Connection connection) {
            while (left > 0 && live < CALLS_PER_CONNECTION && connection.canOpenStream()) {
                left--;
                live++;
                new Call(this, connection).begin();
            }
            if (left == 0 && live == 0) {
                connection.close(Http2Error.NO_ERROR, "done");
            }
        }

        void callEnded(H2Connection connection, boolean whole) {
            live--;
            ended.incrementAndGet();
            if (whole) {
                answered.incrementAndGet();
            }
            int dice = random.nextInt(4_000);
            if (dice == 0 && channel.isOpen()) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                channel.close();
            } else if (dice == 1) {
                channel.close();
            } else {
                // Not from inside of a callback: a loss of the connection ends many calls at once.
                loop.execute(() -> fill(connection));
            }
        }

        @Override
        public void onClosed(H2Connection connection, @Nullable Throwable cause) {
            connections.decrementAndGet();
            if (left > 0) {
                loop.schedule(SoakClients.this::connect, 5, TimeUnit.MILLISECONDS);
            }
        }
    }

    private final class Call implements H2StreamListener {

        private final Client client;
        private final H2Connection connection;
        private final int plan = random.nextInt(100);
        private @Nullable H2Stream stream;
        private boolean over;

        Call(Client client, H2Connection connection) {
            this.client = client;
            this.connection = connection;
        }

        void begin() {
            boolean endStream = plan < 4;
            H2Stream s = connection.openStream(request(), endStream, this);
            stream = s;
            if (s == null) {
                throw new IllegalStateException("no stream though there is room for one");
            }
            // Nobody waits for ever: some instances do not answer.
            loop.schedule(this::cancel, 2_000 + random.nextInt(1_000), TimeUnit.MILLISECONDS);
            if (plan < 70 && !endStream) {
                s.sendData(Unpooled.wrappedBuffer(MESSAGE), true, null, 0);
            } else if (plan < 75) {
                cancel();
            } else if (plan < 80) {
                loop.execute(this::cancel);
            } else if (plan < 85) {
                loop.schedule(this::cancel, random.nextInt(3), TimeUnit.MILLISECONDS);
            } else if (plan < 93) {
                s.sendData(Unpooled.wrappedBuffer(MESSAGE), false, null, 0);
                loop.schedule(this::halfClose, random.nextInt(3), TimeUnit.MILLISECONDS);
            } else if (plan < 95) {
                s.sendData(Unpooled.wrappedBuffer(LARGE), false, null, 0);
                s.sendHeaders(new HeaderBlock().add(new AsciiString("x-end"), new AsciiString("1")), true);
            } else if (!endStream) {
                // Cancelled at the first sign of an answer.
                s.sendData(Unpooled.wrappedBuffer(MESSAGE), true, null, 0);
            }
        }

        private HeaderBlock request() {
            HeaderBlock h = new HeaderBlock()
                    .add(HeaderField.of(HeaderNames.METHOD, new AsciiString("POST")))
                    .add(HeaderField.of(HeaderNames.SCHEME, new AsciiString("http")))
                    .add(HeaderField.of(HeaderNames.PATH, new AsciiString("/soak.Soak/Call")))
                    .add(HeaderField.of(HeaderNames.AUTHORITY, new AsciiString(authority)))
                    .add(HeaderField.of(HeaderNames.CONTENT_TYPE, new AsciiString("application/grpc")))
                    .add(HeaderField.of(HeaderNames.TE, new AsciiString("trailers")));
            if (random.nextInt(50) == 0) {
                h.add(new AsciiString("grpc-timeout"), new AsciiString(random.nextInt(30) + "m"));
            }
            return h;
        }

        private void halfClose() {
            H2Stream s = stream;
            if (!over && s != null) {
                s.sendData(Unpooled.EMPTY_BUFFER, true, null, 0);
            }
        }

        private void cancel() {
            H2Stream s = stream;
            if (!over && s != null) {
                s.reset(Http2Error.CANCEL);
                end(false);
            }
        }

        private void end(boolean whole) {
            if (!over) {
                over = true;
                client.callEnded(connection, whole);
            }
        }

        @Override
        public void onHeaders(HeaderBlock headers, boolean endStream) {
            if (plan >= 95) {
                cancel();
            }
            answered(endStream);
        }

        @Override
        public void onData(ByteBuf data, int creditBytes, boolean endStream) {
            H2Stream s = stream;
            if (s != null) {
                s.credit(creditBytes);
            }
            answered(endStream);
        }

        private void answered(boolean endStream) {
            if (endStream && !over) {
                H2Stream s = stream;
                if (s != null) {
                    // Where the request is still open, it is of no use any more.
                    s.reset(Http2Error.NO_ERROR);
                }
                end(true);
            }
        }

        @Override
        public void onReset(long errorCode) {
            end(false);
        }

        @Override
        public void onLost(StreamLoss loss, String reason) {
            end(false);
        }
    }
}
