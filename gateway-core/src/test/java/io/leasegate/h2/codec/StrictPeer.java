package io.leasegate.h2.codec;

import static java.util.Objects.requireNonNull;

import io.leasegate.h2.Http2Error;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a connection under test: reads what the codec writes, fails on anything that RFC 9113 forbids it, and keeps the books
 * of both directions.
 *
 * <p>The bytes of DATA are a function of the stream and their position ({@link #contentByte}), so a lost, doubled or swapped one is seen
 * at once.
 */
final class StrictPeer {

    /** What the books say of one stream; "peer" is this side, "codec" the one under test. */
    static final class Stream {
        final int id;
        boolean peerEnded;
        boolean peerReset;
        boolean codecEnded;
        boolean codecReset;
        boolean codecFinalHeaders;
        boolean peerFinalHeaders;
        boolean dead; // The codec knows that it is closed, and everything from before has been read.
        boolean ignored; // Above the last id of the codec's GOAWAY.
        long contentLeft = -1;
        int sentBytes;
        int receivedBytes;
        long sendWindow;
        long receiveNet; // Window updates sent minus bytes received: the window without its initial size.

        Stream(int id, long sendWindow) {
            this.id = id;
            this.sendWindow = sendWindow;
        }

        boolean isPeerOpen() {
            return !peerEnded && !peerReset && !codecReset && !ignored;
        }

        @Override
        public String toString() {
            return "stream " + id + " sent " + sentBytes + (peerEnded ? " END" : "") + (peerReset ? " RESET" : "")
                    + ", received " + receivedBytes + (codecEnded ? " END" : "") + (codecReset ? " RESET" : "");
        }
    }

    private record PeerSettingsFrame(List<long[]> entries) {

        long last(int id, long before) {
            long value = before;
            for (long[] e : entries) {
                value = e[0] == id ? e[1] : value;
            }
            return value;
        }
    }

    private final boolean codecIsServer;
    private final long codecInitialWindow;
    final TreeMap<Integer, Stream> streams = new TreeMap<>();
    private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false, 1 << 24);
    private final ByteBuf input = Unpooled.buffer();
    private boolean started;
    private boolean firstFrame = true;
    private @Nullable ByteBuf section;
    private int sectionStream;
    private boolean sectionEnds;

    private final ArrayDeque<PeerSettingsFrame> unackedSettings = new ArrayDeque<>();
    private PeerSettingsFrame acked = new PeerSettingsFrame(List.of());
    private final ArrayDeque<Long> pings = new ArrayDeque<>();
    boolean codecSettingsSeen;
    boolean codecSettingsAcked;
    long connectionSendWindow = 65_535;
    long connectionReceiveWindow = 65_535;
    int lastGoAwayId = Integer.MAX_VALUE;
    boolean goAwaySeen;
    long goAwayError;
    String goAwayText = "";
    boolean otherProtocol;
    int lastCodecStream;
    private int lastOfPeersGoAway = Integer.MAX_VALUE;

    /** Off when this side has sent what no book can follow. */
    boolean booksHold = true;

    /** Off when it has sent content of another kind, which may be echoed. */
    boolean contentHolds = true;

    StrictPeer(boolean codecIsServer, long codecInitialWindow) {
        this.codecIsServer = codecIsServer;
        this.codecInitialWindow = codecInitialWindow;
    }

    static byte contentByte(int streamId, int position) {
        return (byte) (streamId * 31 + position * 7 + (position >> 8));
    }

    // What this side sends, as far as the books are concerned

    Stream opened(int id) {
        // Until the codec's SETTINGS are acknowledged, the default holds (RFC 9113 section 6.9.2).
        Stream s = new Stream(id, codecSettingsAcked ? codecInitialWindow : Frames.DEFAULT_WINDOW_BYTES);
        s.peerReset = id > lastOfPeersGoAway;
        streams.put(id, s);
        return s;
    }

    /** GOAWAY to a client: streams above are over. */
    void peerLeft(int lastId) {
        lastOfPeersGoAway = Math.min(lastId, lastOfPeersGoAway);
        for (Stream s : streams.tailMap(lastId, false).values()) {
            s.peerReset = true;
        }
    }

    void settingsSent(List<long[]> entries) {
        unackedSettings.add(new PeerSettingsFrame(entries));
    }

    void pingSent(long data) {
        pings.add(data);
    }

    void settingsAckSent() {
        codecSettingsAcked = true;
        for (Stream s : streams.values()) {
            s.sendWindow += codecInitialWindow - Frames.DEFAULT_WINDOW_BYTES;
        }
    }

    /** The value of a setting that the codec is held to: that of the last frame that it has acknowledged. */
    long setting(int id, long absent) {
        return acked.last(id, absent);
    }

    long receiveWindow(Stream s) {
        return setting(Frames.SETTINGS_INITIAL_WINDOW_SIZE, Frames.DEFAULT_WINDOW_BYTES) + s.receiveNet;
    }

    boolean hasUnackedSettings() {
        return !unackedSettings.isEmpty();
    }

    Collection<Stream> all() {
        return new ArrayList<>(streams.values());
    }

    // What the codec sends

    void read(ByteBuf written) throws Exception {
        input.writeBytes(written);
        written.release();
        if (!started && input.isReadable()) {
            start();
        }
        while (!otherProtocol && input.isReadable()) {
            check(input.readableBytes() >= Frames.HEADER_BYTES, "half a frame header was written");
            int length = input.readUnsignedMedium();
            int type = input.readUnsignedByte();
            int flags = input.readUnsignedByte();
            int id = input.readInt();
            check(input.readableBytes() >= length, "half a frame was written");
            frame(type, flags, id, input.readSlice(length));
        }
        input.discardReadBytes();
    }

    private void start() {
        started = true;
        if (codecIsServer) {
            otherProtocol = input.getByte(0) == 'H';
            check(!otherProtocol || ByteBufUtil.getBytes(input)[9] == '5', "an answer in another protocol is a 505");
            return;
        }
        byte[] preface = new byte[FrameParser.PREFACE.length];
        input.readBytes(preface);
        check(Arrays.equals(preface, FrameParser.PREFACE), "the preface");
    }

    private void frame(int type, int flags, int id, ByteBuf payload) throws Exception {
        String what = "frame of type " + type + ", flags " + flags + ", stream " + id + ", " + payload.readableBytes()
                + " bytes: ";
        check(id >= 0, what + "reserved bit");
        check(!firstFrame || type == Frames.SETTINGS || type == Frames.GOAWAY, what + "SETTINGS must be first");
        firstFrame = false;
        long maxFrame = setting(Frames.SETTINGS_MAX_FRAME_SIZE, Frames.DEFAULT_MAX_FRAME_BYTES);
        check(payload.readableBytes() <= maxFrame || !booksHold, what + "longer than " + maxFrame);
        check(goAwayError == Http2Error.NO_ERROR, what + "behind GOAWAY with an error");
        check(section == null || type == Frames.CONTINUATION, what + "inside of a header section");
        switch (type) {
            case Frames.DATA -> data(stream(id, what), flags, payload, what);
            case Frames.HEADERS -> headers(id, flags, payload, what);
            case Frames.CONTINUATION -> {
                check(section != null && id == sectionStream, what + "without a header section");
                fragment(flags, payload, what);
            }
            case Frames.RST_STREAM -> reset(stream(id, what), payload, what);
            case Frames.SETTINGS -> settings(id, flags, payload, what);
            case Frames.PING -> ping(id, flags, payload, what);
            case Frames.GOAWAY -> goAway(id, payload, what);
            case Frames.WINDOW_UPDATE -> windowUpdate(id, payload, what);
            default -> throw new AssertionError(what + "nothing that the codec sends");
        }
    }

    private Stream stream(int id, String what) {
        Stream s = streams.get(id);
        if (s == null && !booksHold) {
            return new Stream(id, 0);
        }
        if (s == null) {
            throw new AssertionError(what + "the stream is idle");
        }
        return s;
    }

    private void mayStillSend(Stream s, String what) {
        if (booksHold) {
            check(!s.codecEnded, what + "behind END_STREAM");
            check(!s.codecReset, what + "behind RST_STREAM");
            check(!s.dead, what + "on a stream that is over");
        }
    }

    private void data(Stream s, int flags, ByteBuf payload, String what) {
        mayStillSend(s, what);
        check((flags & ~Frames.END_STREAM) == 0, what + "flags");
        int n = payload.readableBytes();
        if (booksHold) {
            check(s.codecFinalHeaders, what + "before HEADERS");
            s.receiveNet -= n;
            connectionReceiveWindow -= n;
            check(n == 0 || receiveWindow(s) >= 0, what + "beyond the stream's window");
            check(connectionReceiveWindow >= 0, what + "beyond the connection's window");
            for (int i = 0; i < n && contentHolds; i++) {
                byte b = payload.getByte(payload.readerIndex() + i);
                check(b == contentByte(s.id, s.receivedBytes + i), what + "wrong byte at " + (s.receivedBytes + i));
            }
        }
        s.receivedBytes += n;
        s.codecEnded |= (flags & Frames.END_STREAM) != 0;
    }

    private void headers(int id, int flags, ByteBuf payload, String what) throws Exception {
        check((flags & ~(Frames.END_STREAM | Frames.END_HEADERS)) == 0, what + "flags");
        if (!codecIsServer && streams.get(id) == null) {
            check((id & 1) == 1 && id > lastCodecStream, what + "ids must rise");
            lastCodecStream = id;
            opened(id);
        }
        mayStillSend(stream(id, what), what);
        section = Unpooled.buffer();
        sectionStream = id;
        sectionEnds = (flags & Frames.END_STREAM) != 0;
        fragment(flags, payload, what);
    }

    private void fragment(int flags, ByteBuf payload, String what) throws Exception {
        ByteBuf s = requireNonNull(section);
        s.writeBytes(payload);
        if ((flags & Frames.END_HEADERS) != 0) {
            section = null;
            sectionRead(stream(sectionStream, what), hpack.decodeHeaders(sectionStream, s), what);
        }
    }

    private void sectionRead(Stream s, Http2Headers fields, String what) {
        if (codecIsServer && fields.status() != null) {
            boolean informational = fields.status().charAt(0) == '1';
            check(!s.codecFinalHeaders || !booksHold, what + "a second response");
            check(!(informational && sectionEnds), what + "1xx with END_STREAM");
            s.codecFinalHeaders |= !informational;
        } else if (!codecIsServer && fields.method() != null) {
            check(!s.codecFinalHeaders, what + "a second request");
            s.codecFinalHeaders = true;
        } else {
            check(s.codecFinalHeaders || !booksHold, what + "trailers without headers");
            check(sectionEnds, what + "trailers without END_STREAM");
        }
        s.codecEnded |= sectionEnds;
    }

    private void reset(Stream s, ByteBuf payload, String what) {
        check(payload.readableBytes() == 4, what + "length");
        s.codecReset = true;
    }

    private void settings(int id, int flags, ByteBuf payload, String what) {
        check(id == 0, what + "on a stream");
        if ((flags & Frames.ACK) == 0) {
            check(payload.readableBytes() % 6 == 0 && !codecSettingsSeen, what + "once, in whole settings");
            codecSettingsSeen = true;
            return;
        }
        check(payload.readableBytes() == 0, what + "length");
        if (!booksHold) {
            unackedSettings.poll();
            return;
        }
        check(!unackedSettings.isEmpty(), what + "acknowledges nothing");
        PeerSettingsFrame f = unackedSettings.remove();
        List<long[]> merged = new ArrayList<>(acked.entries());
        merged.addAll(f.entries());
        acked = new PeerSettingsFrame(merged);
        long table = f.last(Frames.SETTINGS_HEADER_TABLE_SIZE, -1);
        if (table >= 0) {
            try {
                hpack.configuration().maxHeaderTableSize(table);
            } catch (io.netty.handler.codec.http2.Http2Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private void ping(int id, int flags, ByteBuf payload, String what) {
        check(id == 0 && payload.readableBytes() == 8, what + "stream and length");
        if ((flags & Frames.ACK) != 0 && booksHold) {
            Long sent = pings.poll();
            check(sent != null && sent == payload.readLong(), what + "acknowledges nothing that was sent");
        }
    }

    private void goAway(int id, ByteBuf payload, String what) {
        check(id == 0 && payload.readableBytes() >= 8, what + "stream and length");
        int last = payload.readInt();
        check(last >= 0 && last <= lastGoAwayId, what + "the last id rose from " + lastGoAwayId + " to " + last);
        lastGoAwayId = last;
        goAwaySeen = true;
        goAwayError = payload.readUnsignedInt();
        goAwayText = payload.toString(java.nio.charset.StandardCharsets.UTF_8);
        if (codecIsServer) {
            for (Stream s : streams.tailMap(last, false).values()) {
                s.ignored = true;
            }
        }
    }

    private void windowUpdate(int id, ByteBuf payload, String what) {
        check(payload.readableBytes() == 4, what + "length");
        int increment = payload.readInt();
        check(increment > 0, what + "increment " + increment);
        if (id == 0) {
            connectionSendWindow += increment;
            check(connectionSendWindow <= DataReceiver.WINDOW_BYTES || !booksHold, what + "more than it began with");
            return;
        }
        Stream s = stream(id, what);
        s.sendWindow += increment;
        long most = Math.max(codecInitialWindow, Frames.DEFAULT_WINDOW_BYTES);
        check(s.sendWindow <= most || !booksHold, what + "a window of " + s.sendWindow + ", which began with " + most);
        check(!s.codecReset || !booksHold, what + "behind RST_STREAM");
    }

    static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
