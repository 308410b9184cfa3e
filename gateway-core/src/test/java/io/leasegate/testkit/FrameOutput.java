package io.leasegate.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** Writes frames, valid or not, and nothing of its own accord. Safe from any thread; each method writes its frames in one piece. */
public final class FrameOutput {

    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final OutputStream out;
    private final HpackWriter hpack = new HpackWriter();
    private final Deque<Long> initialWindowsSent = new ArrayDeque<>();

    FrameOutput(OutputStream out) {
        this.out = out;
    }

    /** Any bytes. */
    public synchronized void raw(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same bytes one by one, each in a packet of its own as far as the system lets it. */
    public synchronized void dribble(byte[] bytes, long pauseMillis) {
        for (byte b : bytes) {
            raw(new byte[] {b});
            Pause.millis(pauseMillis);
        }
    }

    /** The client's connection preface. */
    public void preface() {
        raw(PREFACE);
    }

    /** A frame with any type, flags, stream id and payload; the length is the payload's. */
    public void frame(int type, int flags, int streamId, byte[] payload) {
        raw(encode(type, flags, streamId, payload));
    }

    /** The bytes of a frame. */
    public static byte[] encode(int type, int flags, int streamId, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(streamId)
                .put(payload)
                .array();
    }

    /** SETTINGS with ids and values in turn. */
    public synchronized void settings(long... idsAndValues) {
        ByteBuffer b = ByteBuffer.allocate(idsAndValues.length / 2 * 6);
        long initialWindow = -1;
        for (int i = 0; i < idsAndValues.length; i += 2) {
            b.putShort((short) idsAndValues[i]).putInt((int) idsAndValues[i + 1]);
            if (idsAndValues[i] == RawFrame.INITIAL_WINDOW_SIZE) {
                initialWindow = idsAndValues[i + 1];
            }
        }
        initialWindowsSent.add(initialWindow);
        frame(RawFrame.SETTINGS, 0, 0, b.array());
    }

    public void settingsAck() {
        frame(RawFrame.SETTINGS, RawFrame.FLAG_ACK, 0, new byte[0]);
    }

    /** HEADERS in one frame, whatever its size. */
    public synchronized void headers(int streamId, HeaderFields fields, boolean endStream) {
        int flags = RawFrame.FLAG_END_HEADERS | (endStream ? RawFrame.FLAG_END_STREAM : 0);
        frame(RawFrame.HEADERS, flags, streamId, hpack.write(fields));
    }

    /** A header block split into HEADERS and CONTINUATION frames of at most the given size. */
    public synchronized void splitHeaders(int streamId, HeaderFields fields, boolean endStream, int fragmentBytes) {
        byte[] block = hpack.write(fields);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int at = 0; at == 0 || at < block.length; at += fragmentBytes) {
            int end = Math.min(block.length, at + fragmentBytes);
            int flags = end == block.length ? RawFrame.FLAG_END_HEADERS : 0;
            flags |= at == 0 && endStream ? RawFrame.FLAG_END_STREAM : 0;
            frames.writeBytes(encode(
                    at == 0 ? RawFrame.HEADERS : RawFrame.CONTINUATION,
                    flags,
                    streamId,
                    Arrays.copyOfRange(block, at, end)));
        }
        raw(frames.toByteArray());
    }

    /** HEADERS with padding and a priority. */
    public synchronized void paddedHeaders(int streamId, HeaderFields fields, boolean endStream, int padLength) {
        byte[] block = hpack.write(fields);
        byte[] payload = ByteBuffer.allocate(6 + block.length + padLength)
                .put((byte) padLength)
                .putInt(0)
                .put((byte) 15)
                .put(block)
                .array();
        int flags = RawFrame.FLAG_END_HEADERS
                | RawFrame.FLAG_PADDED
                | RawFrame.FLAG_PRIORITY
                | (endStream ? RawFrame.FLAG_END_STREAM : 0);
        frame(RawFrame.HEADERS, flags, streamId, payload);
    }

    /** The encoded block of the fields, for frames that the test puts together itself. */
    public synchronized byte[] block(HeaderFields fields) {
        return hpack.write(fields);
    }

    /** Whether strings in header blocks are Huffman-coded from here on. */
    public synchronized void huffman(boolean on) {
        hpack.huffman(on);
    }

    /** One DATA frame, whatever the windows say. */
    public void data(int streamId, byte[] bytes, boolean endStream) {
        frame(RawFrame.DATA, endStream ? RawFrame.FLAG_END_STREAM : 0, streamId, bytes);
    }

    /** One DATA frame with padding: the frame is {@code 1 + padLength} bytes longer than its content. */
    public void paddedData(int streamId, byte[] bytes, boolean endStream, int padLength) {
        byte[] payload = ByteBuffer.allocate(1 + bytes.length + padLength)
                .put((byte) padLength)
                .put(bytes)
                .array();
        int flags = RawFrame.FLAG_PADDED | (endStream ? RawFrame.FLAG_END_STREAM : 0);
        frame(RawFrame.DATA, flags, streamId, payload);
    }

    public void rst(int streamId, Http2Error error) {
        rst(streamId, error.code());
    }

    public void rst(int streamId, long errorCode) {
        frame(RawFrame.RST_STREAM, 0, streamId, ints((int) errorCode));
    }

    public void goAway(int lastStreamId, Http2Error error, String debugData) {
        byte[] debug = debugData.getBytes(StandardCharsets.UTF_8);
        byte[] payload = ByteBuffer.allocate(8 + debug.length)
                .putInt(lastStreamId)
                .putInt(error.code())
                .put(debug)
                .array();
        frame(RawFrame.GOAWAY, 0, 0, payload);
    }

    public void ping(long data) {
        frame(RawFrame.PING, 0, 0, longs(data));
    }

    public void pingAck(long data) {
        frame(RawFrame.PING, RawFrame.FLAG_ACK, 0, longs(data));
    }

    public void windowUpdate(int streamId, int increment) {
        frame(RawFrame.WINDOW_UPDATE, 0, streamId, ints(increment));
    }

    public void priority(int streamId, int dependsOn, int weight) {
        byte[] payload =
                ByteBuffer.allocate(5).putInt(dependsOn).put((byte) weight).array();
        frame(RawFrame.PRIORITY, 0, streamId, payload);
    }

    /** The INITIAL_WINDOW_SIZE of the oldest SETTINGS that was not acknowledged yet, -1 when it had none or was sent as raw bytes. */
    synchronized long acknowledgedInitialWindow() {
        Long window = initialWindowsSent.poll();
        return window == null ? -1 : window;
    }

    synchronized void maxTableSize(long bytes) {
        hpack.maxTableSize(bytes);
    }

    private static byte[] ints(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] longs(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }
}
