package io.leasegate.loadtest.load;

import io.leasegate.loadtest.wire.Attack;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hostile clients: at a fixed rate one of them connects, sends all that its attack consists of, and goes when the peer ends the connection or some time is over. What
 * they are sent is thrown away. For one thread, which is none of the loops.
 */
public final class AttackLoad implements AutoCloseable {

    private static final long PATIENCE_MILLIS = 200;

    private final LoadLoop loop;
    private final int port;
    private final ByteBuf bytes;
    private final Future<?> rhythm;
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong endedByPeer = new AtomicLong();

    /**
     * Begins.
     *
     * @param port on 127.0.0.1
     */
    public AttackLoad(LoadLoops loops, int port, Attack attack, int connectionsPerSecond) {
        this.loop = loops.loops().get(0);
        this.port = port;
        this.bytes = attack.connection();
        long gapNanos = TimeUnit.SECONDS.toNanos(1) / connectionsPerSecond;
        this.rhythm = loop.scheduleAtFixedRate(this::connect, 0, gapNanos, TimeUnit.NANOSECONDS);
    }

    private void connect() {
        Bootstrap bootstrap =
                new Bootstrap().group(loop).channel(EpollSocketChannel.class).handler(new Attacker());
        LoadLoops.applyOptions(bootstrap::option);
        begun.incrementAndGet();
        bootstrap.connect("127.0.0.1", port);
    }

    /** Connections that were begun so far. */
    public long begun() {
        return begun.get();
    }

    /** Those of them that the peer ended. */
    public long endedByPeer() {
        return endedByPeer.get();
    }

    @Override
    public void close() {
        rhythm.cancel(false);
        loop.schedule((Runnable) bytes::release, 2 * PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private final class Attacker extends ChannelInboundHandlerAdapter {

        private boolean leaving;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(bytes.retainedDuplicate());
            ctx.executor()
                    .schedule(
                            () -> {
                                leaving = true;
                                ctx.close();
                            },
                            PATIENCE_MILLIS,
                            TimeUnit.MILLISECONDS);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ((ByteBuf) msg).release();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!leaving) {
                endedByPeer.incrementAndGet();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close(); // a reset, mostly: the peer ended it with our bytes unread
        }
    }

    /** Listens on the loopback interface, reads what attackers send and ends their connections: the same work for the load's cores, and none for a peer. */
    public static final class Sink implements AutoCloseable {

        private final Channel listener;

        public Sink(LoadLoops loops) {
            ServerBootstrap bootstrap = new ServerBootstrap()
                    .group(loops.group())
                    .channel(EpollServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                                @Override
                                public void channelRead(ChannelHandlerContext ctx, Object msg) {
                                    ((ByteBuf) msg).release();
                                    ctx.close();
                                }

                                @Override
                                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                                    ctx.close();
                                }
                            });
                        }
                    });
            LoadLoops.applyOptions(bootstrap::childOption);
            listener = bootstrap.bind("127.0.0.1", 0).syncUninterruptibly().channel();
        }

        public int port() {
            return ((InetSocketAddress) listener.localAddress()).getPort();
        }

        @Override
        public void close() {
            listener.close().awaitUninterruptibly();
        }
    }
}
