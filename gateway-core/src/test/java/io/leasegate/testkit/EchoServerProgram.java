package io.leasegate.testkit;

import io.grpc.netty.NettyServerBuilder;
import java.net.InetSocketAddress;

/** A gRPC server with the {@link EchoService} as a program: {@code address port}. Says {@code ready} and runs until it is killed. */
public final class EchoServerProgram {

    /** What it says when it listens. */
    public static final String READY = "ready";

    private EchoServerProgram() {}

    public static void main(String[] args) throws Exception {
        NettyServerBuilder.forAddress(new InetSocketAddress(args[0], Integer.parseInt(args[1])))
                .addService(new EchoService(TestServer.SERVICE).definition())
                .build()
                .start();
        System.out.println(READY);
        Thread.currentThread().join();
    }
}
