package io.leasegate.h2.hpack;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Decodes one string after the other, each in as many pieces as it comes in. Holds up to 29 bits between two pieces. For one
 * connection's event loop.
 */
final class HuffmanDecoder {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int LOOKUP_MASK = (1 << HuffmanCode.LOOKUP_BITS) - 1;

    /** The bits not yet decoded, right-aligned; what is above them is stale. */
    private long bits;

    private int bitCount;

    /** Starts a string. */
    void begin() {
        bits = 0;
        bitCount = 0;
    }

    /** The room that decoding that many bytes needs, with what is held from before: one more than can come out. */
    static int maxOutput(int inputBytes) {
        return (inputBytes * 8 + HuffmanCode.MAX_BITS - 1) / HuffmanCode.MIN_BITS + 1;
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
            if (to - i >= Integer.BYTES) {
                acc = acc << 32 | ((int) INT.get(in, i) & 0xffffffffL);
                count += 32;
                i += Integer.BYTES;
            } else {
                acc = acc << 8 | (in[i++] & 0xff);
                count += 8;
            }
            while (count >= HuffmanCode.MAX_BITS) {
                int entry = HuffmanCode.lookUp12((int) (acc >>> (count - HuffmanCode.LOOKUP_BITS)) & LOOKUP_MASK);
                if (entry != 0) {
                    out[o] = (byte) entry;
                    // Where there is no second symbol, the next one overwrites this.
                    out[o + 1] = (byte) (entry >>> 8);
                    o += entry >>> 24;
                    count -= entry >>> 16 & 0xff;
                } else {
                    int next = (int) (acc >>> (count - HuffmanCode.MAX_BITS)) & HuffmanCode.CODE_MASK;
                    int length = HuffmanCode.codeBits(next);
                    out[o++] = symbol(next, length);
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
            int next = (int) (bits << missing | ((1L << missing) - 1)) & HuffmanCode.CODE_MASK;
            int entry = HuffmanCode.lookUp12(next >>> (HuffmanCode.MAX_BITS - HuffmanCode.LOOKUP_BITS));
            int length = entry >>> 16 & 0xff;
            if (entry != 0 && length <= bitCount) {
                out[o] = (byte) entry;
                out[o + 1] = (byte) (entry >>> 8);
                o += entry >>> 24;
            } else {
                length = HuffmanCode.codeBits(next);
                if (length > bitCount) {
                    break;
                }
                out[o++] = symbol(next, length);
            }
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

    private static byte symbol(int next, int length) throws HpackException {
        int symbol = HuffmanCode.symbol(next, length);
        if (symbol == HuffmanCode.EOS) {
            throw new HpackException("a Huffman-coded string contains the symbol EOS (RFC 7541 section 5.2)");
        }
        return (byte) symbol;
    }
}
