package io.leasegate.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One stream of a {@link RawHttp2Peer}, on either side: shorthand for the peer's methods with the stream's id. */
public final class RawStream {

    private final RawHttp2Peer peer;
    private final int id;
    private RawFrame request;

    RawStream(RawHttp2Peer peer, int id) {
        this.peer = peer;
        this.id = id;
    }

    public int id() {
        return id;
    }

    public RawHttp2Peer connection() {
        return peer;
    }

    /** An instance's view: the frame that opened the stream. */
    public synchronized RawFrame requestFrame() {
        if (request == null) {
            request = peer.expectHeaders(id);
        }
        return request;
    }

    /** An instance's view: the request's headers. */
    public HeaderFields request() {
        return requestFrame().headers();
    }

    // ---- sending

    public RawStream headers(HeaderFields fields, boolean endStream) {
        peer.send().headers(id, fields, endStream);
        return this;
    }

    /** Response headers as a gRPC server sends them. */
    public RawStream responseHeaders() {
        return headers(HeaderFields.grpcResponse(), false);
    }

    /** DATA within the windows. */
    public RawStream data(byte[] bytes, boolean endStream) {
        peer.dataWithinWindow(id, bytes, endStream);
        return this;
    }

    /** A gRPC message within the windows. */
    public RawStream message(String content) {
        return data(Grpc.message(content), false);
    }

    /** A gRPC message within the windows, the last one of this direction. */
    public RawStream lastMessage(String content) {
        return data(Grpc.message(content), true);
    }

    /** An empty DATA frame with END_STREAM. */
    public RawStream halfClose() {
        return data(new byte[0], true);
    }

    public RawStream trailers(int grpcStatus) {
        return headers(HeaderFields.grpcTrailers(grpcStatus), true);
    }

    /** The one header block of a trailers-only response. */
    public RawStream trailersOnly(int grpcStatus, String grpcMessage) {
        return headers(
                HeaderFields.grpcResponse()
                        .with("grpc-status", Integer.toString(grpcStatus))
                        .with("grpc-message", grpcMessage),
                true);
    }

    /** A whole unary response with status 0. */
    public void reply(String content) {
        responseHeaders().message(content).trailers(0);
    }

    public RawStream rst(Http2Error error) {
        peer.send().rst(id, error);
        return this;
    }

    // ---- receiving

    public HeaderFields expectHeaders() {
        return peer.expectHeaders(id).headers();
    }

    public RawFrame expectData() {
        return peer.expectData(id);
    }

    public byte[] expectData(int bytes) {
        return peer.expectData(id, bytes);
    }

    /** A message with this text, in one or several DATA frames. */
    public RawStream expectMessage(String content) {
        byte[] wanted = Grpc.message(content);
        byte[] got = peer.expectData(id, wanted.length);
        if (!Arrays.equals(wanted, got)) {
            throw new AssertionError("stream " + id + ": expected the message '" + content + "', got '"
                    + new String(got, 5, got.length - 5, StandardCharsets.UTF_8) + "'");
        }
        return this;
    }

    /** Trailers: a HEADERS frame with END_STREAM. */
    public HeaderFields expectTrailers() {
        RawFrame f = peer.expectHeaders(id);
        if (!f.endStream()) {
            throw new AssertionError("stream " + id + ": expected trailers with END_STREAM, got " + f);
        }
        return f.headers();
    }

    public RawFrame expectRst(Http2Error error) {
        return peer.expectRst(id, error);
    }

    public RawFrame expectRstEventually(Http2Error error) {
        return peer.expectRstEventually(id, error);
    }

    public void expectNothing(Duration time) {
        peer.expectNothing(id, time);
    }

    /** An instance's view: the rest of the request's DATA until END_STREAM. */
    public byte[] expectRequestEnd() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (requestFrame().endStream()) {
            return body.toByteArray();
        }
        RawFrame f;
        do {
            f = peer.expectData(id);
            body.writeBytes(f.payload());
        } while (!f.endStream());
        return body.toByteArray();
    }

    /**
     * The rest of a request.
     *
     * @param trailers null without
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Rest(byte[] body, HeaderFields trailers) {}

    /** An instance's view: DATA and trailers until END_STREAM. */
    public Rest expectRest() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            RawFrame f = peer.expectFrame(id);
            if (f.type() == RawFrame.DATA) {
                body.writeBytes(f.payload());
            } else if (f.type() != RawFrame.HEADERS) {
                throw new AssertionError("stream " + id + ": expected the rest of the request, got " + f);
            }
            if (f.endStream()) {
                return new Rest(body.toByteArray(), f.type() == RawFrame.HEADERS ? f.headers() : null);
            }
        }
    }

    /** A client's view: everything until END_STREAM or RST_STREAM. */
    public GrpcResponse response() {
        List<RawFrame> frames = new ArrayList<>();
        List<HeaderFields> informational = new ArrayList<>();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        HeaderFields headers = null;
        HeaderFields trailers = null;
        while (true) {
            RawFrame f = peer.expectFrame(id);
            frames.add(f);
            switch (f.type()) {
                case RawFrame.HEADERS -> {
                    String status = f.headers().get(":status");
                    if (status != null && status.startsWith("1")) {
                        informational.add(f.headers());
                    } else if (headers == null) {
                        headers = f.headers();
                    } else {
                        trailers = f.headers();
                    }
                }
                case RawFrame.DATA -> body.writeBytes(f.payload());
                default -> {}
            }
            if (f.endStream() || f.type() == RawFrame.RST_STREAM) {
                return new GrpcResponse(
                        informational,
                        headers,
                        body.toByteArray(),
                        trailers,
                        f.type() == RawFrame.RST_STREAM ? f.errorCode() : -1,
                        f.endStream(),
                        frames);
            }
        }
    }

    /** Everything received on this stream so far. */
    public List<RawFrame> received() {
        return peer.received(id);
    }
}
