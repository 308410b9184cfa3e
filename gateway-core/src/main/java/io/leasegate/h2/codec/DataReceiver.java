package io.leasegate.h2.codec;

import io.leasegate.h2.Http2Error;
import io.leasegate.h2.StreamLoss;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Takes the DATA frames of one connection: charges them to both windows, checks them, and hands their pieces to their stream. Used on the
 * connection's event loop.
 *
 * <p>The connection's window is refilled on receipt, so that a slow stream cannot stop the others; what is buffered is bounded by the
 * windows of the streams.
 */
final class DataReceiver {

    /** What a peer may have on its way to us in all its streams: it only has to cover a round trip. */
    static final int WINDOW_BYTES = 16 << 20;

    private final RelayConnection connection;
    private int window = WINDOW_BYTES;
    private int credit;

    // The frame that is being read.
    private @Nullable RelayStream stream;
    private boolean endStream;

    DataReceiver(RelayConnection connection) {
        this.connection = connection;
    }

    void begin(int streamId, int frameBytes, int dataBytes, boolean withEndStream) throws ConnectionException {
        stream = null;
        charge(frameBytes);
        FloodGuard guard = connection.guard();
        RelayStream s = connection.streams().get(streamId);
        boolean empty = dataBytes == 0 && !withEndStream;
        if (empty) {
            guard.useless();
        } else if (s != null || connection.isUsefulWithoutStream(streamId)) {
            guard.useful();
        }
        if (s == null) {
            connection.frameWithoutStream(streamId, "DATA");
        } else if (s.isRemoteEnded()) {
            guard.reset();
            s.fail(Http2Error.STREAM_CLOSED, StreamLoss.PROTOCOL, "DATA behind END_STREAM");
        } else if (!s.charge(frameBytes)) {
            guard.reset();
            s.fail(Http2Error.FLOW_CONTROL_ERROR, StreamLoss.PROTOCOL, "DATA beyond the stream's window");
        } else if (empty) {
            s.credit(frameBytes);
        } else if (!s.is(RelayStream.HEADERS_READ)) {
            s.fail(Http2Error.PROTOCOL_ERROR, StreamLoss.PROTOCOL, "DATA before the response headers");
        } else if (!s.countContent(dataBytes, withEndStream)) {
            guard.reset();
            s.fail(Http2Error.PROTOCOL_ERROR, StreamLoss.PROTOCOL, HeaderRules.WRONG_CONTENT_LENGTH);
        } else {
            stream = s;
            endStream = withEndStream;
            // Padding is consumed here; it is never relayed.
            s.credit(frameBytes - dataBytes);
        }
    }

    private void charge(int bytes) throws ConnectionException {
        window -= bytes;
        if (window < 0) {
            throw new ConnectionException(Http2Error.FLOW_CONTROL_ERROR, "DATA beyond the connection's window");
        }
        credit += bytes;
        if (credit >= WINDOW_BYTES / 2) {
            connection.output().windowUpdate(0, credit);
            connection.markDirty();
            window += credit;
            credit = 0;
        }
    }

    void piece(ByteBuf data, boolean lastPiece) {
        RelayStream s = stream;
        if (s == null || s.isClosed()) {
            return;
        }
        boolean end = lastPiece && endStream;
        if (end || data.isReadable()) {
            s.dataRead(data, end);
        }
    }
}
