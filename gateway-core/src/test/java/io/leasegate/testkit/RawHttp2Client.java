package io.leasegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** A scripted client on one connection. */
public final class RawHttp2Client extends RawHttp2Peer {

    private final AtomicInteger nextStreamId = new AtomicInteger(1);

    private RawHttp2Client(Socket socket, PeerOptions options) {
        super(socket, false, options, stream -> {});
    }

    /** Connects to a port of the loopback address and completes the SETTINGS exchange. */
    public static RawHttp2Client connect(int port) {
        return connect(port, PeerOptions.defaults());
    }

    /** Connects; the SETTINGS exchange is awaited unless the options leave it to the test. */
    public static RawHttp2Client connect(int port, PeerOptions options) {
        Socket socket = new Socket();
        try {
            if (options.receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(options.receiveBufferBytes);
            }
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        RawHttp2Client client = new RawHttp2Client(socket, options);
        client.begin();
        if (options.handshake && options.ackSettings) {
            client.expectSettings();
            client.expectSettingsAck();
        }
        return client;
    }

    /** The id that the next stream gets. */
    public int nextStreamId() {
        return nextStreamId.get();
    }

    /** Leaves the next id to the test, which opens that stream by frames of its own. */
    public void skipStream() {
        nextStreamId.addAndGet(2);
    }

    /** Opens the next stream. */
    public RawStream open(HeaderFields headers, boolean endStream) {
        RawStream stream = stream(nextStreamId.getAndAdd(2));
        stream.headers(headers, endStream);
        return stream;
    }

    /** Opens a gRPC call; DATA follows. */
    public RawStream openCall(String authority, String path) {
        return open(HeaderFields.grpcRequest(authority, path), false);
    }

    /** Sends a whole unary request. */
    public RawStream startUnary(String authority, String path, String message) {
        return openCall(authority, path).lastMessage(message);
    }

    /** A whole unary call. */
    public GrpcResponse unary(String authority, String path, String message) {
        return startUnary(authority, path, message).response();
    }
}
