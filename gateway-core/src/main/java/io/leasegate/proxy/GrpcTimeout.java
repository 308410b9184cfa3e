package io.leasegate.proxy;

import io.netty.util.AsciiString;

/** The {@code grpc-timeout} header: at most eight digits and a unit (gRPC's HTTP/2 protocol document, "Timeout"). */
final class GrpcTimeout {

    /** The header is not there or not valid. */
    static final long NONE = -1;

    private static final int MAX_DIGITS = 8;

    private GrpcTimeout() {}

    /** The time in nanoseconds, or {@link #NONE}. */
    static long parseNanos(AsciiString value) {
        int digits = value.length() - 1;
        if (digits < 1 || digits > MAX_DIGITS) {
            return NONE;
        }
        long amount = 0;
        for (int i = 0; i < digits; i++) {
            int d = value.byteAt(i) - '0';
            if (d < 0 || d > 9) {
                return NONE;
            }
            amount = amount * 10 + d;
        }
        long unitNanos = switch (value.byteAt(digits)) {
            case 'n' -> 1L;
            case 'u' -> 1_000L;
            case 'm' -> 1_000_000L;
            case 'S' -> 1_000_000_000L;
            case 'M' -> 60_000_000_000L;
            case 'H' -> 3_600_000_000_000L;
            default -> NONE;
        };
        if (unitNanos == NONE) {
            return NONE;
        }
        return amount > Long.MAX_VALUE / unitNanos ? Long.MAX_VALUE : amount * unitNanos;
    }

    /** What is left of the time, in the finest unit that fits eight digits, rounded up so that nothing becomes 0. */
    static AsciiString format(long nanos) {
        long n = Math.max(nanos, 1);
        long[] units = {1L, 1_000L, 1_000_000L, 1_000_000_000L, 60_000_000_000L, 3_600_000_000_000L};
        String letters = "numSMH";
        for (int i = 0; i < units.length; i++) {
            long amount = n / units[i] + (n % units[i] == 0 ? 0 : 1);
            if (amount <= 99_999_999 || i == units.length - 1) {
                return new AsciiString(Long.toString(Math.min(amount, 99_999_999)) + letters.charAt(i));
            }
        }
        throw new AssertionError();
    }
}
