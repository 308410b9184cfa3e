package io.leasegate.examples;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Appends the {@code x-call-id} of each call to a file before the service sees the call, a line each: with that, drills count how often each
 * call was executed. What is in the file stays there when the process is killed. Any thread.
 */
final class CallLog implements ServerInterceptor {

    static final Metadata.Key<String> CALL_ID = Metadata.Key.of("x-call-id", Metadata.ASCII_STRING_MARSHALLER);

    private final FileChannel file;

    /** @throws IOException if the file cannot be made or opened */
    CallLog(Path path) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String id = headers.get(CALL_ID);
        if (id != null) {
            try {
                // One write for a line: appended as a whole, whoever else appends.
                file.write(ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.US_ASCII)));
            } catch (IOException e) {
                // A call that cannot be counted must not be executed.
                call.close(
                        Status.INTERNAL.withDescription("the call log cannot be written: " + e.getMessage()),
                        new Metadata());
                return new ServerCall.Listener<>() {};
            }
        }
        return next.startCall(call, headers);
    }
}
