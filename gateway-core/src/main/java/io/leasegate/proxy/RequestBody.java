package io.leasegate.proxy;

import io.leasegate.h2.H2Stream;
import io.leasegate.h2.HeaderBlock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What follows a request's headers: held while no stream to an instance is open, relayed once there is one, and kept for another
 * attempt until the response begins or the kept part outgrows its limit. Used on the call's event loop.
 *
 * <p>Held bytes are not returned to the caller's window, which bounds them; kept bytes have been returned and are bounded by a limit per
 * call and by the loop's budget for all of them.
 */
final class RequestBody {

    /** One DATA frame. */
    private static final class Part {
        private final ByteBuf data;
        private int creditBytes;

        Part(ByteBuf data, int creditBytes) {
            this.data = data;
            this.creditBytes = creditBytes;
        }
    }

    private final H2Stream downstream;
    private final ReplayBudget budget;
    private @Nullable ArrayDeque<Part> parts;
    private @Nullable HeaderBlock trailers;
    private @Nullable H2Stream upstream;
    private boolean ended;
    private boolean replayable = true;
    private int keptBytes;
    private long relayedBytes;

    RequestBody(H2Stream downstream, boolean ended, ReplayBudget budget) {
        this.downstream = downstream;
        this.ended = ended;
        this.budget = budget;
    }

    /** Whether the caller has sent END_STREAM. */
    boolean isEnded() {
        return ended;
    }

    /** Whether everything that was sent so far can be sent again. */
    boolean isReplayable() {
        return replayable;
    }

    long relayedBytes() {
        return relayedBytes;
    }

    /** Whether the request's headers are all there is, so that they carry END_STREAM. */
    boolean isEmpty() {
        return ended && trailers == null && (parts == null || parts.isEmpty());
    }

    /** A stream to an instance is open: everything so far goes there. */
    void attach(H2Stream stream) {
        upstream = stream;
        if (isEmpty()) {
            return;
        }
        if (parts != null) {
            int left = parts.size();
            for (Part p : parts) {
                left--;
                boolean last = left == 0 && ended && trailers == null;
                int credit = p.creditBytes;
                p.creditBytes = 0;
                stream.sendData(p.data, last, credit == 0 ? null : downstream, credit);
            }
        }
        if (trailers != null) {
            stream.sendHeaders(trailers.copy(), true);
        }
        if (keptBytes > ReplayBudget.MAX_CALL_BYTES) {
            stopKeeping();
        }
    }

    /** The stream is gone; what follows is held for the next. */
    void detach() {
        upstream = null;
    }

    void data(ByteBuf data, int creditBytes, boolean endStream) {
        ended = endStream;
        relayedBytes += data.readableBytes();
        H2Stream stream = upstream;
        if (stream == null) {
            keep(data, creditBytes);
            return;
        }
        if (replayable) {
            if (!budget.allows(keptBytes, data.readableBytes())) {
                stopKeeping();
            } else {
                keep(data, 0);
            }
        }
        stream.sendData(data, endStream, downstream, creditBytes);
    }

    void trailers(HeaderBlock block) {
        ended = true;
        trailers = block;
        if (upstream != null) {
            upstream.sendHeaders(block.copy(), true);
        }
    }

    private void keep(ByteBuf data, int creditBytes) {
        if (parts == null) {
            parts = new ArrayDeque<>(2);
        }
        keptBytes += data.readableBytes();
        budget.add(data.readableBytes());
        // A slice of its own reader index: attempts must not share one.
        parts.add(new Part(data.isReadable() ? data.retainedSlice() : Unpooled.EMPTY_BUFFER, creditBytes));
    }

    /** The request will not be sent again: what was kept for that is released. Held parts are relayed first by {@link #attach}. */
    void stopKeeping() {
        replayable = false;
        release();
    }

    /** Releases everything and returns what is owed to the caller's window. */
    void release() {
        if (parts == null) {
            return;
        }
        for (Part p : parts) {
            p.data.release();
            downstream.credit(p.creditBytes);
        }
        parts = null;
        budget.add(-keptBytes);
        keptBytes = 0;
    }
}
