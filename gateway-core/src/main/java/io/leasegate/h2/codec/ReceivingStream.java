package io.leasegate.h2.codec;

import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a stream, and its state. Used on the connection's event loop.
 *
 * <p>The states of RFC 9113 section 5.1 are two bits, since a stream exists from its HEADERS on: LOCAL_ENDED (END_STREAM staged) and
 * REMOTE_ENDED (END_STREAM read). With both, or after a reset in either direction, the stream is CLOSED and out of its table.
 *
 * <p>Flow control: what the peer sends is charged to {@link #receiveWindow} and returned by {@link #credit}, which the other side of the
 * relay calls when it has staged the bytes. So what is queued there never exceeds the window that was advertised here.
 */
abstract class ReceivingStream implements H2Stream {

    static final int LOCAL_ENDED = 1;
    private static final int REMOTE_ENDED = 1 << 1;
    static final int CLOSED = 1 << 2;
    /** END_STREAM belongs to the last item of the queue. */
    static final int END_QUEUED = 1 << 3;
    /** The first header section that is not informational has been read. */
    static final int HEADERS_READ = 1 << 4;
    /** The request's method is HEAD: its response has a content-length and no content. */
    static final int HEAD_REQUEST = 1 << 5;

    /** Informational responses that one call may have: HTTP sets no limit, and flow control does not hold them. */
    static final int MAX_INFORMATIONAL = 32;

    /** They are counted in the upper half of the flags. */
    private static final int INFORMATIONAL_SHIFT = 16;

    private final RelayConnection connection;
    private final int id;
    private H2StreamListener listener;
    private int flags;

    /** What the peer may still send. */
    private int receiveWindow;

    /** Returned to the peer in the next WINDOW_UPDATE. */
    private int unannouncedCredit;

    private @Nullable ContentLength contentLength;

    ReceivingStream(RelayConnection connection, int id, H2StreamListener listener, int receiveWindow) {
        this.connection = connection;
        this.id = id;
        this.listener = listener;
        this.receiveWindow = receiveWindow;
    }

    @Override
    public final int id() {
        return id;
    }

    @Override
    public final RelayConnection connection() {
        return connection;
    }

    final H2StreamListener listener() {
        return listener;
    }

    final void listener(H2StreamListener newListener) {
        listener = newListener;
    }

    final boolean is(int flag) {
        return (flags & flag) != 0;
    }

    final void set(int flag) {
        flags |= flag;
    }

    final boolean isClosed() {
        return is(CLOSED);
    }

    final boolean isRemoteEnded() {
        return is(REMOTE_ENDED);
    }

    /** Whether both directions have ended in order, and the stream can go. */
    final boolean isComplete() {
        return (flags & (LOCAL_ENDED | REMOTE_ENDED | CLOSED)) == (LOCAL_ENDED | REMOTE_ENDED);
    }

    final int receiveWindow() {
        return receiveWindow;
    }

    abstract void closeIfComplete();

    @Override
    public void credit(int bytes) {
        // After the peer's END_STREAM it has nothing to spend credit on.
        if (bytes <= 0 || is(CLOSED | REMOTE_ENDED)) {
            return;
        }
        unannouncedCredit += bytes;
        if (unannouncedCredit >= connection.creditStepBytes()) {
            connection.output().windowUpdate(id, unannouncedCredit);
            connection.markDirty();
            receiveWindow += unannouncedCredit;
            unannouncedCredit = 0;
        }
    }

    /** Our own initial window is another from now on (RFC 9113 section 6.9.2). */
    void changeReceiveWindow(int delta) {
        receiveWindow += delta;
    }

    /** Charges a DATA frame; false when the peer exceeded its window. */
    boolean charge(int frameBytes) {
        receiveWindow -= frameBytes;
        return receiveWindow >= 0;
    }

    void contentLength(long bytes) {
        contentLength = new ContentLength(bytes);
    }

    /** Counts content against content-length; false when they differ. */
    boolean countContent(int dataBytes, boolean endStream) {
        return contentLength == null || contentLength.count(dataBytes, endStream);
    }

    /** Counts an informational response; false for one too many. */
    boolean countInformational() {
        flags += 1 << INFORMATIONAL_SHIFT;
        return flags >>> INFORMATIONAL_SHIFT <= MAX_INFORMATIONAL;
    }

    void headersRead(HeaderBlock block, boolean endStream) {
        if (endStream) {
            flags |= REMOTE_ENDED;
        }
        listener.onHeaders(block, endStream);
        closeIfComplete();
    }

    void dataRead(ByteBuf piece, boolean endStream) {
        if (endStream) {
            flags |= REMOTE_ENDED;
        }
        listener.onData(piece, piece.readableBytes(), endStream);
        closeIfComplete();
    }

    /** The request was opened with END_STREAM; its listener is told so by another way. */
    void remoteEndedAtOpen() {
        flags |= REMOTE_ENDED;
    }

    /** What {@link #remoteEndedAtOpen} left open. */
    void opened() {
        closeIfComplete();
    }
}
