package io.leasegate.server.accesslog;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes on their way from one event loop to the writer: a ring that one thread fills and one thread empties, without locks and
 * without objects per line. A line is taken as a whole or not at all.
 *
 * <p>Invariant: {@code 0 <= written - read <= capacity}; both only rise. The bytes between them belong to the reader, the others to
 * the event loop. {@code written} is published with release order after the bytes, {@code read} after they were copied out.
 */
final class LineRing {

    private final byte[] bytes;
    private final int mask;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong read = new AtomicLong();
    private final AtomicLong lines = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    /** What the event loop last saw of {@link #read}: spares it a look at the reader's cache line. */
    private long knownRead;

    /** @param capacityBytes rounded up to a power of two */
    LineRing(int capacityBytes) {
        int capacity = Integer.highestOneBit(capacityBytes - 1) << 1;
        bytes = new byte[capacity];
        mask = capacity - 1;
    }

    /** Takes a line, or counts it as dropped and returns false. Event loop only. */
    boolean offer(byte[] line, int length) {
        long start = written.getPlain();
        if (start + length - knownRead > bytes.length) {
            knownRead = read.getAcquire();
            if (start + length - knownRead > bytes.length) {
                dropped.setRelease(dropped.getPlain() + 1);
                return false;
            }
        }
        int at = (int) start & mask;
        int first = Math.min(length, bytes.length - at);
        System.arraycopy(line, 0, bytes, at, first);
        System.arraycopy(line, first, bytes, 0, length - first);
        written.setRelease(start + length);
        lines.setRelease(lines.getPlain() + 1);
        return true;
    }

    /** Whether at least half of the ring waits for the writer. Event loop only. */
    boolean isHalfFull() {
        long end = written.getPlain();
        if (end - knownRead < bytes.length / 2) {
            return false;
        }
        knownRead = read.getAcquire();
        return end - knownRead >= bytes.length / 2;
    }

    /** How far the loop has written; a line's end. Writer only. */
    long end() {
        return written.getAcquire();
    }

    /** Moves bytes before {@code end} into the target, as many as fit; true when none are left. Writer only. */
    boolean moveTo(ByteBuffer target, long end) {
        long start = read.getPlain();
        int length = (int) Math.min(end - start, target.remaining());
        int at = (int) start & mask;
        int first = Math.min(length, bytes.length - at);
        target.put(bytes, at, first);
        target.put(bytes, 0, length - first);
        read.setRelease(start + length);
        return start + length == end;
    }

    /** Lines that were taken. Any thread. */
    long lines() {
        return lines.getAcquire();
    }

    /** Lines that were not taken. Any thread. */
    long dropped() {
        return dropped.getAcquire();
    }
}
