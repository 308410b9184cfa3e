package io.leasegate.h2.hpack;

import java.util.Arrays;

/**
 * A string of a literal that arrives in several pieces: keeps its decoded bytes up to a limit; what is longer is decoded for its length
 * and its errors alone. For one connection's event loop.
 */
final class LiteralText {

    private static final byte[] NOTHING = {};

    private static final int MIN_BYTES = 64;

    /** A buffer of up to this size is kept for the next string. */
    private static final int KEPT_BYTES = 1024;

    /** Huffman code is decoded so many bytes at a time, so that little room has to be kept free. */
    private static final int STEP_BYTES = 256;

    private final HuffmanDecoder huffman = new HuffmanDecoder();
    private final byte[] scratch;
    private byte[] bytes = NOTHING;
    private boolean coded;
    private int remaining;
    private int limit;
    private int kept;
    private long length;

    /** @param scratch takes what is not kept; has room for what comes out of {@link #STEP_BYTES} */
    LiteralText(byte[] scratch) {
        this.scratch = scratch;
    }

    /** Starts a string whose encoded length is known. */
    void begin(int encodedLength, boolean huffmanCoded, long maxBytes) {
        coded = huffmanCoded;
        remaining = encodedLength;
        long shortest = huffmanCoded ? encodedLength * 8L / HuffmanCode.MAX_BITS : encodedLength;
        limit = shortest > maxBytes ? -1 : (int) Math.min(maxBytes, Integer.MAX_VALUE - 8);
        kept = 0;
        length = 0;
        huffman.begin();
    }

    boolean isComplete() {
        return remaining == 0;
    }

    /** Takes what belongs to the string; returns the position behind it. Decodes the end when it is there. */
    int add(byte[] in, int from, int to) throws HpackException {
        int end = Math.min(to, from + Math.min(remaining, to - from));
        remaining -= end - from;
        if (!coded) {
            append(in, from, end - from);
            return end;
        }
        for (int i = from; i < end; ) {
            int step = Math.min(end, i + STEP_BYTES);
            append(scratch, 0, huffman.decode(in, i, step, scratch, 0));
            i = step;
        }
        if (remaining == 0) {
            append(scratch, 0, huffman.end(scratch, 0));
        }
        return end;
    }

    private void append(byte[] from, int offset, int count) {
        length += count;
        if (length > limit) {
            limit = -1;
            bytes = NOTHING;
            return;
        }
        if (length > bytes.length) {
            long enough = Math.max(Math.max(length, 2L * bytes.length), MIN_BYTES);
            bytes = Arrays.copyOf(bytes, (int) Math.min(enough, limit));
        }
        System.arraycopy(from, offset, bytes, kept, count);
        kept += count;
    }

    /** Whether the string was longer than the limit, so that its bytes are not there. */
    boolean isTooLong() {
        return limit < 0;
    }

    /** How long the decoded string is, kept or not. */
    long length() {
        return length;
    }

    /** The decoded string, from 0 to {@link #length()}. */
    byte[] bytes() {
        return bytes;
    }

    /** Lets go of a large string that has been used. */
    void release() {
        if (bytes.length > KEPT_BYTES) {
            bytes = NOTHING;
        }
    }
}
