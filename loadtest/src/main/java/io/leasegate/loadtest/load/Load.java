package io.leasegate.loadtest.load;

import io.leasegate.loadtest.wire.ClientConnection;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A load that runs until it is stopped. For one thread, which is none of the loops. */
public final class Load implements AutoCloseable {

    /**
     * Where the calls go.
     *
     * @param port on 127.0.0.1
     * @param tls null for clear text
     * @param authority what the calls name as their target
     */
    public record Target(int port, @Nullable SslContext tls, String authority) {}

    private static final int CONNECTS_AT_A_TIME = 32;
    private static final int CONNECT_LIMIT_MILLIS = 10_000;
    private static final long POLL_MILLIS = 2;

    private record Part(LoadLoop loop, LoopLoad load, int connections) {}

    private final Target target;
    private final List<Part> parts = new ArrayList<>();

    private Load(Target target) {
        this.target = target;
    }

    /** Starts to connect; calls begin on each connection at once. */
    public static Load start(LoadLoops loops, Target target, Plan plan) {
        Load load = new Load(target);
        int share = Math.min(loops.loops().size(), plan.connections());
        for (int i = 0; i < share; i++) {
            int connections = plan.connections() / share + (i < plan.connections() % share ? 1 : 0);
            Plan part = new Plan(plan.method(), connections, plan.streams(), plan.callsPerSecond() / share);
            LoadLoop loop = loops.loops().get(i);
            load.parts.add(new Part(loop, LoopLoad.of(part, loop), connections));
        }
        load.parts.forEach(load::connect);
        return load;
    }

    private void connect(Part part) {
        int[] left = {part.connections};
        part.loop.execute(() -> {
            for (int i = 0; i < CONNECTS_AT_A_TIME; i++) {
                connectNext(part, left);
            }
        });
    }

    /** One after the other, on the loop: the peer's backlog is not what is measured. */
    private void connectNext(Part part, int[] left) {
        if (left[0] == 0 || part.load.isStopping()) {
            return;
        }
        left[0]--;
        SslContext tls = target.tls;
        ClientConnection connection =
                new ClientConnection(part.load, tls != null, target.authority, part.load.method.path());
        Bootstrap bootstrap = new Bootstrap()
                .group(part.loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_LIMIT_MILLIS)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        }
                        channel.pipeline().addLast(connection);
                    }
                });
        LoadLoops.applyOptions(bootstrap::option);
        bootstrap.connect("127.0.0.1", target.port).addListener((ChannelFutureListener) connected -> {
            if (!connected.isSuccess()) {
                connection.failed(connected.cause());
            }
            connectNext(part, left);
        });
    }

    /**
     * Waits until all connections are there and, in a load that holds streams, all of those.
     *
     * @throws LoadFailure if something failed meanwhile, or it takes too long
     */
    public void awaitComplete(Duration limit) throws LoadFailure, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!all(part -> part.load.isComplete(part.connections))) {
            if (System.nanoTime() > deadline) {
                Sample sample = take();
                throw new LoadFailure("not all connections and streams were there within " + limit.toSeconds() + " s"
                        + (sample.failed() > 0 ? "; " + sample.failures() : ""));
            }
            if (all(part -> part.load.hasFailed())) {
                throw new LoadFailure(take().failures());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /** What happened since the last time. */
    public Sample take() throws InterruptedException {
        List<Sample> samples = new ArrayList<>();
        for (Part part : parts) {
            samples.add(on(part, part.load::take));
        }
        return Sample.sum(samples);
    }

    /**
     * No more calls; waits for those in flight.
     *
     * @return what happened since the last {@link #take()}; calls that do not end in time are among the failed ones
     */
    public Sample stop(Duration limit) throws InterruptedException {
        for (Part part : parts) {
            on(part, () -> {
                part.load.stop();
                return true;
            });
        }
        long deadline = System.nanoTime() + limit.toNanos();
        while (!all(part -> part.load.inFlight() == 0)) {
            if (System.nanoTime() > deadline) {
                for (Part part : parts) {
                    on(part, () -> {
                        part.load.countFailure(
                                part.load.inFlight(), "calls did not end within " + limit.toSeconds() + " s");
                        return true;
                    });
                }
                break;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        return take();
    }

    @Override
    public void close() {
        for (Part part : parts) {
            part.loop
                    .submit(() -> {
                        part.load.stop();
                        part.load.closeAll();
                    })
                    .awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
    }

    private interface Condition {
        boolean holds(Part part);
    }

    private boolean all(Condition condition) throws InterruptedException {
        for (Part part : parts) {
            if (!on(part, () -> condition.holds(part))) {
                return false;
            }
        }
        return true;
    }

    private static <T> T on(Part part, Callable<T> question) throws InterruptedException {
        return part.loop.submit(question).sync().getNow();
    }
}
