package io.leasegate.testkit;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A gRPC service of plain bytes with one method per kind of call. A request whose first byte is {@link #FAIL} fails with the status
 * that its second byte names.
 */
public final class EchoService {

    /** First byte of a request that is to fail. */
    public static final byte FAIL = 'F';

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private final String name;
    private final AtomicInteger cancelled = new AtomicInteger();

    /** The service under a full gRPC service name. */
    public EchoService(String name) {
        this.name = name;
    }

    public static MethodDescriptor<byte[], byte[]> method(String service, String method, MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, method))
                .setType(type)
                .build();
    }

    /** Sends the message back. */
    public static MethodDescriptor<byte[], byte[]> unary(String service) {
        return method(service, "Unary", MethodType.UNARY);
    }

    /** Sends the message back as often as its first byte says. */
    public static MethodDescriptor<byte[], byte[]> serverStream(String service) {
        return method(service, "ServerStream", MethodType.SERVER_STREAMING);
    }

    /** Answers with all messages joined. */
    public static MethodDescriptor<byte[], byte[]> clientStream(String service) {
        return method(service, "ClientStream", MethodType.CLIENT_STREAMING);
    }

    /** Sends each message back at once. */
    public static MethodDescriptor<byte[], byte[]> bidi(String service) {
        return method(service, "Bidi", MethodType.BIDI_STREAMING);
    }

    /** Calls whose cancellation the service was told of. */
    public int cancelled() {
        return cancelled.get();
    }

    public ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder(name)
                .addMethod(unary(name), ServerCalls.asyncUnaryCall(this::onUnary))
                .addMethod(serverStream(name), ServerCalls.asyncServerStreamingCall(this::onServerStream))
                .addMethod(clientStream(name), ServerCalls.asyncClientStreamingCall(this::onClientStream))
                .addMethod(bidi(name), ServerCalls.asyncBidiStreamingCall(this::onBidi))
                .build();
    }

    private void onUnary(byte[] request, StreamObserver<byte[]> response) {
        if (request.length > 1 && request[0] == FAIL) {
            response.onError(Status.fromCodeValue(request[1])
                    .withDescription("asked to fail with " + request[1])
                    .asRuntimeException());
            return;
        }
        response.onNext(request);
        response.onCompleted();
    }

    private void onServerStream(byte[] request, StreamObserver<byte[]> response) {
        for (int i = 0; i < request[0]; i++) {
            response.onNext(request);
        }
        response.onCompleted();
    }

    private StreamObserver<byte[]> onClientStream(StreamObserver<byte[]> response) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        return observer(response, all::writeBytes, () -> {
            response.onNext(all.toByteArray());
            response.onCompleted();
        });
    }

    private StreamObserver<byte[]> onBidi(StreamObserver<byte[]> response) {
        return observer(response, response::onNext, response::onCompleted);
    }

    private StreamObserver<byte[]> observer(
            StreamObserver<byte[]> response, Consumer<byte[]> onNext, Runnable onCompleted) {
        ((ServerCallStreamObserver<byte[]>) response).setOnCancelHandler(cancelled::incrementAndGet);
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] value) {
                onNext.accept(value);
            }

            @Override
            public void onError(Throwable t) {}

            @Override
            public void onCompleted() {
                onCompleted.run();
            }
        };
    }
}
