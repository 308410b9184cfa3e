package io.leasegate.testkit;

import java.util.Arrays;
import java.util.Random;

/**
 * Decisions read off the bytes of a fuzzer's input: the same bytes always make the same history, and a small change of the bytes makes a
 * small change of it. When the bytes have run out, every decision is 0.
 */
public final class Choices {

    private final byte[] bytes;
    private int at;

    public Choices(byte[] bytes) {
        this.bytes = bytes;
    }

    /** An input of random bytes, for tests without a fuzzer. */
    public static byte[] random(long seed, int length) {
        byte[] b = new byte[length];
        new Random(seed).nextBytes(b);
        return b;
    }

    public boolean isOver() {
        return at >= bytes.length;
    }

    /** A number from 0 to {@code bound} - 1. */
    public int below(int bound) {
        int n = next();
        for (int reach = 256; reach < bound && reach > 0; reach <<= 8) {
            n = n << 8 | next();
        }
        return (n & Integer.MAX_VALUE) % bound;
    }

    public boolean oneIn(int n) {
        return below(n) == n - 1;
    }

    public int oneOf(int... values) {
        return values[below(values.length)];
    }

    /** Up to that many bytes of the input as they are. */
    public byte[] bytes(int length) {
        int end = Math.min(bytes.length, at + length);
        byte[] piece = Arrays.copyOfRange(bytes, Math.min(at, end), end);
        at = end;
        return piece;
    }

    private int next() {
        return at < bytes.length ? bytes[at++] & 0xff : 0;
    }
}
