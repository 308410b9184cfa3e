package io.leasegate.h2.hpack;

/**
 * Decodes one string after the other, each in as many pieces as it comes in. Holds up to 29 bits between two pieces. For one
 * connection's event loop.
 */
final class HuffmanDecoder {

    private static final int TABLE_MASK = (1 << HuffmanCode.TABLE_BITS) - 1;
    private static final int CODE_MASK = (1 << HuffmanCode.MAX_BITS) - 1;

    /** The bits not yet decoded, right-aligned; what is above them is stale. */
    private long bits;

    private int bitCount;

    /** Starts a string. */
    void begin() {
        bits = 0;
        bitCount = 0;
    }

    /** How many bytes can come out of that many bytes, with what is held from before. */
    static int maxOutput(int inputBytes) {
        return (inputBytes * 8 + HuffmanCode.MAX_BITS - 1) / HuffmanCode.MIN_BITS;
    }

    /**
     * Decodes a piece.
     *
     * @param out has room for {@link #maxOutput} bytes from {@code outPosition} on
     * @return the position behind the last byte of output
     */
    int decode(byte[] in, int from, int to, byte[] out, int outPosition) throws HpackException {
        long acc = bits;
        int count = bitCount;
        int o = outPosition;
        int i = from;
        while (i < to) {
            // At most 29 bits are left from the round before, so 32 more fit.
            while (count <= 56 && i < to) {
                acc = acc << 8 | (in[i++] & 0xff);
                count += 8;
            }
            while (count >= HuffmanCode.MAX_BITS) {
                int entry = HuffmanCode.shortCode((int) (acc >>> (count - HuffmanCode.TABLE_BITS)) & TABLE_MASK);
                if (entry != 0) {
                    out[o++] = (byte) entry;
                    count -= entry >>> 8;
                } else {
                    int next = (int) (acc >>> (count - HuffmanCode.MAX_BITS)) & CODE_MASK;
                    int length = HuffmanCode.longCodeBits(next);
                    out[o++] = longSymbol(next, length);
                    count -= length;
                }
            }
        }
        bits = acc;
        bitCount = count;
        return o;
    }

    /**
     * Decodes what the last piece has left, and checks the padding.
     *
     * @return the position behind the last byte of output
     */
    int end(byte[] out, int outPosition) throws HpackException {
        int o = outPosition;
        while (bitCount >= HuffmanCode.MIN_BITS) {
            int missing = HuffmanCode.MAX_BITS - bitCount;
            // Padded with ones, as the encoder would go on padding.
            int next = (int) (bits << missing | ((1L << missing) - 1)) & CODE_MASK;
            int entry = HuffmanCode.shortCode(next >>> (HuffmanCode.MAX_BITS - HuffmanCode.TABLE_BITS));
            int length = entry != 0 ? entry >>> 8 : HuffmanCode.longCodeBits(next);
            if (length > bitCount) {
                break;
            }
            out[o++] = entry != 0 ? (byte) entry : longSymbol(next, length);
            bitCount -= length;
        }
        if (bitCount > 7) {
            throw new HpackException("a Huffman-coded string ends with " + bitCount
                    + " bits that are no symbol; padding has at most 7 (RFC 7541 section 5.2)");
        }
        long padding = (1L << bitCount) - 1;
        if ((bits & padding) != padding) {
            throw new HpackException("the padding of a Huffman-coded string is not all ones (RFC 7541 section 5.2)");
        }
        return o;
    }

    private static byte longSymbol(int next, int length) throws HpackException {
        int symbol = HuffmanCode.symbol(next >>> (HuffmanCode.MAX_BITS - length), length);
        if (symbol == HuffmanCode.EOS) {
            throw new HpackException("a Huffman-coded string contains the symbol EOS (RFC 7541 section 5.2)");
        }
        return (byte) symbol;
    }
}
