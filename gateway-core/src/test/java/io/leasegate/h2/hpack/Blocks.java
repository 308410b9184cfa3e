package io.leasegate.h2.hpack;

import io.leasegate.h2.HeaderBlock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Header blocks written representation by representation, so that broken ones can be written too. */
final class Blocks {

    private final ByteBuf out = Unpooled.buffer();

    static Blocks block() {
        return new Blocks();
    }

    static ByteBuf hex(String digits) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(digits.replace(" ", "")));
    }

    Blocks indexed(int index) {
        return integer(0x80, 7, index);
    }

    Blocks tableBytes(int bytes) {
        return integer(0x20, 5, bytes);
    }

    /** A literal with incremental indexing. */
    Blocks incremental(String name, String value) {
        return integer(0x40, 6, 0).string(name).string(value);
    }

    /** A literal with incremental indexing and the name at an index. */
    Blocks incremental(int nameIndex, String value) {
        return integer(0x40, 6, nameIndex).string(value);
    }

    /** A literal without indexing. */
    Blocks literal(String name, String value) {
        return integer(0, 4, 0).string(name).string(value);
    }

    Blocks neverIndexed(String name, String value) {
        return integer(0x10, 4, 0).string(name).string(value);
    }

    Blocks string(String s) {
        integer(0, 7, s.length());
        out.writeCharSequence(s, StandardCharsets.ISO_8859_1);
        return this;
    }

    Blocks integer(int pattern, int prefixBits, int value) {
        int mask = (1 << prefixBits) - 1;
        if (value < mask) {
            out.writeByte(pattern | value);
            return this;
        }
        out.writeByte(pattern | mask);
        int rest = value - mask;
        while (rest >= 0x80) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
        return this;
    }

    ByteBuf bytes() {
        return out;
    }

    /** Decodes a whole block. */
    static HeaderBlock decode(HpackDecoder decoder, ByteBuf block) throws HpackException {
        HeaderBlock into = new HeaderBlock();
        decoder.begin();
        decoder.decode(block, true, into);
        return into;
    }

    HeaderBlock decode(HpackDecoder decoder) throws HpackException {
        return decode(decoder, out);
    }

    /** One field a line. */
    static String text(HeaderBlock b) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < b.size(); i++) {
            s.append(b.field(i)).append('\n');
        }
        return s.toString();
    }
}
