package io.leasegate.h2.codec;

import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.ReceiveWindow;
import io.leasegate.h2.StreamLoss;
import io.leasegate.h2.Violation;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One stream: two windows, a few flags, and a queue while the peer does not take what it is sent. This part is its sending half and its
 * end; the other half is {@link ReceivingStream}. Used on the connection's event loop.
 */
final class RelayStream extends ReceivingStream {

    private static final long NO_RESET = -1;

    /** What the peer lets us send; negative after it lowered its initial window (RFC 9113 section 6.9.2). */
    private int sendWindow;

    private @Nullable SendQueue queue;
    private @Nullable ReceiveWindow creditSource;

    /** Bytes at the head of the queue that came from no stream: a request that is sent again goes ahead of what is still to come of it. */
    private int unownedBytes;

    private long resetAfterSend = NO_RESET;

    // The scheduler's.
    @Nullable
    RelayStream nextInLine;

    boolean inLine;

    RelayStream(RelayConnection connection, int id, H2StreamListener listener, int sendWindow, int receiveWindow) {
        super(connection, id, listener, receiveWindow);
        this.sendWindow = sendWindow;
    }

    // Sending

    private boolean isSendClosed() {
        return is(CLOSED | LOCAL_ENDED | END_QUEUED);
    }

    @Override
    public void sendHeaders(HeaderBlock headers, boolean endStream) {
        if (isSendClosed()) {
            return;
        }
        if (queue != null || !connection().scheduler().hasRoom()) {
            enqueue().add(headers.copy());
            queued(endStream);
            return;
        }
        connection().output().headers(id(), headers, endStream);
        connection().markDirty();
        if (endStream) {
            localEnded();
        }
    }

    /** The request's own headers, as a client: the stream is new, so nothing can be queued. */
    void sendRequest(HeaderBlock headers, boolean endStream) {
        connection().output().headers(id(), headers, endStream);
        connection().markDirty();
        if (endStream) {
            set(LOCAL_ENDED);
        }
    }

    @Override
    public void sendData(ByteBuf data, boolean endStream, @Nullable ReceiveWindow source, int creditBytes) {
        if (isSendClosed()) {
            if (source != null) {
                source.credit(creditBytes);
            }
            return;
        }
        int n = data.readableBytes();
        if (queue == null && n <= sendWindow && connection().scheduler().isOpenFor(n)) {
            connection().output().data(id(), data, data.readerIndex(), n, endStream);
            sent(n);
            connection().markDirty();
            if (source != null) {
                source.credit(creditBytes);
            }
            if (endStream) {
                localEnded();
            }
            return;
        }
        if (source == null) {
            unownedBytes += n;
        } else {
            // Bytes return one by one as they are staged; what the frame had besides returns now.
            creditSource = source;
            source.credit(creditBytes - n);
        }
        enqueue().add(data, connection().alloc());
        queued(endStream);
    }

    private void sent(int bytes) {
        sendWindow -= bytes;
        connection().scheduler().consumed(bytes);
        // The peer answers DATA with window updates.
        connection().guard().useful();
    }

    private SendQueue enqueue() {
        SendQueue q = queue;
        if (q == null) {
            q = new SendQueue(connection().queueAccount());
            queue = q;
        }
        return q;
    }

    private void queued(boolean endStream) {
        if (endStream) {
            set(END_QUEUED);
        }
        connection().scheduler().enlist(this);
        connection().scheduler().serve();
        if (queue != null && connection().queueAccount().isOverShare()) {
            // Later: whoever sends this is in the middle of it.
            connection().eventLoop().execute(this::dropOverShare);
        }
    }

    private void dropOverShare() {
        if (queue != null && connection().queueAccount().isOverShare()) {
            String what = connection().queueAccount().describe();
            fail(Violation.QUEUE_SHARE, Http2Error.ENHANCE_YOUR_CALM, StreamLoss.QUEUE_SHARE, what);
        }
    }

    /** Whether the head of the queue could be staged if the connection let it. */
    boolean canStage() {
        SendQueue q = queue;
        if (q == null) {
            return false;
        }
        ByteBuf data = q.headData();
        return data == null || sendWindow > 0 || !data.isReadable();
    }

    boolean nextIsHeaders() {
        SendQueue q = queue;
        return q != null && q.headData() == null;
    }

    /** Stages what the windows allow, up to about the given number of bytes. */
    void stage(int turnBytes) {
        SendQueue q = queue;
        int left = turnBytes;
        while (q != null && !q.isEmpty() && left > 0) {
            boolean last = q.isLast() && is(END_QUEUED);
            HeaderBlock block = q.headHeaders();
            if (block != null) {
                connection().output().headers(id(), block, last);
                q.remove();
                continue;
            }
            int n = stageData(q, left, last);
            if (n < 0) {
                break;
            }
            left -= n;
        }
        connection().markDirty();
        if (q != null && q.isEmpty()) {
            queue = null;
            drained();
        }
    }

    /** Returns the number of bytes staged, or -1 when a window is closed. */
    private int stageData(SendQueue q, int atMost, boolean last) {
        ByteBuf data = q.headData();
        if (data == null) {
            return -1;
        }
        int window = Math.min(sendWindow, connection().scheduler().windowBytes());
        int n = Math.max(0, Math.min(Math.min(data.readableBytes(), atMost), window));
        if (n == 0 && data.isReadable()) {
            return -1;
        }
        boolean whole = n == data.readableBytes();
        connection().output().data(id(), data, data.readerIndex(), n, last && whole);
        data.skipBytes(n);
        sent(n);
        q.sent(n);
        if (whole) {
            q.remove();
        }
        creditStaged(n);
        return n;
    }

    /** Bytes have left the queue, to the wire or dropped: those that came from a stream go back to its window. */
    private void creditStaged(int bytes) {
        int unowned = Math.min(unownedBytes, bytes);
        unownedBytes -= unowned;
        if (creditSource != null) {
            creditSource.credit(bytes - unowned);
        }
    }

    /** Everything that was queued has been staged. */
    private void drained() {
        if (is(END_QUEUED)) {
            localEnded();
        }
        if (resetAfterSend != NO_RESET) {
            reset(resetAfterSend);
        }
    }

    private void localEnded() {
        set(LOCAL_ENDED);
        closeIfComplete();
    }

    @Override
    void closeIfComplete() {
        if (isComplete()) {
            close(ClosedStreams.How.COMPLETE);
        }
    }

    @Override
    public void reset(long errorCode) {
        if (!isClosed()) {
            connection().output().reset(id(), errorCode);
            connection().markDirty();
            close(ClosedStreams.How.RESET_BY_US);
        }
    }

    @Override
    public void resetAfterSend(long errorCode) {
        if (queue == null) {
            reset(errorCode);
        } else {
            resetAfterSend = errorCode;
        }
    }

    private void close(ClosedStreams.How how) {
        set(CLOSED);
        dropQueue();
        connection().streamClosed(this, how);
    }

    private void dropQueue() {
        SendQueue q = queue;
        if (q != null) {
            queue = null;
            int held = q.bytes();
            q.release();
            creditStaged(held);
        }
    }

    /** The peer opened this stream's window; false when it would exceed 2^31-1 (RFC 9113 section 6.9.1). */
    boolean increaseSendWindow(int increment) {
        if ((long) sendWindow + increment > Frames.MAX_WINDOW_BYTES) {
            return false;
        }
        sendWindow += increment;
        connection().scheduler().enlist(this);
        return true;
    }

    void resetRead(long errorCode) {
        close(ClosedStreams.How.RESET_BY_PEER);
        listener().onReset(errorCode);
    }

    /** The stream is lost, and nothing is sent on it any more. */
    void lost(StreamLoss loss, String reason) {
        if (!isClosed()) {
            close(ClosedStreams.How.RESET_BY_US);
            listener().onLost(loss, reason);
        }
    }

    /** The peer broke a rule on this stream: it is reset, and the listener hears why. */
    void fail(long errorCode, StreamLoss loss, String reason) {
        fail(Violation.STREAM_ERROR, errorCode, loss, reason);
    }

    void fail(Violation violation, long errorCode, StreamLoss loss, String reason) {
        if (!isClosed()) {
            connection().output().reset(id(), errorCode);
            connection().markDirty();
            connection().report(violation, errorCode, reason, id());
            lost(loss, reason);
        }
    }

    @Override
    public String toString() {
        return "stream " + id() + (isClosed() ? " (closed, " : " (") + "send window " + sendWindow + ", receive window "
                + receiveWindow() + ")";
    }
}
