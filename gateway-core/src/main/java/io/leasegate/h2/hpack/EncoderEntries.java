package io.leasegate.h2.hpack;

import io.leasegate.h2.HeaderField;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The dynamic table of an encoder, found by field and by name. Entries are numbered as they come; number n is at n modulo the size of
 * the ring and is there while {@code newest - n < count}. Two hash tables hold the newest number for each hash, and each entry holds the
 * number before it with the same hash, so a chain goes from new to old and ends at the first number that is gone: eviction leaves
 * nothing to clean up. For one event loop.
 */
final class EncoderEntries {

    private static final int MIN_RING = 16;

    private final int[] byField;
    private final int[] byName;

    private @Nullable HeaderField[] ring = new @Nullable HeaderField[MIN_RING];
    private int[] beforeOfField = new int[MIN_RING];
    private int[] beforeOfName = new int[MIN_RING];

    private int newest;
    private int count;
    private int bytes;
    private int capacityBytes;

    /** @param buckets a power of two */
    EncoderEntries(int capacityBytes, int buckets) {
        this.capacityBytes = capacityBytes;
        byField = new int[buckets];
        byName = new int[buckets];
    }

    int capacityBytes() {
        return capacityBytes;
    }

    int freeBytes() {
        return capacityBytes - bytes;
    }

    /** The position of the same field, 0 for the newest entry, or -1. */
    int find(HeaderField f) {
        int n = byField[f.hash() & byField.length - 1];
        while (isLive(n)) {
            int slot = n & ring.length - 1;
            HeaderField entry = ring[slot];
            if (entry != null && entry.isSameAs(f)) {
                return newest - n;
            }
            n = beforeOfField[slot];
        }
        return -1;
    }

    /** The position of the newest entry with the same name, or -1. */
    int findName(HeaderField f) {
        int n = byName[f.nameHash() & byName.length - 1];
        while (isLive(n)) {
            int slot = n & ring.length - 1;
            HeaderField entry = ring[slot];
            if (entry != null && entry.hasNameOf(f)) {
                return newest - n;
            }
            n = beforeOfName[slot];
        }
        return -1;
    }

    private boolean isLive(int number) {
        return Integer.compareUnsigned(newest - number, count) < 0;
    }

    /** Adds an entry that is not larger than the table. */
    void add(HeaderField f) {
        int size = f.listBytes();
        evictTo(capacityBytes - size);
        if (count == ring.length) {
            grow();
        }
        newest++;
        count++;
        bytes += size;
        int slot = newest & ring.length - 1;
        ring[slot] = f;
        int field = f.hash() & byField.length - 1;
        beforeOfField[slot] = byField[field];
        byField[field] = newest;
        int name = f.nameHash() & byName.length - 1;
        beforeOfName[slot] = byName[name];
        byName[name] = newest;
    }

    void resize(int newCapacityBytes) {
        capacityBytes = newCapacityBytes;
        evictTo(newCapacityBytes);
    }

    private void evictTo(int maxBytes) {
        while (bytes > maxBytes) {
            int slot = newest - count + 1 & ring.length - 1;
            HeaderField f = ring[slot];
            assert f != null;
            bytes -= f.listBytes();
            ring[slot] = null;
            count--;
        }
    }

    private void grow() {
        int size = ring.length * 2;
        @Nullable HeaderField[] fields = Arrays.copyOf(ring, size);
        int[] ofField = new int[size];
        int[] ofName = new int[size];
        Arrays.fill(fields, null);
        for (int n = newest - count + 1; n != newest + 1; n++) {
            int from = n & ring.length - 1;
            int to = n & size - 1;
            fields[to] = ring[from];
            ofField[to] = beforeOfField[from];
            ofName[to] = beforeOfName[from];
        }
        ring = fields;
        beforeOfField = ofField;
        beforeOfName = ofName;
    }
}
