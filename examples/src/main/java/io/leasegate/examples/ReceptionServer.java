package io.leasegate.examples;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.leasegate.examples.v1.ReceptionGrpc;

/** The process of one reception instance. */
public final class ReceptionServer {

    private ReceptionServer() {}

    public static void main(String[] args) throws Exception {
        DemoOptions options = DemoOptions.parseOrExit("reception", args);
        // The gateway finds the service by the call's authority.
        ManagedChannel greeter = NettyChannelBuilder.forTarget(options.gateway())
                .overrideAuthority("greeter")
                .usePlaintext()
                .build();
        DemoServer.start(options, ReceptionGrpc.SERVICE_NAME, name -> new ReceptionService(name, greeter))
                .awaitTermination();
        greeter.shutdownNow();
    }
}
