package io.leasegate.h2.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One buffer for all reads of one event loop: connections are read one after the other, so a buffer each would only cost memory. It is
 * used again as soon as nobody has kept a slice of it. Used on its loop only.
 */
final class SharedReadBuffers implements RecvByteBufAllocator {

    private static final int BUFFER_BYTES = 64 * 1024;

    /** Reads of one channel in a row: the others want their turn. */
    private static final int MAX_READS = 4;

    private @Nullable ByteBuf shared;
    private boolean released;

    private ByteBuf next(ByteBufAllocator alloc) {
        ByteBuf b = shared;
        if (b != null && b.refCnt() == 1) {
            return b.clear().retain();
        }
        if (released) {
            return alloc.directBuffer(BUFFER_BYTES, BUFFER_BYTES);
        }
        if (b != null) {
            b.release();
        }
        b = alloc.directBuffer(BUFFER_BYTES, BUFFER_BYTES);
        shared = b;
        return b.retain();
    }

    /** The loop has ended. */
    void release() {
        released = true;
        if (shared != null) {
            shared.release();
            shared = null;
        }
    }

    @Override
    @SuppressWarnings("deprecation") // of the interface: the replacement is made by Netty from this one
    public Handle newHandle() {
        return new Reads();
    }

    private final class Reads implements ExtendedHandle {

        private int reads;
        private int attempted;
        private int last;

        @Override
        public ByteBuf allocate(ByteBufAllocator alloc) {
            return next(alloc);
        }

        @Override
        public int guess() {
            return BUFFER_BYTES;
        }

        @Override
        public void reset(ChannelConfig config) {
            reads = 0;
        }

        @Override
        public void incMessagesRead(int n) {
            reads += n;
        }

        @Override
        public void lastBytesRead(int bytes) {
            last = bytes;
        }

        @Override
        public int lastBytesRead() {
            return last;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        /** A read that did not fill the buffer has emptied the socket. */
        @Override
        public boolean continueReading() {
            return last == attempted && last > 0 && reads < MAX_READS;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return continueReading();
        }

        @Override
        public void readComplete() {}
    }
}
