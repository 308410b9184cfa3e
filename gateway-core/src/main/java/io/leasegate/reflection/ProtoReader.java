package io.leasegate.reflection;

import java.nio.charset.StandardCharsets;

/** Reads the fields of one message in the protobuf wire format, one after the other. What does not hold together is told by {@link Malformed}. */
final class ProtoReader {

    /** The bytes are no protobuf message. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final byte[] bytes;
    private final int end;
    private int at;
    private int wireType;

    ProtoReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private ProtoReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.at = start;
        this.end = end;
    }

    /** The number of the next field, or 0 at the end. Its value has to be read or skipped next. */
    int nextField() throws Malformed {
        if (at == end) {
            return 0;
        }
        long tag = varint();
        long field = tag >>> 3;
        wireType = (int) (tag & 7);
        if (field < 1 || field > 0x1fff_ffff) {
            throw new Malformed("field number " + field);
        }
        return (int) field;
    }

    /** The value of a field that is a message. */
    ProtoReader message() throws Malformed {
        int start = delimited();
        return new ProtoReader(bytes, start, at);
    }

    /** The value of a field that is a text. */
    String text() throws Malformed {
        int start = delimited();
        return new String(bytes, start, at - start, StandardCharsets.UTF_8);
    }

    /** The value of a field that is a whole number. */
    long number() throws Malformed {
        if (wireType != VARINT) {
            throw new Malformed("wire type " + wireType + " in the place of a number");
        }
        return varint();
    }

    void skip() throws Malformed {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> advance(8);
            case LENGTH_DELIMITED -> delimited();
            case FIXED32 -> advance(4);
            default -> throw new Malformed("wire type " + wireType);
        }
    }

    /** Passes a length and so many bytes. Returns where these begin. */
    private int delimited() throws Malformed {
        if (wireType != LENGTH_DELIMITED) {
            throw new Malformed("wire type " + wireType + " in the place of a message or text");
        }
        long length = varint();
        int start = at;
        advance(length);
        return start;
    }

    private void advance(long n) throws Malformed {
        if (n < 0 || n > end - at) {
            throw new Malformed("a length beyond the end");
        }
        at += (int) n;
    }

    private long varint() throws Malformed {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at == end) {
                throw new Malformed("ends in the middle of a number");
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new Malformed("a number of more than ten bytes");
    }
}
