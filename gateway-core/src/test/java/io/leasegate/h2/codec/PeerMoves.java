package io.leasegate.h2.codec;

import io.leasegate.h2.codec.StrictPeer.Stream;
import io.leasegate.testkit.Choices;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The frames that the other end sends, as the input says: legal ones with their books kept in {@link StrictPeer}, rude ones that break a
 * rule the books can follow, and wild ones that are any bytes. They are collected in {@link #wire}, and delivered by the game.
 */
final class PeerMoves {

    private static final int[] SIZES = {0, 1, 10, 100, 1_000, 4_096, 9_000, 16_384};
    private static final int[] WINDOWS = {0, 1, 100, 16_384, 65_535, 1 << 20};
    private static final int[] INCREMENTS = {1, 10, 1_000, 16_384, 100_000, 1 << 24};

    private final StrictPeer books;
    private final boolean codecIsServer;
    private final int maxStreams;
    private final DefaultHttp2HeadersEncoder hpack = new DefaultHttp2HeadersEncoder((n, v) -> false, true, 16, 0);
    final ByteBuf wire = Unpooled.buffer();
    private int nextId = 1;
    boolean leaving;

    PeerMoves(StrictPeer books, boolean codecIsServer, int maxStreams) {
        this.books = books;
        this.codecIsServer = codecIsServer;
        this.maxStreams = maxStreams;
    }

    void begin(Choices c) {
        if (codecIsServer) {
            wire.writeBytes(FrameParser.PREFACE);
        }
        settings(c);
    }

    void legal(Choices c) throws Http2Exception {
        switch (c.below(16)) {
            case 0, 1, 2 -> {
                if (codecIsServer) {
                    request(c);
                } else {
                    response(c);
                }
            }
            case 3, 4, 5, 6 -> data(c);
            case 7 -> trailers(c);
            case 8 -> reset(c);
            case 9 -> settings(c);
            case 10 -> ping(c);
            case 11 -> connectionWindow(c.oneOf(INCREMENTS));
            case 12, 13 -> streamWindow(c);
            case 14 -> acknowledge();
            default -> other(c);
        }
    }

    private void other(Choices c) {
        int id = 1 + 2 * c.below(20);
        switch (c.below(3)) {
            case 0 -> frame(Frames.PRIORITY, 0, id, new byte[] {0, 0, 0, 0, 3});
            case 1 -> frame(0x0a + c.below(200), c.below(256), id, new byte[c.below(40)]);
            default -> {
                if (c.oneIn(6)) {
                    goAway(c);
                }
            }
        }
    }

    private void request(Choices c) throws Http2Exception {
        long live = books.all().stream()
                .filter(s -> !s.codecReset && !s.peerReset && !(s.peerEnded && s.codecEnded))
                .count();
        if (books.goAwaySeen || leaving || live >= maxStreams) {
            return;
        }
        Stream s = books.opened(nextId);
        nextId += 2 + 2 * c.below(2);
        s.peerFinalHeaders = true;
        s.ignored = s.id > books.lastGoAwayId;
        Http2Headers h = new DefaultHttp2Headers(false)
                .method(c.oneIn(10) ? "HEAD" : "POST")
                .scheme("http")
                .path(List.of("/x", "/x", "/echo", "/echo", "/reset", "/trailers")
                        .get(c.below(6)));
        some(h, c);
        boolean endStream = c.oneIn(3);
        if (!endStream && c.oneIn(4)) {
            s.contentLeft = c.below(3) * 10L;
            h.add("content-length", Long.toString(s.contentLeft));
        }
        s.peerEnded = endStream;
        section(s.id, h, endStream, c);
    }

    private void response(Choices c) throws Http2Exception {
        Stream s = pick(c);
        if (s == null || s.peerFinalHeaders) {
            return;
        }
        boolean informational = c.oneIn(4);
        boolean endStream = !informational && c.oneIn(4);
        Http2Headers h = new DefaultHttp2Headers(false).status(informational ? "103" : "200");
        some(h, c);
        s.peerFinalHeaders = !informational;
        s.peerEnded = endStream;
        section(s.id, h, endStream, c);
    }

    private void trailers(Choices c) throws Http2Exception {
        Stream s = pick(c);
        if (s != null && s.peerFinalHeaders && s.contentLeft <= 0) {
            s.peerEnded = true;
            section(s.id, some(new DefaultHttp2Headers(false), c), true, c);
        }
    }

    private static Http2Headers some(Http2Headers h, Choices c) {
        for (int n = c.below(5); n > 0; n--) {
            h.add("x-" + (char) ('a' + c.below(20)), "w".repeat(c.below(20)) + c.below(4));
        }
        return h;
    }

    private void section(int id, Http2Headers h, boolean endStream, Choices c) throws Http2Exception {
        ByteBuf block = Unpooled.buffer();
        hpack.encodeHeaders(id, h, block);
        boolean padded = c.oneIn(5);
        boolean priority = c.oneIn(5);
        int first = c.oneIn(4) ? c.below(block.readableBytes() + 1) : block.readableBytes();
        int padding = padded ? c.below(40) : 0;
        boolean whole = first == block.readableBytes();
        ByteBuf payload = Unpooled.buffer();
        if (padded) {
            payload.writeByte(padding);
        }
        if (priority) {
            payload.writeInt(0).writeByte(16);
        }
        payload.writeBytes(block, first).writeZero(padding);
        int flags = (endStream ? Frames.END_STREAM : 0)
                | (whole ? Frames.END_HEADERS : 0)
                | (padded ? Frames.PADDED : 0)
                | (priority ? Frames.HAS_PRIORITY : 0);
        frame(Frames.HEADERS, flags, id, bytes(payload));
        while (!whole) {
            int n = c.below(block.readableBytes() + 1);
            // An input that has ended would make empty fragments for ever.
            n = c.isOver() ? block.readableBytes() : n;
            byte[] fragment = new byte[n];
            block.readBytes(fragment);
            whole = !block.isReadable();
            frame(Frames.CONTINUATION, whole ? Frames.END_HEADERS : 0, id, fragment);
        }
    }

    private void data(Choices c) {
        Stream s = pick(c);
        if (s == null || !s.peerFinalHeaders) {
            return;
        }
        int padding = c.oneIn(4) ? 1 + c.below(60) : 0;
        long room = Math.min(Math.min(s.sendWindow, books.connectionSendWindow), Frames.DEFAULT_MAX_FRAME_BYTES);
        int n = (int) Math.min(c.oneOf(SIZES), room - padding);
        if (s.contentLeft >= 0) {
            n = (int) Math.min(n, s.contentLeft);
        }
        if (n >= 0) {
            data(s, n, padding, c.oneIn(6) && (s.contentLeft < 0 || s.contentLeft == n));
        }
    }

    /** One frame with the bytes of its place. */
    private void data(Stream s, int n, int padding, boolean endStream) {
        ByteBuf payload = Unpooled.buffer();
        if (padding > 0) {
            payload.writeByte(padding - 1);
        }
        for (int i = 0; i < n; i++) {
            payload.writeByte(StrictPeer.contentByte(s.id, s.sentBytes + i));
        }
        payload.writeZero(Math.max(0, padding - 1));
        s.sentBytes += n;
        s.sendWindow -= n + padding;
        books.connectionSendWindow -= n + padding;
        s.contentLeft = s.contentLeft < 0 ? -1 : s.contentLeft - n;
        s.peerEnded = endStream;
        frame(
                Frames.DATA,
                (endStream ? Frames.END_STREAM : 0) | (padding > 0 ? Frames.PADDED : 0),
                s.id,
                bytes(payload));
    }

    private void reset(Choices c) {
        Stream s = pickOf(c, x -> !x.peerReset && !x.codecReset && !x.ignored && !(x.peerEnded && x.codecEnded));
        if (s != null && c.oneIn(2)) {
            s.peerReset = true;
            frame(Frames.RST_STREAM, 0, s.id, ints(c.below(14)));
        }
    }

    void settings(Choices c) {
        List<long[]> entries = new ArrayList<>();
        for (int n = c.below(4); n > 0; n--) {
            switch (c.below(5)) {
                case 0 -> entries.add(new long[] {Frames.SETTINGS_HEADER_TABLE_SIZE, c.oneOf(0, 100, 4096, 65_536)});
                case 1 -> entries.add(new long[] {Frames.SETTINGS_INITIAL_WINDOW_SIZE, c.oneOf(WINDOWS)});
                case 2 -> entries.add(new long[] {Frames.SETTINGS_MAX_FRAME_SIZE, c.oneOf(16_384, 20_000, 16_777_215)});
                case 3 -> entries.add(new long[] {Frames.SETTINGS_MAX_CONCURRENT_STREAMS, c.oneOf(0, 1, 5, 100)});
                default -> entries.add(new long[] {0x20 + c.below(100), c.below(1 << 20)});
            }
        }
        settings(entries);
    }

    void settings(List<long[]> entries) {
        ByteBuf payload = Unpooled.buffer();
        for (long[] e : entries) {
            payload.writeShort((int) e[0]).writeInt((int) e[1]);
        }
        books.settingsSent(entries);
        frame(Frames.SETTINGS, 0, 0, bytes(payload));
    }

    private void ping(Choices c) {
        long data = c.below(1 << 20);
        books.pingSent(data);
        frame(Frames.PING, 0, 0, Unpooled.copyLong(data).array());
    }

    void acknowledge() {
        if (books.codecSettingsSeen && !books.codecSettingsAcked) {
            books.settingsAckSent();
            frame(Frames.SETTINGS, Frames.ACK, 0, new byte[0]);
        }
    }

    void connectionWindow(int increment) {
        if (books.connectionReceiveWindow + increment <= Integer.MAX_VALUE) {
            books.connectionReceiveWindow += increment;
            frame(Frames.WINDOW_UPDATE, 0, 0, ints(increment));
        }
    }

    private void streamWindow(Choices c) {
        Stream s = pickOf(c, x -> !x.peerReset);
        if (s != null) {
            streamWindow(s, c.oneOf(INCREMENTS));
        }
    }

    void streamWindow(Stream s, int increment) {
        // With the largest initial window that this side may still set.
        if (s.receiveNet + increment + (1 << 20) <= Integer.MAX_VALUE && !s.ignored) {
            s.receiveNet += increment;
            frame(Frames.WINDOW_UPDATE, 0, s.id, ints(increment));
        }
    }

    private void goAway(Choices c) {
        leaving = true;
        int last = c.oneIn(2) ? Integer.MAX_VALUE : c.below(20);
        ByteBuf payload = Unpooled.buffer().writeInt(last).writeInt(c.oneIn(3) ? c.below(14) : 0);
        payload.writeBytes("bye".getBytes(StandardCharsets.US_ASCII));
        if (!codecIsServer) {
            books.peerLeft(last);
        }
        frame(Frames.GOAWAY, 0, 0, bytes(payload));
    }

    // Against the rules

    /** Breaks a rule in a way that the books can follow. */
    void rude(Choices c) throws Http2Exception {
        int id = c.oneIn(3) ? nextId : 1 + 2 * c.below(Math.max(1, nextId / 2));
        if (codecIsServer && id >= nextId) {
            nextId = id + 2;
        }
        switch (c.below(8)) {
            case 0 -> {
                books.streams.computeIfAbsent(id, i -> new Stream(i, 0)).peerReset = true;
                section(id, malformed(c), c.oneIn(2), c);
            }
            case 1 -> frame(Frames.RST_STREAM, 0, known(id), ints(8));
            case 2 -> frame(Frames.WINDOW_UPDATE, 0, known(id), ints(0));
            case 3 -> frame(Frames.PRIORITY, 0, known(id), ints(id, 0x10000000));
            case 4 -> frame(Frames.HEADERS, Frames.END_STREAM, known(id), new byte[0]);
            case 5 -> frame(Frames.SETTINGS, Frames.ACK, 0, new byte[0]);
            case 6 -> frame(Frames.PING, Frames.ACK, 0, new byte[8]);
            default -> {
                books.contentHolds = false;
                frame(Frames.DATA, c.below(2), known(id), new byte[c.below(3)]);
            }
        }
    }

    private int known(int id) {
        books.streams.computeIfAbsent(id, i -> new Stream(i, 0)).peerReset = true;
        return id;
    }

    private Http2Headers malformed(Choices c) {
        Http2Headers h = new DefaultHttp2Headers(false);
        switch (c.below(8)) {
            case 0 -> h.method("POST").scheme("http");
            case 1 -> h.method("POST").scheme("http").path("x");
            case 2 -> h.method("POST").scheme("http").path("/x").add("connection", "close");
            case 3 -> h.method("POST").scheme("http").path("/x").add("X-Upper", "1");
            case 4 -> h.method("POST").scheme("http").path("/x").add("x-nul", "a\0b");
            case 5 -> h.method("POST").scheme("http").path("/x").add("content-length", "nine");
            case 6 -> h.status("200").method("GET");
            default -> h.status("101");
        }
        return h;
    }

    /** Any bytes, some of them in the shape of a frame. */
    void wild(Choices c) {
        if (c.oneIn(4)) {
            wire.writeBytes(c.bytes(1 + c.below(40)));
            return;
        }
        int length = c.oneIn(8) ? c.below(17_000) : c.below(24);
        byte[] payload = c.bytes(length);
        frame(c.below(12), c.below(256), c.oneIn(3) ? 0 : 1 + c.below(12), payload);
    }

    private @org.jspecify.annotations.Nullable Stream pick(Choices c) {
        return pickOf(c, Stream::isPeerOpen);
    }

    private @org.jspecify.annotations.Nullable Stream pickOf(Choices c, java.util.function.Predicate<Stream> which) {
        List<Stream> open = books.all().stream().filter(which).toList();
        return open.isEmpty() ? null : open.get(open.size() - 1 - c.below(Math.min(open.size(), 8)));
    }

    private void frame(int type, int flags, int id, byte[] payload) {
        wire.writeMedium(payload.length)
                .writeByte(type)
                .writeByte(flags)
                .writeInt(id)
                .writeBytes(payload);
    }

    private static byte[] bytes(ByteBuf b) {
        byte[] all = new byte[b.readableBytes()];
        b.readBytes(all);
        return all;
    }

    private static byte[] ints(int... values) {
        ByteBuf b = Unpooled.buffer();
        for (int v : values) {
            b.writeInt(v);
        }
        return bytes(b);
    }
}
