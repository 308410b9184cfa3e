package io.leasegate.loadtest.load;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * The event loops that clients and instances share: on a machine with two cores there is one, since one loop that serves both need not switch
 * threads between them. Any thread.
 */
public final class LoadLoops implements AutoCloseable {

    private static final int READ_BYTES = 64 << 10;

    private static final class Group extends MultiThreadIoEventLoopGroup {
        private static final AtomicInteger NUMBER = new AtomicInteger();

        Group(int threads) {
            super(threads, (Executor) null, EpollIoHandler.newFactory());
        }

        @Override
        protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... arguments) {
            return new LoadLoop(this, factory, NUMBER.incrementAndGet());
        }
    }

    private final EventLoopGroup group;
    private final List<LoadLoop> loops = new ArrayList<>();

    public LoadLoops(int threads) {
        group = new Group(threads);
        for (EventExecutor loop : group) {
            loops.add((LoadLoop) loop);
        }
    }

    public EventLoopGroup group() {
        return group;
    }

    List<LoadLoop> loops() {
        return loops;
    }

    /** What all connections have in common; of a server, those that it accepts. */
    public static void applyOptions(BiConsumer<ChannelOption<Object>, Object> options) {
        set(options, ChannelOption.TCP_NODELAY, true);
        set(options, ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
        set(options, ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES));
        set(options, ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(256 << 10, 512 << 10));
    }

    @SuppressWarnings("unchecked")
    private static <T> void set(BiConsumer<ChannelOption<Object>, Object> options, ChannelOption<T> option, T value) {
        options.accept((ChannelOption<Object>) (ChannelOption<?>) option, value);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
