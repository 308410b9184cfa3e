package io.leasegate.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Reads the header blocks of one connection. Used on its event loop.
 *
 * <p>It has to cost next to nothing: fields of the tables are shared objects, and literals that were seen before are found by their bytes, so
 * that hardly any block makes a string.
 */
final class HpackReader {

    private static final int DEFAULT_TABLE_BYTES = 4096;
    private static final int CACHE_SIZE = 1024;
    private static final HeaderField[] STATIC = new HeaderField[StaticHeaders.SIZE + 1];

    static {
        for (int i = 1; i <= StaticHeaders.SIZE; i++) {
            STATIC[i] = new HeaderField(StaticHeaders.name(i), StaticHeaders.value(i));
        }
    }

    /** Literals that were seen, by a hash of their bytes; a newer one takes an older one's place. */
    private static final class Literal {
        private final byte[] bytes;
        private final HeaderField field;

        Literal(byte[] bytes, HeaderField field) {
            this.bytes = bytes;
            this.field = field;
        }
    }

    private static final FastThreadLocal<Literal[]> CACHE = new FastThreadLocal<>() {
        @Override
        protected Literal[] initialValue() {
            return new Literal[CACHE_SIZE];
        }
    };

    private HeaderField[] ring = new HeaderField[16];
    private int newest;
    private int count;
    private int tableBytes;
    private int maxTableBytes = DEFAULT_TABLE_BYTES;
    private byte[] block = new byte[256];
    private int at;

    /** Reads {@code length} bytes as one whole block. */
    void read(ByteBuf in, int length, Consumer<HeaderField> fields) {
        if (block.length < length) {
            block = new byte[Integer.highestOneBit(length) << 1];
        }
        in.readBytes(block, 0, length);
        at = 0;
        while (at < length) {
            int first = block[at];
            if (first < 0) {
                fields.accept(field(integer(7)));
            } else if ((first & 0x40) != 0) {
                HeaderField field = literal(6);
                add(field);
                fields.accept(field);
            } else if ((first & 0x20) != 0) {
                maxTableBytes = integer(5);
                evict(0);
            } else {
                fields.accept(literal(4));
            }
        }
        if (at != length) {
            throw new ProtocolFailure("a header block that ends within a field");
        }
    }

    private HeaderField field(int index) {
        if (index >= 1 && index <= StaticHeaders.SIZE) {
            return STATIC[index];
        }
        int back = index - StaticHeaders.SIZE - 1;
        if (index < 1 || back >= count) {
            throw new ProtocolFailure("a header field with the index " + index + ", where there is none");
        }
        return ring[(newest - back) & (ring.length - 1)];
    }

    private HeaderField literal(int prefix) {
        int nameIndex = integer(prefix);
        // The name's object is part of the key, as its index means something else later on.
        String name = nameIndex == 0 ? "" : field(nameIndex).name();
        int from = at;
        if (nameIndex == 0) {
            skipString();
        }
        int valueAt = at;
        skipString();
        int hash = name.hashCode();
        for (int i = from; i < at; i++) {
            hash = hash * 31 + block[i];
        }
        Literal[] cache = CACHE.get();
        int slot = (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (CACHE_SIZE - 1);
        Literal seen = cache[slot];
        if (seen != null
                && (name.isEmpty() || name.equals(seen.field.name()))
                && Arrays.equals(seen.bytes, 0, seen.bytes.length, block, from, at)) {
            return seen.field;
        }
        int end = at;
        at = from;
        HeaderField field = nameIndex == 0 ? new HeaderField(string(), string()) : new HeaderField(name, string());
        cache[slot] = new Literal(Arrays.copyOfRange(block, nameIndex == 0 ? from : valueAt, end), field);
        return field;
    }

    private void skipString() {
        int length = integer(7);
        at += length;
        if (at > block.length) {
            throw new ProtocolFailure("a header string longer than its block");
        }
    }

    private String string() {
        boolean huffman = block[at] < 0;
        int length = integer(7);
        String text = huffman
                ? Huffman.decode(block, at, length)
                : new String(block, at, length, StandardCharsets.ISO_8859_1);
        at += length;
        return text;
    }

    /** RFC 7541 section 5.1. */
    private int integer(int prefix) {
        int mask = (1 << prefix) - 1;
        int value = block[at++] & mask;
        if (value < mask) {
            return value;
        }
        int shift = 0;
        int next;
        do {
            next = block[at++];
            value += (next & 0x7f) << shift;
            shift += 7;
            if (shift > 28 || value < 0) {
                throw new ProtocolFailure("a header block with a number that is too large");
            }
        } while (next < 0);
        return value;
    }

    private void add(HeaderField field) {
        int bytes = field.tableSize();
        evict(bytes);
        if (bytes > maxTableBytes) {
            return;
        }
        if (count == ring.length) {
            HeaderField[] larger = new HeaderField[ring.length * 2];
            for (int i = 0; i < count; i++) {
                larger[i] = ring[(newest - count + 1 + i) & (ring.length - 1)];
            }
            ring = larger;
            newest = count - 1;
        }
        newest = (newest + 1) & (ring.length - 1);
        ring[newest] = field;
        count++;
        tableBytes += bytes;
    }

    private void evict(int forBytes) {
        while (count > 0 && tableBytes + forBytes > maxTableBytes) {
            tableBytes -= ring[(newest - count + 1) & (ring.length - 1)].tableSize();
            count--;
        }
    }
}
