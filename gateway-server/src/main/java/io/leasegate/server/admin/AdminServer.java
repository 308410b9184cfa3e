package io.leasegate.server.admin;

import static java.util.Objects.requireNonNull;

import io.leasegate.routing.RouteTableRef;
import io.leasegate.server.explain.Explanations;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The admin listener: HTTP/1.1 on one thread of its own, so that a scrape or a large page never takes time from the event loops
 * that relay calls. Start and close from any one thread.
 */
public final class AdminServer implements AutoCloseable {

    static final int MAX_LINE_BYTES = 4 * 1024;
    static final int MAX_HEADER_BYTES = 16 * 1024;

    private static final String FULL_TEXT = "too many connections to the admin listener at once\n";
    private static final byte[] FULL = ("HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\n"
                    + "connection: close\r\ncontent-length: " + FULL_TEXT.length() + "\r\n\r\n" + FULL_TEXT)
            .getBytes(StandardCharsets.US_ASCII);

    private final AdminSettings settings;
    private final AdminPages pages;
    private final EventLoopGroup loop;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private @Nullable Channel listener;

    /**
     * @param table the table that {@code /api/services} shows
     * @param readiness asked at each {@code /ready}
     * @param metrics asked at each {@code /metrics}
     * @param barrier asked at each {@code /api/barrier}
     * @param explanations asked at each {@code /api/explain}
     * @param drain begins the drain and returns at once; may be called more than once
     */
    public AdminServer(
            AdminSettings settings,
            RouteTableRef table,
            Readiness readiness,
            MetricsScrape metrics,
            Barrier barrier,
            Explanations explanations,
            Runnable drain) {
        this.settings = requireNonNull(settings, "settings");
        this.pages = new AdminPages(
                requireNonNull(table, "table"),
                requireNonNull(readiness, "readiness"),
                requireNonNull(metrics, "metrics"),
                requireNonNull(barrier, "barrier"),
                requireNonNull(explanations, "explanations"),
                requireNonNull(drain, "drain"));
        this.loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("leasegate-admin", true), NioIoHandler.newFactory());
    }

    /**
     * Binds the listener; requests are answered when this returns.
     *
     * @throws IOException when the address cannot be bound; the message says which and what to do. The server is then closed.
     */
    public void start() throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 128)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                // Each read is asked for: see AdminConnection.
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                });
        try {
            InetAddress address = InetAddress.getByName(settings.address());
            ChannelFuture bound = bootstrap
                    .bind(new InetSocketAddress(address, settings.port()))
                    .awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw new IOException(describe(bound.cause()), bound.cause());
            }
            listener = bound.channel();
        } catch (UnknownHostException e) {
            close();
            throw new IOException(
                    "admin listener: '" + settings.address()
                            + "' is not an address of this machine (leasegate.admin.address)",
                    e);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private String describe(@Nullable Throwable cause) {
        String where = "admin listener: cannot listen on " + settings.address() + ":" + settings.port() + ": ";
        String what = cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
        if (!(cause instanceof BindException)) {
            return where + what;
        }
        return where
                + what
                + (what.contains("in use")
                        ? "; stop the process that has the port, or set leasegate.admin.port to another one (0 picks a free one)"
                        : "; set leasegate.admin.address to an address of this machine");
    }

    private void accept(SocketChannel channel) {
        // All connections are opened and closed on the one admin thread, so the count is exact.
        if (connections.size() >= settings.maxConnections()) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(FULL)).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        connections.add(channel);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new HttpServerCodec(new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxChunkSize(8 * 1024)));
        pipeline.addLast(new ChunkedWriteHandler());
        pipeline.addLast(new AdminConnection(settings, pages));
    }

    /** The address that the listener is bound to. Only after {@link #start}. */
    public InetSocketAddress address() {
        Channel bound = listener;
        if (bound == null) {
            throw new IllegalStateException("the admin listener is not started");
        }
        return (InetSocketAddress) bound.localAddress();
    }

    /** Closes the listener and its connections; answers that are not sent yet are cut. Waits 5 s at most; not from the admin thread. */
    @Override
    public void close() {
        Channel bound = listener;
        if (bound != null) {
            bound.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        }
        connections.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
