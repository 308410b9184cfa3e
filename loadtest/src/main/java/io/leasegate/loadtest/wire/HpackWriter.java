package io.leasegate.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Writes the header blocks of one connection as gRPC's own libraries do: a field goes out in full once and is a byte from then on. Used on
 * the connection's event loop.
 */
final class HpackWriter {

    private static final int ROOM = 16;

    private final HeaderField[] sent = new HeaderField[ROOM];
    private int count;
    private int tableBytes;
    private int maxTableBytes = 4096;
    private boolean limitToTell;

    /** What the peer allows in its SETTINGS. Only ever less than the default is made use of. */
    void limitTable(long bytes) {
        if (count == 0 && bytes < maxTableBytes) {
            maxTableBytes = (int) bytes;
            limitToTell = true;
        }
    }

    void write(ByteBuf out, HeaderField... fields) {
        if (limitToTell) {
            limitToTell = false;
            integer(out, 0x20, 5, maxTableBytes); // RFC 7541 section 4.2
        }
        for (HeaderField field : fields) {
            if (field.staticIndex() != 0) {
                integer(out, 0x80, 7, field.staticIndex());
            } else {
                write(out, field);
            }
        }
    }

    private void write(ByteBuf out, HeaderField field) {
        for (int i = 0; i < count; i++) {
            if (sent[i] == field) {
                integer(out, 0x80, 7, StaticHeaders.SIZE + count - i);
                return;
            }
        }
        boolean remember = count < ROOM && tableBytes + field.tableSize() <= maxTableBytes;
        integer(out, remember ? 0x40 : 0, remember ? 6 : 4, field.staticNameIndex());
        if (field.staticNameIndex() == 0) {
            string(out, field.name());
        }
        string(out, field.value());
        if (remember) {
            sent[count++] = field;
            tableBytes += field.tableSize();
        }
    }

    private static void string(ByteBuf out, String text) {
        integer(out, 0, 7, text.length());
        ByteBufUtil.writeAscii(out, text);
    }

    private static void integer(ByteBuf out, int pattern, int prefix, int value) {
        int mask = (1 << prefix) - 1;
        if (value < mask) {
            out.writeByte(pattern | value);
            return;
        }
        out.writeByte(pattern | mask);
        int rest = value - mask;
        while (rest >= 0x80) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}
