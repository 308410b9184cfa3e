package io.leasegate.balance;

/**
 * The 64-bit xxHash (XXH64) of text that has one byte per character (ISO 8859-1), as header values have: the hash of Envoy's and gRPC's hash
 * policies. Without an object or a copy. See https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
 */
final class XxHash64 {

    private static final long PRIME_1 = 0x9e3779b185ebca87L;
    private static final long PRIME_2 = 0xc2b2ae3d27d4eb4fL;
    private static final long PRIME_3 = 0x165667b19e3779f9L;
    private static final long PRIME_4 = 0x85ebca77c2b2ae63L;
    private static final long PRIME_5 = 0x27d4eb2f165667c5L;
    private static final int STRIPE_BYTES = 32;

    private XxHash64() {}

    static long hash(CharSequence text, long seed) {
        int length = text.length();
        int at = 0;
        long hash;
        if (length < STRIPE_BYTES) {
            hash = seed + PRIME_5;
        } else {
            long a = seed + PRIME_1 + PRIME_2;
            long b = seed + PRIME_2;
            long c = seed;
            long d = seed - PRIME_1;
            for (; at <= length - STRIPE_BYTES; at += STRIPE_BYTES) {
                a = round(a, longAt(text, at));
                b = round(b, longAt(text, at + 8));
                c = round(c, longAt(text, at + 16));
                d = round(d, longAt(text, at + 24));
            }
            hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
            hash = merge(merge(merge(merge(hash, a), b), c), d);
        }
        return avalanche(rest(hash + length, text, at));
    }

    /** What is left of the text behind the last whole stripe. */
    private static long rest(long begun, CharSequence text, int from) {
        long hash = begun;
        int at = from;
        for (; at + 8 <= text.length(); at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, longAt(text, at)), 27) * PRIME_1 + PRIME_4;
        }
        if (at + 4 <= text.length()) {
            hash = Long.rotateLeft(hash ^ (intAt(text, at) * PRIME_1), 23) * PRIME_2 + PRIME_3;
            at += 4;
        }
        for (; at < text.length(); at++) {
            hash = Long.rotateLeft(hash ^ ((text.charAt(at) & 0xff) * PRIME_5), 11) * PRIME_1;
        }
        return hash;
    }

    private static long round(long accumulator, long input) {
        return Long.rotateLeft(accumulator + input * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long accumulator) {
        return (hash ^ round(0, accumulator)) * PRIME_1 + PRIME_4;
    }

    private static long avalanche(long hash) {
        long h = (hash ^ (hash >>> 33)) * PRIME_2;
        h = (h ^ (h >>> 29)) * PRIME_3;
        return h ^ (h >>> 32);
    }

    private static long intAt(CharSequence text, int at) {
        return (text.charAt(at) & 0xffL)
                | ((text.charAt(at + 1) & 0xffL) << 8)
                | ((text.charAt(at + 2) & 0xffL) << 16)
                | ((text.charAt(at + 3) & 0xffL) << 24);
    }

    private static long longAt(CharSequence text, int at) {
        return intAt(text, at) | (intAt(text, at + 4) << 32);
    }
}
