package io.leasegate.h2.hpack;

import io.leasegate.h2.HeaderField;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The dynamic table of a decoder (RFC 7541 section 2.3.2): a ring that grows with what is in it. For one event loop. */
final class DecoderEntries {

    private static final int MIN_RING = 16;

    private @Nullable HeaderField[] ring = new @Nullable HeaderField[MIN_RING];

    /** Where the newest entry is; older ones follow below it. */
    private int head;

    private int count;
    private int bytes;
    private int capacityBytes;

    DecoderEntries(int capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    int count() {
        return count;
    }

    int capacityBytes() {
        return capacityBytes;
    }

    /** The entry at a position, 0 for the newest, or null. */
    @Nullable
    HeaderField get(int position) {
        return position < count ? ring[head - position & ring.length - 1] : null;
    }

    /** Puts the same field in place of an entry. */
    void replace(int position, HeaderField same) {
        ring[head - position & ring.length - 1] = same;
    }

    /** Adds an entry; one that is larger than the table empties it (section 4.4). */
    void add(HeaderField f) {
        int size = f.listBytes();
        if (size > capacityBytes) {
            clear();
            return;
        }
        evictTo(capacityBytes - size);
        if (count == ring.length) {
            grow();
        }
        head = head + 1 & ring.length - 1;
        ring[head] = f;
        count++;
        bytes += size;
    }

    void clear() {
        evictTo(0);
    }

    /** Changes the size (section 4.3). */
    void resize(int newCapacityBytes) {
        capacityBytes = newCapacityBytes;
        evictTo(newCapacityBytes);
    }

    private void evictTo(int maxBytes) {
        while (bytes > maxBytes) {
            int oldest = head - (count - 1) & ring.length - 1;
            HeaderField f = ring[oldest];
            assert f != null;
            bytes -= f.listBytes();
            ring[oldest] = null;
            count--;
        }
    }

    private void grow() {
        @Nullable HeaderField[] larger = Arrays.copyOf(ring, ring.length * 2);
        // The oldest entry goes to the front.
        int first = head + 1 & ring.length - 1;
        System.arraycopy(ring, first, larger, 0, ring.length - first);
        System.arraycopy(ring, 0, larger, ring.length - first, first);
        head = ring.length - 1;
        ring = larger;
    }
}
