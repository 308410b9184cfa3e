package io.leasegate.h2.hpack;

/**
 * The Huffman code of RFC 7541 appendix B as a table and a few limits. The code is canonical: codes of one length are consecutive, in
 * the order of their symbols, and longer codes are greater (compared from the left). Immutable; any thread.
 */
final class HuffmanCode {

    static final int EOS = 256;
    static final int MIN_BITS = 5;
    static final int MAX_BITS = 30;
    static final int CODE_MASK = (1 << MAX_BITS) - 1;

    /** So many bits are looked up at a time: in most texts they hold two codes. */
    static final int LOOKUP_BITS = 12;

    /** Lengths of the codes of the symbols 0 to 256 (appendix B, last column). */
    private static final byte[] BITS = {
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

    /**
     * By the next bits: what the one or two whole codes at their start say, or 0 where the first code is longer. Bits 0-7 the first
     * symbol, 8-15 the second, 16-23 how many bits they take, 24-31 how many they are.
     */
    private static final int[] LOOKUP = new int[1 << LOOKUP_BITS];

    /** By length: the first code that is longer, left-aligned in {@link #MAX_BITS} bits. */
    private static final int[] END = new int[MAX_BITS + 1];

    /** By length: what to add to a code of that length, right-aligned, to get its place in {@link #SYMBOLS}. */
    private static final int[] PLACE = new int[MAX_BITS + 1];

    /** The symbols in the order of their codes. */
    private static final short[] SYMBOLS = new short[EOS + 1];

    static {
        int code = 0;
        int place = 0;
        for (int bits = MIN_BITS; bits <= MAX_BITS; bits++) {
            code <<= 1;
            PLACE[bits] = place - code;
            for (int symbol = 0; symbol <= EOS; symbol++) {
                if (BITS[symbol] == bits) {
                    SYMBOLS[place++] = (short) symbol;
                    code++;
                }
            }
            END[bits] = code << (MAX_BITS - bits);
        }
        for (int i = 0; i < LOOKUP.length; i++) {
            LOOKUP[i] = lookUp(i);
        }
    }

    private HuffmanCode() {}

    private static int lookUp(int bits) {
        int code = bits << (MAX_BITS - LOOKUP_BITS);
        int first = codeBits(code);
        if (first > LOOKUP_BITS) {
            return 0;
        }
        int entry = symbol(code, first) | first << 16 | 1 << 24;
        int second = codeBits(code << first & CODE_MASK);
        if (first + second > LOOKUP_BITS) {
            return entry;
        }
        return symbol(code, first) | symbol(code << first & CODE_MASK, second) << 8 | (first + second) << 16 | 2 << 24;
    }

    /** What the next {@link #LOOKUP_BITS} bits say. */
    static int lookUp12(int bits) {
        return LOOKUP[bits];
    }

    /** The length of the code that the next {@link #MAX_BITS} bits start with. */
    static int codeBits(int next) {
        int bits = MIN_BITS;
        while (bits < MAX_BITS && next >= END[bits]) {
            bits++;
        }
        return bits;
    }

    /** The symbol whose code of that length the next {@link #MAX_BITS} bits start with. */
    static int symbol(int next, int bits) {
        return SYMBOLS[(next >>> (MAX_BITS - bits)) + PLACE[bits]];
    }
}
