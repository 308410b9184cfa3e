package io.leasegate.suites;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.TestServiceImpl;
import io.leasegate.suites.Tools.GoTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** A server of gRPC's interop suite on the loopback address, in clear text. One thread. */
interface InteropServer extends AutoCloseable {

    int port();

    @Override
    void close();

    /** Whose server it is. */
    enum Language {
        GO,
        JAVA;

        InteropServer start(Bench bench) throws IOException, InterruptedException {
            return this == GO ? go(bench) : java();
        }
    }

    private static InteropServer go(Bench bench) throws IOException, InterruptedException {
        int port = freePort();
        Child child = Child.start(
                bench.file("interop-server.log"),
                List.of(bench.tools().path(GoTool.INTEROP_SERVER).toString(), "--port", Integer.toString(port)));
        for (int i = 0; !listens(port); i++) {
            if (!child.isAlive() || i == 500) {
                child.close();
                throw new IOException("the interop server does not listen:\n" + child.lastLines());
            }
            Thread.sleep(20);
        }
        return new InteropServer() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public void close() {
                child.close();
            }
        };
    }

    private static InteropServer java() throws IOException {
        ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE)
                .addService(ServerInterceptors.intercept(new TestServiceImpl(executor), TestServiceImpl.interceptors()))
                .build()
                .start();
        return new InteropServer() {
            @Override
            public int port() {
                return server.getPort();
            }

            @Override
            public void close() {
                server.shutdownNow();
                executor.shutdownNow();
            }
        };
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
