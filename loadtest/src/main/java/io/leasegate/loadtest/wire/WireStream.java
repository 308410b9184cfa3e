package io.leasegate.loadtest.wire;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** One stream of a connection, on either side: what is still to send on it, and what has come. Used on its event loop. */
public class WireStream {

    /** How a stream ends on our side. */
    enum End {
        /** It stays open. */
        NONE,
        /** With a flag on the last DATA frame. */
        FLAG,
        /** With trailers. */
        TRAILERS
    }

    private final int id;
    long sendWindow;
    private long unreturned;

    // The message that is being sent, how often it still is, and how much of the current copy has gone.
    private @Nullable ByteBuf message;
    private int copies;
    private int sent;
    private End end = End.NONE;
    private HeaderField[] trailers = {};
    boolean isQueued;

    WireStream(int id, long sendWindow) {
        this.id = id;
        this.sendWindow = sendWindow;
    }

    public final int id() {
        return id;
    }

    final void order(@Nullable ByteBuf toSend, int times, End how, HeaderField... fields) {
        if (copies > 0) {
            throw new IllegalStateException("stream " + id + " still has a message to send");
        }
        message = toSend;
        copies = toSend == null ? 0 : times;
        sent = 0;
        end = how;
        trailers = fields;
    }

    /** Null when nothing is left to send. */
    final @Nullable ByteBuf message() {
        return copies == 0 ? null : message;
    }

    final int sent() {
        return sent;
    }

    /** Notes that bytes of the message have gone; true if that was all. */
    final boolean advance(int bytes, int messageBytes) {
        sendWindow -= bytes;
        sent += bytes;
        if (sent == messageBytes) {
            sent = 0;
            copies--;
        }
        return copies == 0;
    }

    final boolean isLastCopy() {
        return copies == 1;
    }

    final End end() {
        return end;
    }

    final HeaderField[] trailers() {
        return trailers;
    }

    /** Counts bytes that came; what to return to the sender's window now, or 0. */
    final int consumed(int bytes, int window) {
        unreturned += bytes;
        if (unreturned < window / 2) {
            return 0;
        }
        int give = (int) unreturned;
        unreturned = 0;
        return give;
    }
}
