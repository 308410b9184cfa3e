package io.leasegate.testkit;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A real gRPC client (grpc-java) of the {@link EchoService} over one channel, in clear text. */
public final class TestClient implements AutoCloseable {

    private final ManagedChannel channel;
    private final String service;

    private TestClient(int port, String authority, String service, UnaryOperator<NettyChannelBuilder> custom) {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .overrideAuthority(authority)
                .disableRetry()
                .maxInboundMessageSize(Integer.MAX_VALUE);
        this.channel = custom.apply(builder).build();
        this.service = service;
    }

    /** A client that asks for an authority. */
    public static TestClient connect(int port, String authority) {
        return new TestClient(port, authority, TestServer.SERVICE, b -> b);
    }

    /** A client with another gRPC service name and other settings of the channel. */
    public static TestClient connect(
            int port, String authority, String service, UnaryOperator<NettyChannelBuilder> custom) {
        return new TestClient(port, authority, service, custom);
    }

    public ManagedChannel channel() {
        return channel;
    }

    public byte[] unary(byte[] request) {
        return ClientCalls.blockingUnaryCall(channel, EchoService.unary(service), CallOptions.DEFAULT, request);
    }

    public byte[] unary(byte[] request, CallOptions options) {
        return ClientCalls.blockingUnaryCall(channel, EchoService.unary(service), options, request);
    }

    public List<byte[]> serverStream(byte[] request) {
        List<byte[]> all = new ArrayList<>();
        ClientCalls.blockingServerStreamingCall(
                        channel, EchoService.serverStream(service), CallOptions.DEFAULT, request)
                .forEachRemaining(all::add);
        return all;
    }

    public Call clientStream() {
        return new Call(channel, EchoService.clientStream(service));
    }

    public Call bidi() {
        return new Call(channel, EchoService.bidi(service));
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            if (!channel.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new AssertionError("the channel does not end within 10 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A streaming call step by step. */
    public static final class Call {

        private final ClientCall<byte[], byte[]> call;
        private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Metadata> headers = new CompletableFuture<>();
        private final CompletableFuture<Status> status = new CompletableFuture<>();
        private volatile Metadata trailers;

        Call(ManagedChannel channel, MethodDescriptor<byte[], byte[]> method) {
            call = channel.newCall(method, CallOptions.DEFAULT);
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onHeaders(Metadata h) {
                            headers.complete(h);
                        }

                        @Override
                        public void onMessage(byte[] message) {
                            messages.add(message);
                            call.request(1);
                        }

                        @Override
                        public void onClose(Status s, Metadata t) {
                            trailers = t;
                            status.complete(s);
                        }
                    },
                    new Metadata());
            call.request(1);
        }

        public Call send(byte[] message) {
            call.sendMessage(message);
            return this;
        }

        public Call halfClose() {
            call.halfClose();
            return this;
        }

        public void cancel() {
            call.cancel("cancelled by the test", null);
        }

        /** The next message. */
        public byte[] receive() {
            try {
                byte[] m = messages.poll(10, TimeUnit.SECONDS);
                if (m == null) {
                    throw new AssertionError("expected a message within 10 s; status so far: " + status.getNow(null));
                }
                return m;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        public Metadata headers() {
            return headers.orTimeout(10, TimeUnit.SECONDS).join();
        }

        /** The status that ends the call. */
        public Status status() {
            return status.orTimeout(10, TimeUnit.SECONDS).join();
        }

        /** The trailers, once {@link #status()} is there. */
        public Metadata trailers() {
            return trailers;
        }
    }
}
