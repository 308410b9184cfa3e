package io.leasegate.h2;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of one HTTP/2 stream. All methods are called on the connection's event loop. After {@link #reset}, after
 * {@link H2StreamListener#onReset} and after {@link H2StreamListener#onLost} every call is a no-op, but credit that {@link #sendData} was
 * given is still returned.
 */
public interface H2Stream extends ReceiveWindow {

    int id();

    H2Connection connection();

    /**
     * Sends a header section: the first, an informational one, or trailers. It goes out behind all DATA that was given before.
     *
     * @param headers borrowed: copied when they cannot leave at once
     */
    void sendHeaders(HeaderBlock headers, boolean endStream);

    /**
     * Sends DATA as flow control allows, in order.
     *
     * @param data borrowed: its readable bytes are retained or copied when they cannot leave at once
     * @param source the receive window that the bytes came in by, mostly the stream that they came from, or null
     * @param creditBytes what to return to the receive window of {@code source} once these bytes have been staged for the wire or
     *     dropped: the flow-controlled length of the frame that they came in
     */
    void sendData(ByteBuf data, boolean endStream, @Nullable ReceiveWindow source, int creditBytes);

    /**
     * Ends the stream at once with RST_STREAM; what was not sent yet is dropped. The listener hears nothing more.
     *
     * @param errorCode one of {@link Http2Error}
     */
    void reset(long errorCode);

    /** As {@link #reset}, but only after everything that was given before has left (RFC 9113 section 8.1). */
    void resetAfterSend(long errorCode);

    /** Gives the peer back this many bytes of the stream's receive window. */
    @Override
    void credit(int bytes);
}
