package io.leasegate.loadtest.wire;

import org.jspecify.annotations.Nullable;

/** One call that a client makes: when it began and what came back. Used on its connection's event loop. */
public final class ClientStream extends WireStream {

    private final ClientConnection connection;
    private final long beganNanos;
    private long receivedBytes;
    private long marker;
    String httpStatus = "";
    String grpcStatus = "";
    String grpcMessage = "";
    String outcome = "";

    ClientStream(ClientConnection connection, int id, long sendWindow, long beganNanos) {
        super(id, sendWindow);
        this.connection = connection;
        this.beganNanos = beganNanos;
    }

    public ClientConnection connection() {
        return connection;
    }

    /** When the call was to begin, of {@link System#nanoTime()}. */
    public long beganNanos() {
        return beganNanos;
    }

    void received(int bytes) {
        receivedBytes += bytes;
    }

    /** Bytes of the response's body, the prefixes of gRPC's messages included. */
    public long receivedBytes() {
        return receivedBytes;
    }

    /** A place for the workload: in a ping-pong, when the last message went out. */
    public long marker() {
        return marker;
    }

    public void mark(long value) {
        marker = value;
    }

    /** The code of gRPC's that the response ended with, in digits; empty while there is none. */
    public String grpcStatus() {
        return grpcStatus;
    }

    public String grpcMessage() {
        return grpcMessage;
    }

    public String httpStatus() {
        return httpStatus;
    }

    /** What a gateway says that it answered with itself: the code of an outcome; empty where an instance's answer was relayed. */
    public String outcome() {
        return outcome;
    }

    /** What is wrong with the response that has ended, or null if it is what it should be. */
    public @Nullable String wrong(long expectedBytes) {
        if (!httpStatus.equals("200")) {
            return "HTTP status " + (httpStatus.isEmpty() ? "missing" : httpStatus);
        }
        if (!grpcStatus.equals("0")) {
            return "grpc-status " + (grpcStatus.isEmpty() ? "missing" : grpcStatus) + " " + grpcMessage;
        }
        if (receivedBytes != expectedBytes) {
            return receivedBytes + " bytes of response (expected " + expectedBytes + ")";
        }
        return null;
    }
}
