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
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Random;

/** An instance that answers, resets, leaves and breaks off as its random numbers say. Used on its event loop. */
final class SoakInstance implements AutoCloseable {

    private static final byte[] MESSAGE = new byte[32];
    private static final byte[] LARGE = new byte[60_000];
    private static final HeaderField OK = HeaderField.of(HeaderNames.STATUS, AsciiString.cached("200"));
    private static final HeaderField GRPC =
            HeaderField.of(HeaderNames.CONTENT_TYPE, AsciiString.cached("application/grpc"));

    private final Random random;
    private final H2Codec.OnLoop codec;
    private final Channel server;

    SoakInstance(EventLoop loop, long seed) {
        random = new Random(seed);
        codec = new RelayCodec().onLoop(new FlushQueue(loop), new QueuedBytes(() -> Long.MAX_VALUE));
        server = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        codec.serverConnection(channel, ProtocolSettings.DEFAULT, new Connection(channel));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    @Override
    public void close() {
        server.close().syncUninterruptibly();
        server.eventLoop().submit(codec::close).syncUninterruptibly();
    }

    private final class Connection implements H2ConnectionListener {

        private final Channel channel;

        Connection(Channel channel) {
            this.channel = channel;
        }

        @Override
        public H2StreamListener onStream(H2Stream stream, HeaderBlock headers, boolean endStream) {
            int dice = random.nextInt(6_000);
            if (dice == 0) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                channel.close();
            } else if (dice == 1) {
                channel.close();
            } else if (dice == 2) {
                H2Connection c = stream.connection();
                c.eventLoop().execute(() -> c.drain(500));
            }
            Call call = new Call(stream, random.nextInt(100));
            call.began(endStream);
            return call;
        }
    }

    private final class Call implements H2StreamListener {

        private final H2Stream stream;
        private final int plan;
        private boolean answered;

        Call(H2Stream stream, int plan) {
            this.stream = stream;
            this.plan = plan;
        }

        void began(boolean endStream) {
            if (plan < 3) {
                stream.reset(
                        plan == 0
                                ? Http2Error.REFUSED_STREAM
                                : plan == 1 ? Http2Error.CANCEL : Http2Error.INTERNAL_ERROR);
                answered = true;
            } else if (plan < 6) {
                stream.sendHeaders(trailers(new HeaderBlock().add(OK).add(GRPC)), true);
                answered = true;
            } else if (plan < 9) {
                // A response that does not wait for the request, and what belongs behind it.
                respond(MESSAGE);
                stream.resetAfterSend(Http2Error.NO_ERROR);
            } else if (endStream) {
                finish();
            }
        }

        private static HeaderBlock trailers(HeaderBlock into) {
            return into.add(HeaderNames.GRPC_STATUS, AsciiString.cached("0"));
        }

        private void respond(byte[] body) {
            answered = true;
            stream.sendHeaders(new HeaderBlock().add(OK).add(GRPC), false);
            stream.sendData(Unpooled.wrappedBuffer(body), false, null, 0);
            stream.sendHeaders(trailers(new HeaderBlock()), true);
        }

        private void finish() {
            if (answered) {
                return;
            }
            if (plan < 13) {
                answered = true;
                stream.sendHeaders(new HeaderBlock().add(OK).add(GRPC), false);
                stream.sendData(Unpooled.wrappedBuffer(MESSAGE), false, null, 0);
                stream.reset(Http2Error.INTERNAL_ERROR);
            } else if (plan >= 13 && random.nextInt(200) > 0) {
                respond(plan == 99 ? LARGE : MESSAGE);
            }
            // Else the caller waits until it has enough of it.
        }

        @Override
        public void onHeaders(HeaderBlock headers, boolean endStream) {
            finish();
        }

        @Override
        public void onData(ByteBuf data, int creditBytes, boolean endStream) {
            stream.credit(creditBytes);
            if (endStream) {
                finish();
            }
        }

        @Override
        public void onReset(long errorCode) {}

        @Override
        public void onLost(StreamLoss loss, String reason) {}
    }
}
