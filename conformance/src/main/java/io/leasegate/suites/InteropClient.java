package io.leasegate.suites;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client of gRPC's interop suite. One thread. */
interface InteropClient {

    /** The cases that mean the same through a gateway and against any server, by the names of gRPC's description of them. */
    List<String> COMMON_CASES = List.of(
            "empty_unary",
            "large_unary",
            "client_streaming",
            "server_streaming",
            "ping_pong",
            "empty_stream",
            "cancel_after_begin",
            "cancel_after_first_response",
            "timeout_on_sleeping_server",
            "custom_metadata",
            "status_code_and_message",
            "special_status_message",
            "unimplemented_method",
            "unimplemented_service");

    /** The name that gRPC's test certificate is for, among others. */
    String TEST_HOST = "foo.test.google.fr";

    /** What the client does against a server of that language. */
    List<String> cases(InteropServer.Language server);

    void prepare(Tools tools) throws MissingToolException, IOException, InterruptedException;

    /**
     * Runs the cases.
     *
     * @param port of the gateway
     * @param ca the authority that the gateway's certificate is from, null for clear text
     */
    Score run(Bench bench, List<String> cases, int port, @Nullable Path ca) throws IOException, InterruptedException;
}
