package io.leasegate.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leasegate.loadtest.load.Load.Target;
import io.leasegate.loadtest.wire.InstanceConnection;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final LoadLoops LOOPS = new LoadLoops(2);

    @AfterAll
    static void close() {
        LOOPS.close();
    }

    @ParameterizedTest
    @CsvSource({
        "UNARY,3,10,21",
        "SERVER_STREAM,2,2,1029000",
        "PING_PONG,3,4,21",
        "DOWNLOAD,2,3,1048581",
        "UPLOAD,2,3,21"
    })
    void callsEndWellAndAreCounted(Method method, int connections, int streams, long bytesPerUnit) throws Exception {
        try (Instance instance = Instance.on(LOOPS, null);
                Load load = Load.start(LOOPS, target(instance.port()), Plan.closed(method, connections, streams))) {
            load.awaitComplete(LIMIT);
            TimeUnit.MILLISECONDS.sleep(300);
            Sample middle = load.take();
            Sample end = load.stop(LIMIT);
            Sample sum = Sample.sum(List.of(middle, end));
            assertThat(sum.failed()).as(sum.failures()).isZero();
            assertThat(sum.units()).isGreaterThan((long) connections * streams);
            assertThat(sum.bytes()).isEqualTo(sum.units() * bytesPerUnit);
            assertThat(sum.latencyNanos().getTotalCount()).isEqualTo(sum.units());
        }
    }

    @Test
    void heldStreamsStayOpenUntilTheEnd() throws Exception {
        try (Instance instance = Instance.on(LOOPS, null);
                Load load = Load.start(LOOPS, target(instance.port()), Plan.closed(Method.HOLD, 4, 50))) {
            load.awaitComplete(LIMIT);
            assertThat(load.take().units()).isZero();
            Sample end = load.stop(LIMIT);
            assertThat(end.failed()).as(end.failures()).isZero();
            assertThat(end.units()).isEqualTo(200);
        }
    }

    @Test
    void anOpenLoadSendsAtItsRate() throws Exception {
        try (Instance instance = Instance.on(LOOPS, null);
                Load load = Load.start(LOOPS, target(instance.port()), Plan.open(Method.UNARY, 4, 400))) {
            load.awaitComplete(LIMIT);
            load.take();
            long began = System.nanoTime();
            TimeUnit.SECONDS.sleep(1);
            Sample sample = load.take();
            double seconds = (System.nanoTime() - began) / 1e9;
            assertThat(sample.failed()).as(sample.failures()).isZero();
            // Poisson: 20 of 400 is a standard deviation; eight of them either way.
            assertThat(sample.units() / seconds).isBetween(240.0, 560.0);
        }
    }

    @Test
    void aCallThatDoesNotEndWellIsCountedAsFailed() throws Exception {
        Channel refusing = new ServerBootstrap()
                .group(LOOPS.group())
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new InstanceConnection(path -> null));
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        int port = ((InetSocketAddress) refusing.localAddress()).getPort();
        try (Load load = Load.start(LOOPS, target(port), Plan.closed(Method.UNARY, 1, 1))) {
            // Not awaitComplete: the first failed call may come before it looks, and it reports that as a failure.
            long deadline = System.nanoTime() + LIMIT.toNanos();
            Sample sample = load.take();
            while (sample.failed() == 0 && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(10);
                sample = load.take();
            }
            assertThat(sample.units()).isZero();
            assertThat(sample.failed()).isPositive();
            assertThat(sample.failures()).contains("grpc-status 12");
        } finally {
            refusing.close().sync();
        }
    }

    @Test
    void saysWhyItCannotConnect() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        try (Load load = Load.start(LOOPS, target(port), Plan.closed(Method.UNARY, 1, 1))) {
            assertThatThrownBy(() -> load.awaitComplete(LIMIT))
                    .isInstanceOf(LoadFailure.class)
                    .hasMessageContaining("refused");
        }
    }

    private static Target target(int port) {
        return new Target(port, null, "bench");
    }
}
