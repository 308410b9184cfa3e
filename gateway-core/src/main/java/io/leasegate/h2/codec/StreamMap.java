package io.leasegate.h2.codec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one connection by id: an open-addressing table with linear probing. Ids are sequential, and would make one cluster of
 * all live streams without the mixing of the hash (Fibonacci hashing, Knuth, The Art of Computer Programming 3, 6.4).
 */
final class StreamMap {

    private static final int INITIAL_SLOTS = 16;

    private @Nullable RelayStream[] slots = new RelayStream[INITIAL_SLOTS];
    private int shift = 32 - 4;
    private int size;

    int size() {
        return size;
    }

    @Nullable
    RelayStream get(int id) {
        int mask = slots.length - 1;
        for (int i = slot(id); ; i = (i + 1) & mask) {
            RelayStream s = slots[i];
            if (s == null || s.id() == id) {
                return s;
            }
        }
    }

    void put(RelayStream stream) {
        if ((size + 1) * 2 > slots.length) {
            resize(slots.length * 2);
        }
        insert(stream);
        size++;
    }

    private void insert(RelayStream stream) {
        int mask = slots.length - 1;
        int i = slot(stream.id());
        while (slots[i] != null) {
            i = (i + 1) & mask;
        }
        slots[i] = stream;
    }

    void remove(int id) {
        int mask = slots.length - 1;
        int i = slot(id);
        for (; ; i = (i + 1) & mask) {
            RelayStream s = slots[i];
            if (s == null) {
                return;
            }
            if (s.id() == id) {
                break;
            }
        }
        size--;
        closeGap(i, mask);
        if (slots.length > INITIAL_SLOTS && size * 8 < slots.length) {
            resize(slots.length / 2);
        }
    }

    /** Moves back what probing had carried over the freed slot (Knuth's algorithm 6.4 R). */
    private void closeGap(int freed, int mask) {
        int gap = freed;
        for (int i = (gap + 1) & mask; ; i = (i + 1) & mask) {
            RelayStream s = slots[i];
            if (s == null) {
                break;
            }
            int home = slot(s.id());
            // Whether home lies cyclically outside of (gap, i]: then the gap is on the way from home to i.
            if (((i - home) & mask) >= ((i - gap) & mask)) {
                slots[gap] = s;
                gap = i;
            }
        }
        slots[gap] = null;
    }

    private void resize(int length) {
        @Nullable RelayStream[] old = slots;
        slots = new RelayStream[length];
        shift = 32 - Integer.numberOfTrailingZeros(length);
        for (RelayStream s : old) {
            if (s != null) {
                insert(s);
            }
        }
    }

    /** The streams by id: a copy, which may be walked while streams end. */
    RelayStream[] all() {
        RelayStream[] all = new RelayStream[size];
        int n = 0;
        for (RelayStream s : slots) {
            if (s != null) {
                all[n++] = s;
            }
        }
        Arrays.sort(all, (a, b) -> Integer.compare(a.id(), b.id()));
        return all;
    }

    private int slot(int id) {
        return (id * 0x9E3779B9) >>> shift;
    }
}
