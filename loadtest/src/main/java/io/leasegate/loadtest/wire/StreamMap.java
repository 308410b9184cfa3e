package io.leasegate.loadtest.wire;

import org.jspecify.annotations.Nullable;

/**
 * The live streams of a connection by id: open addressing. Ids are sequential, so they are mixed before they choose a place; without that, all
 * live streams are one long cluster. Used on one event loop.
 */
final class StreamMap {

    private @Nullable WireStream[] slots = new WireStream[16];
    private int size;

    int size() {
        return size;
    }

    @Nullable
    WireStream get(int id) {
        int mask = slots.length - 1;
        for (int i = mix(id) & mask; ; i = (i + 1) & mask) {
            WireStream stream = slots[i];
            if (stream == null || stream.id() == id) {
                return stream;
            }
        }
    }

    void put(WireStream stream) {
        if (size * 2 >= slots.length) {
            grow();
        }
        insert(stream);
        size++;
    }

    void remove(int id) {
        int mask = slots.length - 1;
        int i = mix(id) & mask;
        while (true) {
            WireStream stream = slots[i];
            if (stream == null) {
                return;
            }
            if (stream.id() == id) {
                break;
            }
            i = (i + 1) & mask;
        }
        size--;
        // Those behind it move up, so that no search ends too early.
        int hole = i;
        for (int j = (i + 1) & mask; slots[j] != null; j = (j + 1) & mask) {
            WireStream moved = slots[j];
            int home = mix(moved == null ? 0 : moved.id()) & mask;
            if (((j - home) & mask) >= ((j - hole) & mask)) {
                slots[hole] = moved;
                hole = j;
            }
        }
        slots[hole] = null;
    }

    /** A copy, in no order. */
    WireStream[] all() {
        WireStream[] all = new WireStream[size];
        int i = 0;
        for (WireStream stream : slots) {
            if (stream != null) {
                all[i++] = stream;
            }
        }
        return all;
    }

    private void insert(WireStream stream) {
        int mask = slots.length - 1;
        int i = mix(stream.id()) & mask;
        while (slots[i] != null) {
            i = (i + 1) & mask;
        }
        slots[i] = stream;
    }

    private void grow() {
        WireStream[] before = all();
        slots = new WireStream[slots.length * 2];
        for (WireStream stream : before) {
            insert(stream);
        }
    }

    private static int mix(int id) {
        int h = id * 0x9E3779B9;
        return h ^ (h >>> 15);
    }
}
