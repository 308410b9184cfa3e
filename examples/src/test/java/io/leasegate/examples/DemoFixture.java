package io.leasegate.examples;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.leasegate.examples.v1.GreeterGrpc;
import io.leasegate.examples.v1.ReceptionGrpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/** Instances of the demo services as their processes start them, without a registration, and channels to them. */
final class DemoFixture implements AutoCloseable {

    private final List<DemoServer> servers = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    ManagedChannel greeter(String name) throws IOException {
        return server("greeter", name, GreeterGrpc.SERVICE_NAME, instance -> new GreeterService(instance, timer));
    }

    ManagedChannel reception(String name, ManagedChannel greeter) throws IOException {
        return server(
                "reception", name, ReceptionGrpc.SERVICE_NAME, instance -> new ReceptionService(instance, greeter));
    }

    /** A channel to a port where nobody listens. */
    ManagedChannel nowhere() {
        return channel(1);
    }

    private ManagedChannel server(
            String service, String name, String grpcService, Function<String, BindableService> implementation)
            throws IOException {
        DemoServer server = DemoServer.start(DemoOptions.parse(service, "--name", name), grpcService, implementation);
        servers.add(server);
        return channel(server.port());
    }

    private ManagedChannel channel(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        channels.add(channel);
        return channel;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        servers.forEach(DemoServer::shutdownNow);
        timer.shutdownNow();
    }
}
