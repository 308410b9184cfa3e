package io.leasegate.h2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * The hash of names and values. It is keyed with secrets of this process, so that no peer can choose fields that collide. Pure; any
 * thread.
 */
public final class FieldHash {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long START;
    private static final long EACH_KEY;
    private static final long LAST_KEY;

    static {
        SecureRandom random = new SecureRandom();
        START = random.nextLong();
        // An even factor loses bits.
        EACH_KEY = random.nextLong() | 1;
        LAST_KEY = random.nextLong() | 1;
    }

    static final int OF_NOTHING = of(new byte[0], 0, 0);

    private FieldHash() {}

    public static int of(byte[] bytes, int offset, int length) {
        long h = START + length;
        int end = offset + length;
        int i = offset;
        for (; end - i > 8; i += 8) {
            h = mix(h ^ longAt(bytes, i), EACH_KEY);
        }
        h = mix(h ^ tail(bytes, i, end, length), LAST_KEY);
        return (int) (h ^ h >>> 32);
    }

    static long longAt(byte[] bytes, int index) {
        return (long) LONG.get(bytes, index);
    }

    /** The hash of a field. The parts are used as they are: each is spread over all bits already. */
    static int ofField(int nameHash, int valueHash) {
        return nameHash * 0x9E3779B1 + valueHash;
    }

    /** The last bytes, up to eight; read together with some before them where there are enough of those. */
    private static long tail(byte[] bytes, int from, int end, int length) {
        if (length >= 8) {
            return longAt(bytes, end - 8);
        }
        long t = 0;
        for (int i = from; i < end; i++) {
            t = t << 8 | (bytes[i] & 0xff);
        }
        return t;
    }

    /** Both halves of the product of 128 bits, folded. */
    private static long mix(long a, long b) {
        return Math.multiplyHigh(a, b) ^ a * b;
    }
}
