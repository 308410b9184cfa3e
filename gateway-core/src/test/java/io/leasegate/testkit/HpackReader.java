package io.leasegate.testkit;

import io.leasegate.testkit.HeaderFields.Coding;
import io.leasegate.testkit.HeaderFields.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Decodes header blocks and keeps how each field was coded. One per connection, used by its reading thread only. */
final class HpackReader {

    private final HpackTables tables = new HpackTables();
    private byte[] block = {};
    private int at;

    HeaderFields read(byte[] headerBlock) {
        block = headerBlock;
        at = 0;
        List<Field> fields = new ArrayList<>();
        while (at < block.length) {
            int first = block[at] & 0xff;
            if ((first & 0x80) != 0) {
                HpackTables.Entry e = tables.get(integer(7));
                fields.add(new Field(e.name(), e.value(), Coding.INDEXED));
            } else if ((first & 0xc0) == 0x40) {
                Field f = literal(6, Coding.LITERAL_WITH_INDEXING);
                tables.add(f.name(), f.value());
                fields.add(f);
            } else if ((first & 0xe0) == 0x20) {
                if (!fields.isEmpty()) {
                    throw new IllegalStateException("HPACK: a table size update behind a field");
                }
                tables.maxSize(integer(5));
            } else {
                fields.add(literal(4, (first & 0x10) != 0 ? Coding.NEVER_INDEXED : Coding.LITERAL));
            }
        }
        return new HeaderFields(fields);
    }

    private Field literal(int prefixBits, Coding coding) {
        int index = integer(prefixBits);
        String name = index == 0 ? string() : tables.get(index).name();
        return new Field(name, string(), coding);
    }

    private String string() {
        boolean huffman = (block[at] & 0x80) != 0;
        int length = integer(7);
        int from = at;
        at += length;
        if (at > block.length) {
            throw new IllegalStateException("HPACK: a string of " + length + " bytes runs over the block's end");
        }
        return huffman
                ? HpackTables.huffmanDecode(block, from, at)
                : new String(block, from, length, StandardCharsets.ISO_8859_1);
    }

    private int integer(int prefixBits) {
        int mask = (1 << prefixBits) - 1;
        int value = block[at++] & mask;
        if (value < mask) {
            return value;
        }
        int shift = 0;
        int b;
        do {
            b = block[at++] & 0xff;
            value += (b & 0x7f) << shift;
            shift += 7;
        } while ((b & 0x80) != 0);
        return value;
    }
}
