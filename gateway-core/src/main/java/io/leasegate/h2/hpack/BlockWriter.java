package io.leasegate.h2.hpack;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/**
 * Collects a header block in an array and hands it to the buffer in one piece: each write to a buffer checks its bounds and whether it
 * is still in use, which for blocks of a few bytes per field costs more than the bytes. One serves all encoders of an event loop.
 */
public final class BlockWriter {

    /** Longer blocks are handed on in pieces. */
    static final int CAPACITY = 4096;

    /** A first byte and five of seven bits each. */
    private static final int MAX_INTEGER_BYTES = 6;

    private final byte[] bytes = new byte[CAPACITY];
    private int length;

    /** A writer for an event loop. */
    public BlockWriter() {}

    /** An integer behind the pattern of its first byte (RFC 7541 section 5.1). */
    void integer(int pattern, int prefixBits, int value, ByteBuf out) {
        if (CAPACITY - length < MAX_INTEGER_BYTES) {
            flush(out);
        }
        int mask = (1 << prefixBits) - 1;
        if (value < mask) {
            bytes[length++] = (byte) (pattern | value);
            return;
        }
        bytes[length++] = (byte) (pattern | mask);
        int rest = value - mask;
        while (rest >= 0x80) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    /** A string that is not Huffman-coded (section 5.2). */
    void string(AsciiString s, ByteBuf out) {
        int n = s.length();
        integer(0, 7, n, out);
        if (n <= CAPACITY - length) {
            System.arraycopy(s.array(), s.arrayOffset(), bytes, length, n);
            length += n;
        } else {
            flush(out);
            out.writeBytes(s.array(), s.arrayOffset(), n);
        }
    }

    /** Hands on what was collected. */
    void flush(ByteBuf out) {
        out.writeBytes(bytes, 0, length);
        length = 0;
    }
}
