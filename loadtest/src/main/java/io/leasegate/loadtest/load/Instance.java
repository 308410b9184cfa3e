package io.leasegate.loadtest.load;

import io.leasegate.loadtest.wire.InstanceConnection;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** An instance that listens on the loopback interface and answers the methods of {@link Method}. Any thread. */
public final class Instance implements AutoCloseable {

    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int INTERFACE_NAME_BYTES = 16;
    private static final int BACKLOG = 16_384;

    private final Channel listener;
    private final AtomicLong connections = new AtomicLong();

    private Instance(LoadLoops loops, @Nullable SslContext tls, boolean onEveryLoopbackAddress) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.incrementAndGet();
                        if (tls != null) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        }
                        channel.pipeline().addLast(new InstanceConnection(Method::answerOf));
                    }
                });
        LoadLoops.applyOptions(bootstrap::childOption);
        String host = "127.0.0.1";
        if (onEveryLoopbackAddress) {
            // All of 127.0.0.0/8 with one socket, and still nobody from elsewhere.
            ByteBuffer lo = ByteBuffer.allocateDirect(INTERFACE_NAME_BYTES);
            lo.put("lo".getBytes(StandardCharsets.US_ASCII)).clear();
            bootstrap.option(
                    new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, INTERFACE_NAME_BYTES), lo);
            host = "0.0.0.0";
        }
        listener = bootstrap.bind(host, 0).syncUninterruptibly().channel();
    }

    /** On 127.0.0.1. */
    public static Instance on(LoadLoops loops, @Nullable SslContext tls) {
        return new Instance(loops, tls, false);
    }

    /** On every address of 127.0.0.0/8, so that it can stand for thousands of instances. */
    public static Instance onEveryLoopbackAddress(LoadLoops loops) {
        return new Instance(loops, null, true);
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** How many were made to it so far. */
    public long connections() {
        return connections.get();
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
    }
}
