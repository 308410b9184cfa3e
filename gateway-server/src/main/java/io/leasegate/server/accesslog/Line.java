package io.leasegate.server.accesslog;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * A line in the making, in a byte array that is used again for every line. What comes out is printable ASCII and ends with the only
 * line feed in it, whatever a caller put into a path or a header. One event loop's.
 *
 * <p>Every text has a bound, so that the array is large enough for any line: see {@link #CAPACITY}.
 */
final class Line {

    /** A character can take six bytes; {@link #text} cuts every text, and no format writes more than nine of them. */
    static final int CAPACITY = 64 * 1024;

    static final int MAX_TEXT_CHARS = 1024;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CUT = "...".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SPECIAL = special();
    private static final char REPLACEMENT = '\ufffd';

    private final byte[] bytes = new byte[CAPACITY];
    private int length;

    private final byte[] second = new byte["2026-01-02T03:04:05".length()];
    private long secondSince = Long.MIN_VALUE;

    /** 1 for what may not be in a word. */
    private static byte[] special() {
        byte[] special = new byte[256];
        for (int c = 0; c < special.length; c++) {
            special[c] = (byte) (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' ? 1 : 0);
        }
        return special;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    Line put(byte[] ascii) {
        System.arraycopy(ascii, 0, bytes, length, ascii.length);
        length += ascii.length;
        return this;
    }

    Line put(char ascii) {
        bytes[length++] = (byte) ascii;
        return this;
    }

    Line number(long value) {
        if (value < 0) {
            put('-');
            if (value == Long.MIN_VALUE) {
                // Has no positive counterpart.
                return put('9').number(223_372_036_854_775_808L);
            }
        }
        long rest = Math.abs(value);
        int digits = 1;
        for (long v = rest; v >= 10; v /= 10) {
            digits++;
        }
        digits(rest, digits);
        return this;
    }

    private void digits(long value, int count) {
        long rest = value;
        for (int i = length + count - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += count;
    }

    /** Nanoseconds as milliseconds with three decimals, rounded down. */
    Line millis(long nanos) {
        long micros = nanos / 1000;
        number(micros / 1000);
        put('.');
        digits(micros % 1000, 3);
        return this;
    }

    /** A moment in UTC by ISO 8601 with milliseconds; years 0 to 9999. */
    Line time(long epochMillis) {
        long epochSecond = Math.floorDiv(epochMillis, 1000L);
        if (epochSecond != secondSince) {
            renderSecond(epochSecond);
            secondSince = epochSecond;
        }
        put(second);
        put('.');
        digits(Math.floorMod(epochMillis, 1000L), 3);
        return put('Z');
    }

    private void renderSecond(long epochSecond) {
        int start = length;
        long day = Math.floorDiv(epochSecond, 86_400L);
        int ofDay = (int) Math.floorMod(epochSecond, 86_400L);
        // The civil date of a day number, as java.time.LocalDate.ofEpochDay computes it, for days since 1970.
        long shifted = day + 719_468;
        long era = Math.floorDiv(shifted, 146_097L);
        long dayOfEra = shifted - era * 146_097;
        long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long marchMonth = (5 * dayOfYear + 2) / 153;
        long month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
        digits(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4);
        put('-');
        digits(month, 2);
        put('-');
        digits(dayOfYear - (153 * marchMonth + 2) / 5 + 1, 2);
        put('T');
        digits(ofDay / 3600, 2);
        put(':');
        digits(ofDay / 60 % 60, 2);
        put(':');
        digits(ofDay % 60, 2);
        System.arraycopy(bytes, start, second, 0, second.length);
        length = start;
    }

    /**
     * A text as the inside of a JSON string, without its quotes: other than printable ASCII becomes {@code \}{@code uXXXX}. A text of
     * more than {@link #MAX_TEXT_CHARS} is cut and ends with three dots.
     */
    Line text(CharSequence text) {
        int end = Math.min(text.length(), MAX_TEXT_CHARS);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                put('\\');
                bytes[length++] = (byte) c;
            } else if (c >= 0x20 && c < 0x7f) {
                bytes[length++] = (byte) c;
            } else {
                escape(Character.isSurrogate(c) && !isPaired(text, i, end) ? REPLACEMENT : c);
            }
        }
        return text.length() > end ? put(CUT) : this;
    }

    private static boolean isPaired(CharSequence text, int i, int end) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < end && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }

    private void escape(char c) {
        put('\\').put('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[c >> shift & 0xf];
        }
    }

    /** A text as one word: as it is where it has no blank, quote, backslash or control character, else quoted as in JSON. */
    Line word(CharSequence text) {
        int count = Math.min(text.length(), MAX_TEXT_CHARS);
        if (count > 0 && isPlain(text, count) && bytes[length] != '-') {
            length += count;
            return text.length() > count ? put(CUT) : this;
        }
        return put('"').text(text).put('"');
    }

    /** Copies the characters behind the line, and tells whether they may stay as they are: nearly all words of nearly all calls do. */
    private boolean isPlain(CharSequence text, int count) {
        int end = length + count;
        if (text instanceof AsciiString ascii) {
            System.arraycopy(ascii.array(), ascii.arrayOffset(), bytes, length, count);
            int special = 0;
            for (int i = length; i < end; i++) {
                special |= SPECIAL[bytes[i] & 0xff];
            }
            return special == 0;
        }
        for (int i = 0; i < count; i++) {
            char c = text.charAt(i);
            if (c >= SPECIAL.length || SPECIAL[c] != 0) {
                return false;
            }
            bytes[length + i] = (byte) c;
        }
        return true;
    }
}
