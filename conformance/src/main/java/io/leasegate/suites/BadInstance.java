package io.leasegate.suites;

import com.google.protobuf.ByteString;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.SimpleResponse;
import io.leasegate.testkit.Grpc;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawHttp2Peer;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The instance of gRPC's negative HTTP/2 cases: it misbehaves as the case asks, and looks whether the gateway does what HTTP/2 asks of a client
 * then. Streams are played on threads of their own.
 */
final class BadInstance implements AutoCloseable {

    static final List<String> CASES =
            List.of("goaway", "rst_after_header", "rst_during_data", "rst_after_data", "ping", "max_streams");

    private static final int RESPONSE_BYTES = 314_159;
    private static final int FIRST_PIECE = 10_000;
    private static final byte[] MESSAGE = Grpc.message(SimpleResponse.newBuilder()
            .setPayload(Payload.newBuilder().setBody(ByteString.copyFrom(new byte[RESPONSE_BYTES])))
            .build()
            .toByteArray());

    private final String name;
    private final ScriptedInstance instance;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong pings = new AtomicLong();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    /** Connections with the number of calls that run on each; guarded by itself, as is the next. */
    private final Map<RawHttp2Peer, Integer> running = new HashMap<>();
    /** Connections on which a call has ended, so that our SETTINGS have arrived there. */
    private final Set<RawHttp2Peer> settled = new HashSet<>();

    private final Set<RawHttp2Peer> left = new HashSet<>();

    BadInstance(String name) {
        this.name = name;
        this.instance = ScriptedInstance.start(
                () -> name.equals("max_streams")
                        ? PeerOptions.defaults().setting(RawFrame.MAX_CONCURRENT_STREAMS, 1)
                        : PeerOptions.defaults(),
                this::play);
    }

    int port() {
        return instance.port();
    }

    private void play(RawStream stream) {
        String path = String.valueOf(stream.request().get(":path"));
        if (!path.startsWith("/grpc.testing.TestService/")) {
            stream.trailersOnly(12, "there is gRPC's test service here and nothing else");
            return;
        }
        requests.incrementAndGet();
        begin(stream.connection());
        ping(stream);
        stream.expectRequestEnd();
        ping(stream);
        stream.responseHeaders();
        ping(stream);
        switch (name) {
            case "rst_after_header" -> stream.rst(Http2Error.NO_ERROR);
            case "rst_during_data" ->
                stream.data(Arrays.copyOf(MESSAGE, FIRST_PIECE), false).rst(Http2Error.NO_ERROR);
            case "rst_after_data" -> stream.data(MESSAGE, false).rst(Http2Error.NO_ERROR);
            default -> {
                stream.data(Arrays.copyOf(MESSAGE, FIRST_PIECE), false);
                ping(stream);
                stream.data(Arrays.copyOfRange(MESSAGE, FIRST_PIECE, MESSAGE.length), false);
                ping(stream);
                end(stream.connection());
                stream.trailers(0);
                ping(stream);
                leave(stream);
            }
        }
    }

    /** Sends a PING between two frames and waits for the answer. */
    private void ping(RawStream stream) {
        if (name.equals("ping")) {
            long number = pings.incrementAndGet();
            stream.connection().send().ping(number);
            stream.connection().expectPingAck(number);
        }
    }

    private void begin(RawHttp2Peer connection) {
        synchronized (running) {
            int calls = running.merge(connection, 1, Integer::sum);
            if (name.equals("max_streams") && calls > 1 && settled.contains(connection)) {
                complaints.add(calls + " calls at once on a connection whose limit is one");
            }
            if (left.contains(connection)) {
                complaints.add("a call on a connection after its GOAWAY");
            }
        }
    }

    /** Before the last frame is sent: the next call may come as soon as it arrived. */
    private void end(RawHttp2Peer connection) {
        synchronized (running) {
            running.merge(connection, -1, Integer::sum);
            settled.add(connection);
        }
    }

    private void leave(RawStream stream) {
        if (!name.equals("goaway")) {
            return;
        }
        synchronized (running) {
            if (!left.isEmpty()) {
                return;
            }
            stream.connection().send().goAway(stream.id(), Http2Error.NO_ERROR, "");
            left.add(stream.connection());
        }
    }

    /** What the gateway did wrong on its connections, one thing a line; empty when nothing. */
    String complaints() {
        if (requests.get() == 0) {
            complaints.add("no call came");
        }
        if (name.equals("goaway") && instance.connections().size() < 2) {
            complaints.add("no new connection after GOAWAY");
        }
        if (name.equals("ping") && pings.get() == 0) {
            complaints.add("no PING was sent");
        }
        instance.scriptFailures().forEach(f -> complaints.add(String.valueOf(f.getMessage())));
        return String.join("\n", complaints);
    }

    @Override
    public void close() {
        instance.close();
    }
}
