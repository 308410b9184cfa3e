package io.leasegate.testkit;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import java.util.concurrent.atomic.AtomicInteger;

/** An {@link EchoService} under any gRPC name, which server reflection of grpc-java names too; counts its calls. */
public final class ReflectedService implements BindableService {

    private final ServerServiceDefinition definition;
    private final AtomicInteger calls = new AtomicInteger();

    /** @param name a full gRPC service name with a package */
    public ReflectedService(String name) {
        ServerServiceDefinition echo = new EchoService(name).definition();
        FileDescriptor file = file(name);
        ServiceDescriptor.Builder descriptor =
                ServiceDescriptor.newBuilder(name).setSchemaDescriptor((ProtoFileDescriptorSupplier) () -> file);
        echo.getMethods().forEach(m -> descriptor.addMethod(m.getMethodDescriptor()));
        ServerServiceDefinition.Builder reflected = ServerServiceDefinition.builder(descriptor.build());
        echo.getMethods().forEach(reflected::addMethod);
        definition = ServerInterceptors.intercept(reflected.build(), new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                calls.incrementAndGet();
                return next.startCall(call, headers);
            }
        });
    }

    private static FileDescriptor file(String name) {
        int dot = name.lastIndexOf('.');
        FileDescriptorProto proto = FileDescriptorProto.newBuilder()
                .setName(name + ".proto")
                .setPackage(name.substring(0, dot))
                .addService(ServiceDescriptorProto.newBuilder().setName(name.substring(dot + 1)))
                .build();
        try {
            return FileDescriptor.buildFrom(proto, new FileDescriptor[0]);
        } catch (DescriptorValidationException e) {
            throw new IllegalArgumentException(name, e);
        }
    }

    /** Calls so far. */
    public int calls() {
        return calls.get();
    }

    @Override
    public ServerServiceDefinition bindService() {
        return definition;
    }
}
