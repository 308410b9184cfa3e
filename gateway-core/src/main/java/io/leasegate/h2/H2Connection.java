package io.leasegate.h2;

import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 connection. All methods are called on its event loop. */
public interface H2Connection {

    EventLoop eventLoop();

    SocketAddress remoteAddress();

    /** Whether the connection is neither closed nor leaving (GOAWAY sent or received). */
    boolean isUsable();

    /**
     * Whether {@link #openStream} can succeed now: the peer's SETTINGS have arrived, its MAX_CONCURRENT_STREAMS is not reached, neither
     * side is leaving, and stream ids are left.
     */
    boolean canOpenStream();

    /** Streams that are not closed. */
    int activeStreams();

    /**
     * Opens a stream as client. The headers are the caller's again when this returns.
     *
     * @return the stream, or null when it cannot be opened (nothing was sent, and the listener is not called)
     */
    @Nullable
    H2Stream openStream(HeaderBlock headers, boolean endStream, H2StreamListener listener);

    /**
     * Leaves in two steps (RFC 9113 section 6.8): GOAWAY with the highest stream id, one PING round trip, GOAWAY with the last id that
     * was taken; the connection closes when its streams have ended.
     *
     * @param graceMillis when streams that are still open are given up
     */
    void drain(long graceMillis);

    /** Sends PING; the callback runs on the loop when the peer answers it. At most one is outstanding. */
    void ping(Runnable onAck);

    /** When bytes were last read, System.nanoTime. */
    long lastReadNanos();

    /** Sends GOAWAY with the given code and closes; open streams are lost. */
    void close(long errorCode, String reason);
}
