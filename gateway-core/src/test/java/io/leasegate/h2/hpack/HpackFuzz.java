package io.leasegate.h2.hpack;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.testkit.Choices;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Target of the fuzzer: the coders of header sections. Any bytes are refused or decoded, in one piece as in many; what Netty's decoder
 * takes as well, has the same fields; what was decoded, comes out of our encoder and any decoder as it was; and what is kept stays within
 * the limits.
 */
public final class HpackFuzz {

    private static final int TABLE_BYTES = 4096;
    private static final int UNLIMITED = 1 << 20;

    private final HpackDecoder whole = new HpackDecoder(new FieldInterner(), TABLE_BYTES, UNLIMITED);
    private final HpackDecoder cut = new HpackDecoder(new FieldInterner(), TABLE_BYTES, UNLIMITED);
    private final HpackDecoder limited;
    private final DefaultHttp2HeadersDecoder netty = new DefaultHttp2HeadersDecoder(false, UNLIMITED);
    private final HpackEncoder encoder = new HpackEncoder(new BlockWriter());
    private final HpackDecoder ofEncoder = new HpackDecoder(new FieldInterner(), TABLE_BYTES, UNLIMITED);
    private final DefaultHttp2HeadersDecoder nettyOfEncoder = new DefaultHttp2HeadersDecoder(false, UNLIMITED);
    private final int limit;
    private boolean nettyAgrees = true;

    private HpackFuzz(int limit) {
        this.limit = limit;
        limited = new HpackDecoder(new FieldInterner(), TABLE_BYTES, limit);
    }

    /** Called by Jazzer, and by the tests that play its corpus again. */
    public static void fuzzerTestOneInput(byte[] input) {
        Choices choices = new Choices(input);
        HpackFuzz fuzz = new HpackFuzz(choices.oneOf(40, 100, 1_000, 8_192));
        while (!choices.isOver()) {
            int length = choices.oneIn(4) ? choices.below(2_000) : choices.below(80);
            if (!fuzz.block(choices.bytes(length), 1 + choices.below(30))) {
                return;
            }
        }
    }

    /** One header block; false when the tables are lost with it. */
    private boolean block(byte[] bytes, int cutBytes) {
        HeaderBlock fields = decode(whole, bytes, Math.max(1, bytes.length));
        HeaderBlock same = decode(cut, bytes, cutBytes);
        check((fields == null) == (same == null), "refused in one form alone");
        HeaderBlock few = decode(limited, bytes, cutBytes);
        check((fields == null) == (few == null), "the limit of the list changes what is malformed");
        if (fields == null || same == null || few == null) {
            return false;
        }
        check(Blocks.text(fields).equals(Blocks.text(same)), "other fields when cut");
        check(whole.listBytes() == cut.listBytes() && whole.listBytes() == limited.listBytes(), "other sizes");
        check(whole.tableEntries() == limited.tableEntries(), "the limit of the list changes the table");
        check(whole.tableEntries() * 32 <= TABLE_BYTES, "more entries than the table has room for");
        checkPrefix(fields, few);
        compareWithNetty(bytes, fields);
        sendOn(fields);
        return true;
    }

    private void checkPrefix(HeaderBlock fields, HeaderBlock few) {
        long size = 0;
        for (int i = 0; i < few.size(); i++) {
            check(few.field(i).isSameAs(fields.field(i)), "another field below the limit");
            size += few.field(i).listBytes();
        }
        check(size <= limit, size + " bytes of fields, and the limit is " + limit);
        check(limited.isTooLarge() == (few.size() < fields.size()), "fields are missing without a word");
    }

    private void compareWithNetty(byte[] bytes, HeaderBlock ours) {
        if (!nettyAgrees) {
            return;
        }
        try {
            List<String> theirs = text(netty.decodeHeaders(3, Unpooled.wrappedBuffer(bytes)));
            check(theirs.equals(text(ours)), "Netty reads " + theirs + ", we read " + text(ours));
        } catch (Http2Exception e) {
            // It refuses more (sizes, names); its table is of no use from here on.
            nettyAgrees = false;
        }
    }

    private void sendOn(HeaderBlock fields) {
        ByteBuf out = Unpooled.buffer();
        encoder.encode(fields, out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        HeaderBlock back = decode(ofEncoder, bytes, Math.max(1, bytes.length));
        check(back != null && text(back).equals(text(fields)), "our own decoder does not read what our encoder wrote");
        if (back == null) {
            return;
        }
        for (int i = 0; i < fields.size(); i++) {
            check(fields.field(i).isNeverIndexed() == back.field(i).isNeverIndexed(), "never-indexed is lost");
        }
        try {
            List<String> theirs = text(nettyOfEncoder.decodeHeaders(3, Unpooled.wrappedBuffer(bytes)));
            check(theirs.equals(text(fields)), "Netty reads of our encoder's " + theirs);
        } catch (Http2Exception e) {
            throw new AssertionError("Netty refuses what our encoder wrote", e);
        }
    }

    private static @Nullable HeaderBlock decode(HpackDecoder decoder, byte[] bytes, int cutBytes) {
        HeaderBlock into = new HeaderBlock();
        decoder.begin();
        try {
            for (int at = 0; at < bytes.length; at += cutBytes) {
                ByteBuf piece = Unpooled.wrappedBuffer(bytes, at, Math.min(cutBytes, bytes.length - at));
                decoder.decode(piece, false, into);
            }
            decoder.decode(Unpooled.EMPTY_BUFFER, true, into);
            return into;
        } catch (HpackException e) {
            return null;
        }
    }

    /** In an order that says nothing: Netty's headers put pseudo-headers first. */
    private static List<String> text(HeaderBlock block) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < block.size(); i++) {
            HeaderField f = block.field(i);
            fields.add(f.name() + "=" + f.value());
        }
        fields.sort(null);
        return fields;
    }

    private static List<String> text(Iterable<Map.Entry<CharSequence, CharSequence>> headers) {
        List<String> fields = new ArrayList<>();
        headers.forEach(e -> fields.add(e.getKey() + "=" + e.getValue()));
        fields.sort(null);
        return fields;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
