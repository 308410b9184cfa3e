package io.leasegate.testkit;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A real gRPC server (grpc-java) with the {@link EchoService} on a port of the loopback address; records the metadata of its calls. */
public final class TestServer implements AutoCloseable {

    /** The gRPC name of the service unless told. */
    public static final String SERVICE = "leasegate.test.Echo";

    private static final String LOOPBACK = "127.0.0.1";

    private final EchoService echo;
    private final List<Metadata> calls = new CopyOnWriteArrayList<>();
    private final UnaryOperator<NettyServerBuilder> custom;
    private final BindableService[] services;
    private final String host;
    private final int port;
    private Server server;

    private TestServer(
            String service,
            UnaryOperator<NettyServerBuilder> custom,
            String host,
            int wantedPort,
            BindableService... services) {
        this.echo = new EchoService(service);
        this.custom = custom;
        this.services = services.clone();
        this.host = host;
        this.port = listen(wantedPort);
    }

    /** A server with defaults. */
    public static TestServer start() {
        return new TestServer(SERVICE, b -> b, LOOPBACK, 0);
    }

    /** A server with defaults at another address of this machine. */
    public static TestServer startAt(String host, int port) {
        return new TestServer(SERVICE, b -> b, host, port);
    }

    /** A server whose echo service has another gRPC name. */
    public static TestServer start(String service) {
        return new TestServer(service, b -> b, LOOPBACK, 0);
    }

    /** A server with other settings and more services. */
    public static TestServer start(UnaryOperator<NettyServerBuilder> custom, BindableService... services) {
        return new TestServer(SERVICE, custom, LOOPBACK, 0, services);
    }

    public int port() {
        return port;
    }

    public EchoService echo() {
        return echo;
    }

    /** The metadata of all calls so far. */
    public List<Metadata> calls() {
        return List.copyOf(calls);
    }

    /** Ends in the orderly way: GOAWAY, and calls in flight finish. */
    public void shutdown() {
        server.shutdown();
        awaitEnd();
    }

    /** Begins an orderly end and does not wait for it. */
    public void beginShutdown() {
        server.shutdown();
    }

    /** Ends at once. */
    public void kill() {
        server.shutdownNow();
        awaitEnd();
    }

    /** Starts again on the same port. */
    public void restart() {
        listen(port);
    }

    @Override
    public void close() {
        kill();
    }

    private int listen(int wantedPort) {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(host, wantedPort))
                .addService(echo.definition())
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, R> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                        calls.add(headers);
                        return next.startCall(call, headers);
                    }
                });
        for (BindableService s : services) {
            builder.addService(s);
        }
        try {
            server = custom.apply(builder).build().start();
            return server.getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitEnd() {
        try {
            if (!server.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new AssertionError("the gRPC server does not end within 10 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
