package io.leasegate.h2.codec;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one stream could not send yet, in order: header sections and bytes of DATA. Exists only while a stream is held up. Used on the
 * connection's event loop.
 *
 * <p>Small pieces are copied together, large ones are kept as slices of the buffer that they came in: a slice pins its whole buffer,
 * which must not be many times the bytes that are waiting.
 */
final class SendQueue {

    /** Pieces from this size on are kept as slices; read buffers are 8 times as large at most. */
    private static final int SLICE_BYTES = 8 * 1024;

    private static final int FIRST_COPY_BYTES = 1024;
    private static final int MAX_COPY_BYTES = 16 * 1024;

    private final ArrayDeque<Object> items = new ArrayDeque<>(4);
    private final QueueAccount account;
    private @Nullable ByteBuf copies; // the last item, while it is a buffer of ours with room
    private int copyBytes = FIRST_COPY_BYTES;
    private int bytes;

    SendQueue(QueueAccount account) {
        this.account = account;
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    /** Bytes of DATA. */
    int bytes() {
        return bytes;
    }

    void add(HeaderBlock block) {
        copies = null;
        items.add(block);
        account.add(bytes(block));
    }

    /** The size of a header list, RFC 9113 section 6.5.2. */
    private static int bytes(HeaderBlock block) {
        int sum = 0;
        for (int i = 0; i < block.size(); i++) {
            HeaderField f = block.field(i);
            sum += f.name().length() + f.value().length() + Frames.FIELD_OVERHEAD_BYTES;
        }
        return sum;
    }

    void add(ByteBuf data, ByteBufAllocator alloc) {
        int n = data.readableBytes();
        bytes += n;
        account.add(n);
        if (n >= SLICE_BYTES) {
            copies = null;
            items.add(data.retainedSlice());
            return;
        }
        if (n == 0) {
            copies = null;
            items.add(Unpooled.EMPTY_BUFFER);
            return;
        }
        int at = data.readerIndex();
        ByteBuf tail = copies;
        if (tail != null) {
            int fits = Math.min(n, tail.writableBytes());
            tail.writeBytes(data, at, fits);
            at += fits;
            n -= fits;
        }
        if (n > 0) {
            tail = alloc.directBuffer(Math.max(n, copyBytes), Math.max(n, copyBytes));
            copyBytes = Math.min(copyBytes * 4, MAX_COPY_BYTES);
            tail.writeBytes(data, at, n);
            items.add(tail);
            copies = tail;
        }
    }

    /** The next header section, or null when DATA is next. */
    @Nullable
    HeaderBlock headHeaders() {
        return items.peek() instanceof HeaderBlock block ? block : null;
    }

    /** The next DATA, or null when a header section is next. */
    @Nullable
    ByteBuf headData() {
        return items.peek() instanceof ByteBuf data ? data : null;
    }

    boolean isLast() {
        return items.size() == 1;
    }

    /** Some bytes of the head were sent. */
    void sent(int n) {
        bytes -= n;
        account.add(-n);
    }

    /** The head was sent. */
    void remove() {
        Object head = items.remove();
        free(head);
        if (items.isEmpty()) {
            copies = null;
        }
    }

    /** Drops everything. */
    void release() {
        account.add(-bytes);
        bytes = 0;
        copies = null;
        for (Object item : items) {
            free(item);
        }
        items.clear();
    }

    private void free(Object item) {
        if (item instanceof ByteBuf data) {
            data.release();
        } else if (item instanceof HeaderBlock block) {
            account.add(-bytes(block));
        }
    }
}
