package io.leasegate.h2.codec;

/** Numbers of RFC 9113: frame types (section 6), their flags, settings (section 6.5.2), sizes. */
final class Frames {

    static final int HEADER_BYTES = 9;

    static final int DATA = 0x0;
    static final int HEADERS = 0x1;
    static final int PRIORITY = 0x2;
    static final int RST_STREAM = 0x3;
    static final int SETTINGS = 0x4;
    static final int PUSH_PROMISE = 0x5;
    static final int PING = 0x6;
    static final int GOAWAY = 0x7;
    static final int WINDOW_UPDATE = 0x8;
    static final int CONTINUATION = 0x9;

    static final int END_STREAM = 0x1;
    static final int ACK = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int HAS_PRIORITY = 0x20;

    static final int SETTINGS_HEADER_TABLE_SIZE = 0x1;
    static final int SETTINGS_ENABLE_PUSH = 0x2;
    static final int SETTINGS_MAX_CONCURRENT_STREAMS = 0x3;
    static final int SETTINGS_INITIAL_WINDOW_SIZE = 0x4;
    static final int SETTINGS_MAX_FRAME_SIZE = 0x5;
    static final int SETTINGS_MAX_HEADER_LIST_SIZE = 0x6;

    /** The window of a connection, and of a stream until SETTINGS say otherwise (section 6.9.2). */
    static final int DEFAULT_WINDOW_BYTES = 65_535;

    static final int MAX_WINDOW_BYTES = Integer.MAX_VALUE;

    /** The largest payload that every peer takes (section 4.2), and the largest that we ask for: a partial frame needs no more room. */
    static final int DEFAULT_MAX_FRAME_BYTES = 16_384;

    static final int LARGEST_MAX_FRAME_BYTES = 16_777_215;

    static final int DEFAULT_TABLE_BYTES = 4_096;

    /** What a field counts for beside its name and value (section 6.5.2). */
    static final int FIELD_OVERHEAD_BYTES = 32;

    static final int MAX_STREAM_ID = Integer.MAX_VALUE;

    private Frames() {}
}
