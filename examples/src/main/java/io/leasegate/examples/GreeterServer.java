package io.leasegate.examples;

import io.leasegate.examples.v1.GreeterGrpc;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The process of one greeter instance. */
public final class GreeterServer {

    private GreeterServer() {}

    public static void main(String[] args) throws Exception {
        DemoOptions options = DemoOptions.parseOrExit("greeter", args);
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "greeter-timer");
            thread.setDaemon(true);
            return thread;
        });
        DemoServer.start(options, GreeterGrpc.SERVICE_NAME, name -> new GreeterService(name, timer))
                .awaitTermination();
    }
}
