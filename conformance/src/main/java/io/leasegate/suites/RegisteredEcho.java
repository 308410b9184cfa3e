package io.leasegate.suites;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.StringValue;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The service that the registrars register, seen through a gateway: its instances in the table, and calls to it. One thread. */
final class RegisteredEcho implements AutoCloseable {

    private static final MethodDescriptor<StringValue, StringValue> SAY =
            MethodDescriptor.<StringValue, StringValue>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("leasegate.Echo/Say")
                    .setRequestMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
                    .build();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long CALL_SECONDS = 5;

    private final Gate gate;
    private final ManagedChannel channel;

    RegisteredEcho(Gate gate) {
        this.gate = gate;
        this.channel = NettyChannelBuilder.forAddress("127.0.0.1", gate.port())
                .usePlaintext()
                .disableRetry()
                .build();
    }

    /** The instances that the gateway routes to by now, as it tells them. */
    List<JsonNode> instances() throws IOException {
        List<JsonNode> instances = new ArrayList<>();
        for (JsonNode service : JSON.readTree(gate.services()).path("services")) {
            if (service.path("name").asText().equals(Registrar.SERVICE)) {
                service.path("instances").forEach(instances::add);
            }
        }
        return instances;
    }

    /**
     * Waits until what the table has of the service is as it should be.
     *
     * @return the instances that were
     * @throws IOException when it is not so in time; the message has the instances
     */
    List<JsonNode> await(Duration limit, String what, Predicate<List<JsonNode>> wanted)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        List<JsonNode> instances = instances();
        while (!wanted.test(instances)) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "not within " + limit.toMillis() + " ms: " + what + "; the table has " + instances);
            }
            Thread.sleep(10);
            instances = instances();
        }
        return instances;
    }

    /**
     * Sees to it that a call is answered by this process.
     *
     * @throws IOException when it is not
     */
    void expectAnswer(Child instance) throws IOException {
        String wanted = instance.process().pid() + ": hello";
        String said;
        try {
            said = call();
        } catch (StatusRuntimeException e) {
            throw new IOException("a call ended with " + e.getStatus() + " (expected an answer)", e);
        }
        if (!said.equals(wanted)) {
            throw new IOException("a call was answered with '" + said + "' (expected '" + wanted + "')");
        }
    }

    /**
     * Sees to it that a call is refused with UNAVAILABLE.
     *
     * @throws IOException when it is not
     */
    void expectUnavailable() throws IOException {
        try {
            throw new IOException("a call was answered with '" + call() + "' (expected UNAVAILABLE)");
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
                throw new IOException("a call ended with " + e.getStatus() + " (expected UNAVAILABLE)", e);
            }
        }
    }

    private String call() {
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
        return ClientCalls.blockingUnaryCall(channel, SAY, options, StringValue.of("hello"))
                .getValue();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
