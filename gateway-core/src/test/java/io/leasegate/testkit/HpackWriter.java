package io.leasegate.testkit;

import io.leasegate.testkit.HeaderFields.Coding;
import io.leasegate.testkit.HeaderFields.Field;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Encodes header blocks field by field as {@link Field#coding()} asks; a field marked {@code INDEXED} that no table holds goes as a
 * literal with indexing. Checks nothing, so that malformed fields can be sent. Not safe for several threads.
 */
final class HpackWriter {

    private final HpackTables tables = new HpackTables();
    private boolean huffman;
    private int announcedTableSize = -1;

    /** Whether strings are Huffman-coded from here on. */
    void huffman(boolean on) {
        huffman = on;
    }

    /** What the peer allows for the dynamic table; the next block begins with the update. */
    void maxTableSize(long bytes) {
        announcedTableSize = (int) Math.min(bytes, 4096);
        tables.maxSize(announcedTableSize);
    }

    byte[] write(HeaderFields fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (announcedTableSize >= 0) {
            integer(out, 0x20, 5, announcedTableSize);
            announcedTableSize = -1;
        }
        for (Field f : fields) {
            int index = f.coding() == Coding.INDEXED ? tables.indexOf(f.name(), f.value()) : 0;
            if (index > 0) {
                integer(out, 0x80, 7, index);
                continue;
            }
            switch (f.coding()) {
                case INDEXED, LITERAL_WITH_INDEXING -> {
                    literal(out, 0x40, 6, f);
                    tables.add(f.name(), f.value());
                }
                case LITERAL -> literal(out, 0, 4, f);
                case NEVER_INDEXED -> literal(out, 0x10, 4, f);
            }
        }
        return out.toByteArray();
    }

    private void literal(ByteArrayOutputStream out, int pattern, int prefixBits, Field f) {
        int name = tables.indexOf(f.name());
        integer(out, pattern, prefixBits, name);
        if (name == 0) {
            string(out, f.name());
        }
        string(out, f.value());
    }

    private void string(ByteArrayOutputStream out, String text) {
        byte[] bytes = huffman ? HpackTables.huffmanEncode(text) : text.getBytes(StandardCharsets.ISO_8859_1);
        integer(out, huffman ? 0x80 : 0, 7, bytes.length);
        out.writeBytes(bytes);
    }

    static void integer(ByteArrayOutputStream out, int pattern, int prefixBits, int value) {
        int mask = (1 << prefixBits) - 1;
        if (value < mask) {
            out.write(pattern | value);
            return;
        }
        out.write(pattern | mask);
        int rest = value - mask;
        while (rest >= 0x80) {
            out.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
