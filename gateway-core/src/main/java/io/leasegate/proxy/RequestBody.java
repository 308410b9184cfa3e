package io.leasegate.proxy;

import io.leasegate.h2.H2Stream;
import io.leasegate.h2.HeaderBlock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows a request's headers: held while no stream to an instance is open, relayed once there is one, and kept for another
 * attempt until the response begins or the kept part outgrows its limit. Used on the call's event loop.
 *
 * <p>Several streams at a time get the same, which is only done as long as all of it is kept.
 *
 * <p>Held bytes are not returned to the caller's window, which bounds them; kept bytes have been returned and are bounded by a limit per
 * call and by the loop's budget for all of them.
 */
final class RequestBody {

    private final H2Stream downstream;
    private final ReplayBudget budget;
    private @Nullable KeptBytes kept;
    private int heldCreditBytes;
    private @Nullable HeaderBlock trailers;
    private @Nullable H2Stream upstream;
    private @Nullable MirroredCall mirror;
    /** Further streams, which get the same bytes: what returns to the caller's window is what the first one has taken. */
    private @Nullable List<H2Stream> others;

    private int maxKeptBytes = ReplayBudget.MAX_CALL_BYTES;
    private boolean ended;

    /** END_STREAM came with the headers, so that is where it goes. */
    private final boolean endedAtHeaders;

    private boolean replayable = true;
    private long relayedBytes;

    RequestBody(H2Stream downstream, boolean ended, ReplayBudget budget) {
        this.downstream = downstream;
        this.ended = ended;
        this.endedAtHeaders = ended;
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
        return endedAtHeaders;
    }

    /** Everything so far, and what follows, goes to a copy of the call as well. */
    void mirrorTo(MirroredCall copy) {
        mirror = copy;
        copy.start(endedAtHeaders, kept, ended && trailers == null && !endedAtHeaders);
        if (trailers != null) {
            copy.trailers(trailers);
        }
    }

    /** Up to so many bytes are to be kept, if that is more than for any call. */
    void keepUpTo(int bytes) {
        maxKeptBytes = Math.max(maxKeptBytes, bytes);
    }

    /** A stream to an instance is open: everything so far goes there. */
    void attach(H2Stream stream) {
        if (upstream == null) {
            upstream = stream;
        } else {
            if (others == null) {
                others = new ArrayList<>(1);
            }
            others.add(stream);
        }
        if (endedAtHeaders) {
            return;
        }
        boolean endsHere = ended && trailers == null;
        int credit = heldCreditBytes;
        heldCreditBytes = 0;
        if (kept != null) {
            kept.sendTo(stream, endsHere, null);
        } else if (endsHere) {
            stream.sendData(Unpooled.EMPTY_BUFFER, true, null, 0);
        }
        downstream.credit(credit);
        if (trailers != null) {
            stream.sendHeaders(trailers.copy(), true);
        }
        if (kept != null && kept.bytes() > maxKeptBytes) {
            stopKeeping();
        }
    }

    /** The stream is gone; what follows goes to the others, or is held for the next. */
    void detach(H2Stream stream) {
        if (stream == upstream) {
            upstream = others == null || others.isEmpty() ? null : others.remove(0);
        } else if (others != null) {
            others.remove(stream);
        }
    }

    void data(ByteBuf data, int creditBytes, boolean endStream) {
        ended = endStream;
        relayedBytes += data.readableBytes();
        relay(data, creditBytes, endStream);
        if (mirror != null) {
            // Last: the end of the copy may let an attempt of the call itself have its place.
            mirror.data(data, endStream);
        }
    }

    private void relay(ByteBuf data, int creditBytes, boolean endStream) {
        H2Stream stream = upstream;
        if (stream == null) {
            keep(data);
            heldCreditBytes += creditBytes;
            return;
        }
        if (replayable) {
            if (!budget.allows(kept == null ? 0 : kept.bytes(), data.readableBytes(), maxKeptBytes)) {
                stopKeeping();
            } else {
                keep(data);
            }
        }
        if (others != null) {
            for (int i = 0; i < others.size(); i++) {
                others.get(i).sendData(data, endStream, null, 0);
            }
        }
        stream.sendData(data, endStream, downstream, creditBytes);
    }

    /** Trailers, which are copied. */
    void trailers(HeaderBlock block) {
        ended = true;
        if (upstream != null) {
            upstream.sendHeaders(block, true);
        }
        if (others != null) {
            others.forEach(s -> s.sendHeaders(block, true));
        }
        if (upstream == null || replayable) {
            trailers = block.copy();
        }
        if (mirror != null) {
            mirror.trailers(block);
        }
    }

    private void keep(ByteBuf data) {
        if (!data.isReadable()) {
            return;
        }
        if (kept == null) {
            kept = new KeptBytes();
        }
        kept.add(data);
        budget.add(data.readableBytes());
    }

    /**
     * The call has ended, and needs nothing of the request any more.
     *
     * @param answered whether an instance has answered it to the end
     */
    void end(boolean answered) {
        release();
        if (mirror != null) {
            mirror.originalEnded(answered && ended);
        }
    }

    /** The request will not be sent again: what was kept for that is released. Held parts are relayed first by {@link #attach}. */
    void stopKeeping() {
        replayable = false;
        release();
    }

    /** Releases everything and returns what is owed to the caller's window. */
    private void release() {
        if (kept != null) {
            budget.add(-kept.bytes());
            kept.release();
            kept = null;
        }
        int credit = heldCreditBytes;
        heldCreditBytes = 0;
        downstream.credit(credit);
    }
}
