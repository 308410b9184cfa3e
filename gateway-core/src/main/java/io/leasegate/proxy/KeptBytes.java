package io.leasegate.proxy;

import io.leasegate.h2.H2Stream;
import io.leasegate.h2.ReceiveWindow;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a request that may have to be sent again. What is small is copied into an array, as most requests are; large pieces are
 * kept as slices of the buffer that they came in. Used on the call's event loop.
 */
final class KeptBytes {

    private static final int MAX_ARRAY_BYTES = 16 * 1024;

    /** A slice pins its whole read buffer of 64 KiB. */
    private static final int SLICE_BYTES = 16 * 1024;

    private static final int MIN_ARRAY_BYTES = 64;

    private byte[] array = new byte[0];
    private int arrayBytes;

    /** What came behind the array's bytes. */
    private @Nullable ArrayDeque<ByteBuf> more;

    private int bytes;

    int bytes() {
        return bytes;
    }

    /** Adds the readable bytes, which stay the caller's. */
    void add(ByteBuf data) {
        int n = data.readableBytes();
        bytes += n;
        if (more == null && arrayBytes + n <= MAX_ARRAY_BYTES) {
            if (arrayBytes + n > array.length) {
                int length = Math.max(Math.max(n, MIN_ARRAY_BYTES), arrayBytes + n + array.length);
                array = Arrays.copyOf(array, Math.min(length, MAX_ARRAY_BYTES));
            }
            data.getBytes(data.readerIndex(), array, arrayBytes, n);
            arrayBytes += n;
            return;
        }
        if (more == null) {
            more = new ArrayDeque<>();
        }
        more.add(n >= SLICE_BYTES ? data.retainedSlice() : copyOf(data));
    }

    private static ByteBuf copyOf(ByteBuf data) {
        return Unpooled.buffer(data.readableBytes()).writeBytes(data, data.readerIndex(), data.readableBytes());
    }

    /** Adds what the other one has, which keeps it. */
    void addAll(KeptBytes other) {
        if (other.arrayBytes > 0) {
            add(Unpooled.wrappedBuffer(other.array, 0, other.arrayBytes));
        }
        if (other.more != null) {
            for (ByteBuf b : other.more) {
                add(b);
            }
        }
    }

    /**
     * Sends everything; it stays here for another time.
     *
     * @param source who is given the bytes back once they have left, null for nobody
     */
    void sendTo(H2Stream stream, boolean endStream, @Nullable ReceiveWindow source) {
        int left = more == null ? 0 : more.size();
        if (arrayBytes > 0) {
            // Later bytes go behind these in the array or into another array, so what was handed out does not change.
            stream.sendData(Unpooled.wrappedBuffer(array, 0, arrayBytes), endStream && left == 0, source, arrayBytes);
        }
        if (more != null) {
            for (ByteBuf b : more) {
                left--;
                // A view with an index of its own: attempts must not share one.
                stream.sendData(b.slice(), endStream && left == 0, source, b.readableBytes());
            }
        }
    }

    void release() {
        if (more != null) {
            more.forEach(ByteBuf::release);
            more = null;
        }
        array = new byte[0];
        arrayBytes = 0;
        bytes = 0;
    }
}
