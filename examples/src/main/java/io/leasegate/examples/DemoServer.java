package io.leasegate.examples;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.leasegate.registrar.RegisteredServer;
import io.leasegate.registrar.Registrar;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * What every instance of a service has around it: a server with health checks and reflection, and a registration under a lease. It ends
 * with the process (SIGTERM, Ctrl-C): first the registration, so that gateways stop sending calls, then the server.
 */
final class DemoServer {

    /** How long the server goes on after its deregistration: time for gateways to see it. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** How long calls in flight may go on at the end. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Server server;

    private DemoServer(Server server) {
        this.server = server;
    }

    /**
     * Starts an instance and says on standard output where it listens.
     *
     * @param grpcService the full name of the gRPC service, as health checks ask for it
     * @param service makes the service, given the instance's name
     * @throws IOException if the server cannot listen, or the call log not be opened
     */
    static DemoServer start(DemoOptions options, String grpcService, Function<String, BindableService> service)
            throws IOException {
        HealthStatusManager health = new HealthStatusManager();
        health.setStatus(grpcService, ServingStatus.SERVING);
        NettyServerBuilder builder = NettyServerBuilder.forAddress(listenAddress(options))
                .addService(service.apply(options.name()))
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance());
        if (options.callLog() != null) {
            builder.intercept(new CallLog(options.callLog()));
        }
        Server server = builder.build();
        if (options.etcd().isEmpty()) {
            server.start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> shutdown(server), "server-shutdown"));
        } else {
            RegisteredServer.start(
                            server,
                            Registrar.builder()
                                    .endpoints(options.etcd())
                                    .service(options.service())
                                    .address(options.host() + ":0") // the port is the server's
                                    .version(options.version())
                                    .weight(options.weight())
                                    .ttl(options.ttl()),
                            PAUSE)
                    .shutdownWithJvm(GRACE);
        }
        System.out.println(options.name() + " listens on " + options.host() + ":" + server.getPort());
        return new DemoServer(server);
    }

    int port() {
        return server.getPort();
    }

    void awaitTermination() throws InterruptedException {
        server.awaitTermination();
    }

    void shutdownNow() {
        server.shutdownNow();
    }

    /** On all interfaces, unless only this machine is meant to get there. */
    private static InetSocketAddress listenAddress(DemoOptions options) throws IOException {
        InetAddress host = InetAddress.getByName(options.host());
        return host.isLoopbackAddress()
                ? new InetSocketAddress(host, options.port())
                : new InetSocketAddress(options.port());
    }

    private static void shutdown(Server server) {
        server.shutdown();
        try {
            server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.shutdownNow();
    }
}
