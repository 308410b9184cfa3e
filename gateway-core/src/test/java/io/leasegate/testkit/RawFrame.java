package io.leasegate.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A frame as it was received. A header block that was split over CONTINUATION frames is one HEADERS frame here, with the flags of the
 * first; the payload of DATA is without its padding.
 *
 * @param arrivedNanos {@link System#nanoTime()} when the last byte was there
 * @param headers the decoded block of HEADERS and PUSH_PROMISE, null for other types
 * @param padding bytes that padding took, with its length byte
 * @param continuations how many CONTINUATION frames followed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RawFrame(
        long arrivedNanos,
        int type,
        int flags,
        int streamId,
        byte[] payload,
        HeaderFields headers,
        int padding,
        int continuations) {

    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int FLAG_END_STREAM = 0x1;
    public static final int FLAG_ACK = 0x1;
    public static final int FLAG_END_HEADERS = 0x4;
    public static final int FLAG_PADDED = 0x8;
    public static final int FLAG_PRIORITY = 0x20;

    public static final int HEADER_TABLE_SIZE = 1;
    public static final int ENABLE_PUSH = 2;
    public static final int MAX_CONCURRENT_STREAMS = 3;
    public static final int INITIAL_WINDOW_SIZE = 4;
    public static final int MAX_FRAME_SIZE = 5;
    public static final int MAX_HEADER_LIST_SIZE = 6;

    private static final String[] TYPE_NAMES = {
        "DATA",
        "HEADERS",
        "PRIORITY",
        "RST_STREAM",
        "SETTINGS",
        "PUSH_PROMISE",
        "PING",
        "GOAWAY",
        "WINDOW_UPDATE",
        "CONTINUATION"
    };

    public boolean endStream() {
        return (type == DATA || type == HEADERS) && (flags & FLAG_END_STREAM) != 0;
    }

    public boolean ack() {
        return (type == SETTINGS || type == PING) && (flags & FLAG_ACK) != 0;
    }

    /** The error code of RST_STREAM and GOAWAY. */
    public long errorCode() {
        return switch (type) {
            case RST_STREAM -> intAt(0) & 0xffffffffL;
            case GOAWAY -> intAt(4) & 0xffffffffL;
            default -> throw new IllegalStateException(this + " has no error code");
        };
    }

    /** The last stream id of GOAWAY. */
    public int lastStreamId() {
        return intAt(0) & 0x7fffffff;
    }

    /** The debug data of GOAWAY. */
    public String debugData() {
        return new String(payload, 8, payload.length - 8, StandardCharsets.UTF_8);
    }

    /** The increment of WINDOW_UPDATE. */
    public int windowIncrement() {
        return intAt(0) & 0x7fffffff;
    }

    /** The opaque data of PING. */
    public long pingData() {
        return ByteBuffer.wrap(payload).getLong();
    }

    /** The last value of a setting in a SETTINGS frame, or the given one. */
    public long setting(int id, long absent) {
        long value = absent;
        ByteBuffer b = ByteBuffer.wrap(payload);
        while (b.remaining() >= 6) {
            int key = b.getShort() & 0xffff;
            long v = b.getInt() & 0xffffffffL;
            if (key == id) {
                value = v;
            }
        }
        return value;
    }

    private int intAt(int offset) {
        return ByteBuffer.wrap(payload).getInt(offset);
    }

    @Override
    public String toString() {
        StringBuilder s = new StringBuilder(type < TYPE_NAMES.length ? TYPE_NAMES[type] : "type " + type);
        s.append("(stream ").append(streamId);
        switch (type) {
            case DATA -> s.append(", ").append(payload.length).append(" bytes");
            case HEADERS -> s.append(", ").append(headers);
            case RST_STREAM -> s.append(", ").append(Http2Error.describe(errorCode()));
            case GOAWAY ->
                s.append(", last ")
                        .append(lastStreamId())
                        .append(", ")
                        .append(Http2Error.describe(errorCode()))
                        .append(", '")
                        .append(debugData())
                        .append('\'');
            case WINDOW_UPDATE -> s.append(", +").append(windowIncrement());
            default -> s.append(", ").append(payload.length).append(" bytes");
        }
        if (ack()) {
            s.append(", ACK");
        }
        if (endStream()) {
            s.append(", END_STREAM");
        }
        return s.append(')').toString();
    }
}
