package io.leasegate.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.leasegate.examples.v1.GreetRequest;
import io.leasegate.examples.v1.GreeterGrpc;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallLogTest {

    @TempDir
    private Path folder = Path.of("");

    @Test
    void notesEachCallThatHasAnIdBeforeItIsAnswered() throws Exception {
        Path file = folder.resolve("calls");
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        DemoServer server = DemoServer.start(
                DemoOptions.parse("greeter", "--name", "g", "--call-log", file.toString()),
                GreeterGrpc.SERVICE_NAME,
                name -> new GreeterService(name, timer));
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
        try {
            GreetRequest ada = GreetRequest.newBuilder().setName("Ada").build();
            GreeterGrpc.GreeterBlockingStub greeter = GreeterGrpc.newBlockingStub(channel);
            assertThat(greeter.greet(ada).getText()).isEqualTo("Hello, Ada!");
            assertThat(file).isEmptyFile();
            for (String id : new String[] {"7", "8", "7"}) {
                Metadata headers = new Metadata();
                headers.put(CallLog.CALL_ID, id);
                assertThat(greeter.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                                .greet(ada)
                                .getInstance())
                        .isEqualTo("g");
            }
            assertThat(file).hasContent("7\n8\n7\n");
        } finally {
            channel.shutdownNow();
            server.shutdownNow();
            timer.shutdownNow();
        }
    }
}
