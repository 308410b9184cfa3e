package io.leasegate.loadtest.wire;

import java.nio.charset.StandardCharsets;

/** Reads HPACK's Huffman code (RFC 7541 appendix B). Stateless, any thread. */
final class Huffman {

    /** Code lengths of the symbols 0 to 256. The code is canonical, so the lengths are all it takes. */
    private static final byte[] LENGTHS = {
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28,
        28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15,
        6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22,
        20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23,
        23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22,
        22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26,
        27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27,
        26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30
    };

    private static final int LONGEST = 30;
    /** Per length: the first code of that length, how many there are, and where their symbols begin. */
    private static final int[] FIRST = new int[LONGEST + 1];

    private static final int[] COUNT = new int[LONGEST + 1];
    private static final int[] BEGIN = new int[LONGEST + 1];
    private static final short[] SYMBOLS = new short[LENGTHS.length];

    static {
        int code = 0;
        int next = 0;
        for (int length = 1; length <= LONGEST; length++) {
            FIRST[length] = code;
            BEGIN[length] = next;
            for (int symbol = 0; symbol < LENGTHS.length; symbol++) {
                if (LENGTHS[symbol] == length) {
                    SYMBOLS[next++] = (short) symbol;
                    code++;
                }
            }
            COUNT[length] = next - BEGIN[length];
            code <<= 1;
        }
    }

    private Huffman() {}

    static String decode(byte[] from, int offset, int length) {
        byte[] text = new byte[length * 8 / 5 + 1];
        int size = 0;
        int code = 0;
        int bits = 0;
        for (int i = offset * 8; i < (offset + length) * 8; i++) {
            code = (code << 1) | ((from[i >> 3] >> (7 - (i & 7))) & 1);
            bits++;
            if (bits > LONGEST) {
                throw new ProtocolFailure("a header block with a bad Huffman code");
            }
            int place = code - FIRST[bits];
            if (place >= 0 && place < COUNT[bits]) {
                text[size++] = (byte) SYMBOLS[BEGIN[bits] + place];
                code = 0;
                bits = 0;
            }
        }
        return new String(text, 0, size, StandardCharsets.ISO_8859_1);
    }
}
